"""Exports the three OpenAPI documents to docs/openapi, or checks that they are as the code says.

python -m deploy.openapi [--check]
"""

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from deploy.postgres import SERVICES

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "openapi"
NOWHERE = {
    "database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
    "sealing_keys": "k1:" + "A" * 43 + "=",
}


def document(service: str) -> dict[str, Any]:
    """The document a running service answers with; no database is reached to make it."""
    main = importlib.import_module(f"services.{service}.main")
    app = main.create(main.Settings.model_validate(NOWHERE))
    exported: dict[str, Any] = app.openapi()
    return exported


def text(service: str) -> str:
    return json.dumps(document(service), indent=1, ensure_ascii=False) + "\n"


def drifted() -> list[str]:
    """The services whose exported document is not what their code says."""
    files = {service: FOLDER / f"{service}.json" for service in SERVICES}
    return [s for s, file in files.items() if not file.exists() or file.read_text() != text(s)]


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m deploy.openapi", description=__doc__)
    arguments.add_argument("--check", action="store_true")
    if arguments.parse_args().check:
        for service in (stale := drifted()):
            print(f"docs/openapi/{service}.json is not what the code says: make openapi")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        (FOLDER / f"{service}.json").write_text(text(service))
    return 0


if __name__ == "__main__":
    sys.exit(main())
