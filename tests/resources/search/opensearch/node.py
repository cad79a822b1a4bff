"""A real OpenSearch node for tests: jars by Maven into a cache folder, one JVM, a clean stop."""

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("OPENSEARCH_CACHE", Path.home() / ".cache/careloop/opensearch"))
OLDEST_JAVA = 21  # its classes are of Java 21
START_SECONDS = 90


class Unavailable(Exception):  # noqa: N818 -- a reason to skip
    """This machine lacks what a node needs."""


@contextmanager
def running(heap: str = "512m") -> Iterator[str]:
    """The URL of a node that lives as long as the block."""
    java = _java_home()
    jars = _jars(java)
    http, transport = _free_ports(2)
    home = Path(tempfile.mkdtemp(prefix="opensearch-"))
    with (home / "out.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(f"{java}/bin/java", f"-Xms{heap}", f"-Xmx{heap}", "-XX:+UseSerialGC"),
                *("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"),
                *("-Djava.util.logging.config.file=/dev/null", "-cp", f"{jars}/classes:{jars}/*"),
                *("OpenSearchNode", str(home), "test", str(http), str(transport)),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(f"http://127.0.0.1:{http}", process, home / "out.log")
            yield f"http://127.0.0.1:{http}"
        finally:
            process.send_signal(signal.SIGTERM)  # the shutdown hook closes the node
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            shutil.rmtree(home, ignore_errors=True)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError):
            health = f"{url}/_cluster/health?wait_for_status=green&timeout=5s"
            urllib.request.urlopen(health, timeout=10).close()
            return
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"OpenSearch did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.1)


def _java_home() -> str:
    candidates = [os.environ.get("OPENSEARCH_JAVA_HOME"), os.environ.get("JAVA_HOME")]
    for home in filter(None, [*candidates, *map(str, Path("/usr/lib/jvm").glob("*"))]):
        release = Path(home, "release")
        found = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
        if found and int(found[1]) >= OLDEST_JAVA and Path(home, "bin/javac").exists():
            return home
    raise Unavailable(f"OpenSearch needs a JDK of {OLDEST_JAVA} or later")


def _jars(java: str) -> Path:
    if shutil.which("mvn") is None:
        raise Unavailable("OpenSearch's jars are fetched by Maven (mvn)")
    pom, source = HERE / "pom.xml", HERE / "OpenSearchNode.java"
    folder = CACHE / hashlib.sha256(pom.read_bytes() + source.read_bytes()).hexdigest()[:12]
    if not (folder / "complete").exists():
        (folder / "classes").mkdir(parents=True, exist_ok=True)
        copy = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
        copy += [f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
        subprocess.run(copy, check=True, env=os.environ | {"JAVA_HOME": java}, timeout=600)
        compile_node = [f"{java}/bin/javac", "-cp", f"{folder}/*", "-d", str(folder / "classes")]
        subprocess.run([*compile_node, str(source)], check=True, timeout=120)
        (folder / "complete").touch()
    return folder


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
