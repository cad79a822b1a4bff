"""The Kustomize base renders, is valid, and gives each process what it needs and nothing more."""

import importlib
import shutil
import subprocess
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from kubernetes_validate import latest_version, validate
from pydantic import SecretStr
from ruamel.yaml import YAML

from deploy.openapi import document
from deploy.postgres import SERVICES
from shared.settings import ServiceSettings
from tests.conftest import ROOT, missing

FOLDER = ROOT / "deploy" / "kubernetes"
OLDEST = "1.30"  # preStop.sleep
NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
SECRETS = {
    "api": {"{}-sealing", "{}-api"},
    "worker": {"{}-sealing", "{}-worker"},
    "migrate": {"{}-migrator"},
}
"""The secrets that each kind of process is given."""
CALLS = {
    ("referrals", "cases"),
    ("referrals", "resources"),
    ("cases", "referrals"),
    ("resources", "referrals"),
}

Document = dict[str, Any]


def parsed(text: str) -> list[Document]:
    return [found for found in YAML(typ="safe").load_all(text) if found]


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    for command in (["kustomize", "build"], ["kubectl", "kustomize"]):
        if shutil.which(command[0]):
            rendered = subprocess.run(
                [*command, FOLDER / "base"], capture_output=True, text=True, check=True
            )
            return parsed(rendered.stdout)
    missing("needs kustomize or kubectl")
    return []


def of_kind(documents: list[Document], *kinds: str) -> list[Document]:
    return [found for found in documents if found["kind"] in kinds]


def pods(documents: list[Document]) -> Iterator[tuple[Document, Document]]:
    """Each workload with its pod's specification."""
    for workload in of_kind(documents, "Deployment", "Job"):
        yield workload, workload["spec"]["template"]["spec"]


def containers(documents: list[Document]) -> Iterator[tuple[str, str, Document]]:
    """Service, kind of process (api, worker, migrate) and the container."""
    for _, pod in pods(documents):
        for container in pod["containers"]:
            module, kind = container["args"]
            yield module.removeprefix("services."), kind, container


def settings_of(service: str) -> type[ServiceSettings]:
    settings: type[ServiceSettings] = importlib.import_module(f"services.{service}.main").Settings
    return settings


def variable(field: str) -> str:
    return f"CARELOOP_{field.upper()}"


def known(service: str) -> set[str]:
    return {variable(field) for field in settings_of(service).model_fields}


def secret(service: str) -> set[str]:
    fields = settings_of(service).model_fields.items()
    return {variable(name) for name, field in fields if field.annotation is SecretStr}


def secrets() -> dict[str, set[str]]:
    """The names of the secrets an operator makes, with their keys."""
    text = (FOLDER / "secrets.example.yaml").read_text()
    return {found["metadata"]["name"]: set(found["stringData"]) for found in parsed(text)}


def secrets_of(container: Document) -> set[str]:
    return {s["secretRef"]["name"] for s in container["envFrom"] if "secretRef" in s}


@pytest.mark.parametrize("version", [OLDEST, latest_version()])
def test_every_document_is_valid(documents: list[Document], version: str) -> None:
    for found in documents:
        validate(found, version, strict=True)


def test_each_service_has_its_three_processes_once(documents: list[Document]) -> None:
    found = sorted((service, kind) for service, kind, _ in containers(documents))
    assert found == sorted(product(SERVICES, SECRETS))


def test_pods_run_as_nobody_with_nothing_to_write(documents: list[Document]) -> None:
    for workload, pod in pods(documents):
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        security = pod["securityContext"]
        assert (security["runAsNonRoot"], security["runAsUser"]) == (True, 10001)
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]
        assert workload["metadata"]["labels"][NAME] in SERVICES


def test_probes_ask_the_internal_port(documents: list[Document]) -> None:
    for _, kind, container in containers(documents):
        if kind == "migrate":
            continue
        internal = container["ports"][-1]["name"]
        for probe, path in {"startup": "livez", "liveness": "livez", "readiness": "readyz"}.items():
            asked = container[f"{probe}Probe"]["httpGet"]
            assert asked == {"path": f"/{path}", "port": internal}


