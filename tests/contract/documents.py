"""The three OpenAPI documents, walked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy.openapi import document
from deploy.postgres import SERVICES

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    service: str
    method: str
    path: str
    id: str
    definition: dict[str, Any]
    document: dict[str, Any]

    @property
    def is_public(self) -> bool:
        return not self.definition.get("security")

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema a `$ref` leads to."""
        while "$ref" in schema:
            found: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    @property
    def body(self) -> dict[str, Any] | None:
        content = self.definition.get("requestBody", {}).get("content", {})
        schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
        return schema


def operations() -> Iterator[Operation]:
    for service in SERVICES:
        described = document(service)
        for path, item in described["paths"].items():
            for method in METHODS:
                if method in item:
                    definition = item[method]
                    name = definition["operationId"]
                    yield Operation(service, method, path, name, definition, described)
