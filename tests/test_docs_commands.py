"""What the documents tell a newcomer to paste, pasted: in order, into one shell, against a running stack."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, missing
from tests.deploy.test_run import Clone

DOCUMENTS = (
    "README.md",
    "docs/referrals.md",
    "docs/sending.md",
    "docs/receiving.md",
    "docs/links.md",
    "docs/webhooks.md",
)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOOLS = ("bash", "curl", "grep", "make", "python3")
AS_SOON_AS_ONE_FAILS = "set -euo pipefail\n"
EACH_ANSWERS_TYPE = 'write-out = "%{stderr}%{content_type}\\n"\n'
PACKAGE = {
    "services.csv": "id,name,status\n1,Saturday groceries,\n",
    "regular_schedules.csv": "service_id,weekday,opens_at\n1,Saturday,9:00am\n",
}
"""Stands where the README says that the reader's own listings are."""


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    clone = Clone(tmp_path / "clone")
    for path in (ROOT / "Makefile", *ROOT.glob("requirements*.txt")):
        shutil.copy(path, clone.path)
    package = clone.path / "path" / "to" / "hsds-1.1-package"
    package.mkdir(parents=True)
    for name, text in PACKAGE.items():
        (package / name).write_text(text)
    (clone.path / ".curlrc").write_text(EACH_ANSWERS_TYPE)
    clone.run()
    try:
        clone.endpoints()
        yield clone
    finally:
        clone.remove()


def test_what_is_pasted_works(clone: Clone) -> None:
    if absent := [tool for tool in TOOLS if shutil.which(tool) is None]:
        missing(f"needs {', '.join(absent)}")
    blocks = [block for name in DOCUMENTS for block in BLOCK.findall((ROOT / name).read_text())]
    # The stack runs on this test's Python, so there is nothing for make to install.
    environment = {
        **os.environ,
        "MAKEFLAGS": f"LOCAL= DEV= PYTHON={sys.executable}",
        "CURL_HOME": str(clone.path),
        "no_proxy": "*",
    }
    done = subprocess.run(
        ["bash", "-c", AS_SOON_AS_ONE_FAILS + "\n".join(blocks)],
        cwd=clone.path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("application/json") > len(blocks), done.stderr
    assert "application/problem+json" not in done.stderr, done.stdout