def test_containers_of_one_pod_share_no_port(documents: list[Document]) -> None:
    for workload, pod in pods(documents):
        ports = [port for c in pod["containers"] for port in c.get("ports", [])]
        for unique in ("name", "containerPort"):
            values = [port[unique] for port in ports]
            assert len(values) == len(set(values)), workload["metadata"]["name"]


def test_each_process_is_given_its_own_secrets_and_no_others(documents: list[Document]) -> None:
    for service, kind, container in containers(documents):
        assert secrets_of(container) == {name.format(service) for name in SECRETS[kind]}


def test_the_secrets_referred_to_are_the_ones_in_the_example(documents: list[Document]) -> None:
    used = {name for _, _, container in containers(documents) for name in secrets_of(container)}
    assert used == secrets().keys()


def test_no_secret_stands_in_the_base(documents: list[Document]) -> None:
    assert not of_kind(documents, "Secret")
    hidden = set().union(*map(secret, SERVICES))
    for settings in of_kind(documents, "ConfigMap"):
        assert not hidden & settings["data"].keys()
    for _, _, container in containers(documents):
        assert not hidden & {entry["name"] for entry in container.get("env", [])}


def test_only_settings_that_exist_are_set(documents: list[Document]) -> None:
    (settings,) = of_kind(documents, "ConfigMap")
    assert settings["data"].keys() <= set().union(*map(known, SERVICES))
    for service, _, container in containers(documents):
        given = {entry["name"] for entry in container.get("env", [])}
        given |= set().union(*(secrets()[name] for name in secrets_of(container)))
        assert given <= known(service)


def test_every_process_is_told_what_has_no_default(documents: list[Document]) -> None:
    for service, kind, container in containers(documents):
        if kind == "migrate":
            assert secrets()[f"{service}-migrator"] == {"CARELOOP_DATABASE_URL"}
            continue
        told = set().union(*(secrets()[name] for name in secrets_of(container)))
        fields = settings_of(service).model_fields.items()
        assert {variable(name) for name, field in fields if field.is_required()} <= told


def test_a_service_sends_to_its_api_and_never_to_the_internal_port(
    documents: list[Document],
) -> None:
    apis = {service: c for service, kind, c in containers(documents) if kind == "api"}
    for service in of_kind(documents, "Service"):
        name = service["metadata"]["name"]
        assert service["spec"]["selector"] == {NAME: name, COMPONENT: "api"}
        assert service["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": "http"}]
        assert {"name": "http", "containerPort": 8000} in apis[name]["ports"]
    (settings,) = of_kind(documents, "ConfigMap")
    for name in SERVICES:
        assert settings["data"][variable(f"{name}_url")] == f"http://{name}"


def test_the_ingress_sends_every_path_to_the_service_that_answers_it(
    documents: list[Document],
) -> None:
    (ingress,) = of_kind(documents, "Ingress")
    (rule,) = ingress["spec"]["rules"]
    prefixes = {p["path"]: p["backend"]["service"]["name"] for p in rule["http"]["paths"]}
    assert len(prefixes) == len(rule["http"]["paths"])
    used = set()
    for service in SERVICES:
        own = [f"/{service}/docs", f"/{service}/openapi.json", f"/{service}/static/x"]
        for path in [*document(service)["paths"], *own]:
            matching = [p for p in prefixes if path == p or path.startswith(f"{p}/")]
            assert matching, f"{path} reaches nobody"
            longest = max(matching, key=len)
            assert prefixes[longest] == service, path
            used.add(longest)
    assert used == prefixes.keys(), "a prefix that no service answers"


def test_nothing_passes_between_services_but_the_calls_they_make(
    documents: list[Document],
) -> None:
    policies = [found["spec"] for found in of_kind(documents, "NetworkPolicy")]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    accepted = {
        (peer["podSelector"]["matchLabels"][NAME], policy["podSelector"]["matchLabels"][NAME])
        for policy in policies
        for rule in policy.get("ingress", [])
        for peer in rule["from"]
        if "podSelector" in peer
    }
    made = {
        (policy["podSelector"]["matchLabels"][NAME], peer["podSelector"]["matchLabels"][NAME])
        for policy in policies
        for rule in policy.get("egress", [])
        for peer in rule.get("to", [])
        if "podSelector" in peer
    }
    assert accepted == made == CALLS
