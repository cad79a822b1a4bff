"""The import command: one line of JSON on stdout, what a person reads, and clear refusals."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.resources.conftest import KEYS, Directory, write_package

ROOT = Path(__file__).parents[2]


def command(directory: Directory, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "CARELOOP_DATABASE_URL": directory.urls.worker,
        "CARELOOP_SEALING_KEYS": KEYS,
        "CARELOOP_DATA_DIR": str(directory.folder / "data"),
    }
    return subprocess.run(
        [sys.executable, "-m", "services.resources", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def test_the_starter_is_loaded_once(directory: Directory) -> None:
    first = command(directory, "load-starter", "--json")
    assert (first.returncode, first.stderr) == (0, "")
    summary = json.loads(first.stdout)
    assert first.stdout.count("\n") == 1
    assert summary["read"] == summary["created"] > summary["services"]["created"] >= 300
    assert (summary["refused"], summary["problems"]) == (0, {})
    again = json.loads(command(directory, "load-starter", "--json").stdout)
    assert (again["unchanged"], again["created"], again["updated"]) == (summary["read"], 0, 0)


async def test_a_person_is_told(directory: Directory, tmp_path: Path) -> None:
    package = write_package(tmp_path / "p", services=[{"id": "1", "name": ""}])
    told = command(directory, "import", str(package), "--source", "told")
    assert told.returncode == 0
    assert "refused 1" in told.stdout
    assert "missing_required" in told.stdout


async def test_what_is_no_package_is_refused(directory: Directory, tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        refused = command(directory, "import", str(path), "--json")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith(path.name)
