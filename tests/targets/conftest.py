"""One model, one environment, and what the shipped targets make of them in a build."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.diagnostics.finding import Finding
from compiler.foundation.resources import read_package_file
from compiler.json_schema.structural import apply_defaults, to_strict_schema
from compiler.json_schema.validator import Validator
from compiler.json_schema.violation import SchemaViolation
from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree

CAPABILITIES: Mapping[str, Any] = {
    "kubernetes": {"version": "1.34"},
    "kserve": {"version": "0.20", "mode": "Standard"},
    "gateway": {"namespace": "gateways"},
    "metrics": {"namespace": "monitoring"},
    "externalSecrets": {"store": "ClusterSecretStore"},
}
DIGEST = "sha256:" + "0" * 64
NO_FILES: Mapping[str, bytes] = {}
COMPANION_FILES = {
    "models/policy.rego": "package credit\n",
    "models/data.json": '{"limit": 3}\n',
    "models/task.md": "Answer {{ dispute }}.\n",
    "models/cash.lp": "Minimize\n obj: x\nEnd\n",
    "models/ownership.ttl": "<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> .\n",
    "models/companies.ttl": "<urn:a> <urn:owns> <urn:b> ; <urn:with> [ <urn:share> 1 ] .\n",
    "models/pricing.json": '{"nodes": [], "edges": []}\n',
}


@dataclass(frozen=True)
class Unit:
    """What was made of one model: objects by the file's name, or why not."""

    objects: Mapping[str, Any]
    texts: Mapping[str, str]
    keys: Mapping[str, str]
    reasons: str
    blamed_lines: Mapping[str, str]
    """The text of the line that each reason is reported at."""
    documents: tuple[Any, ...] = ()
    """Every object: a file may hold several."""


@pytest.fixture
def build_unit() -> Callable[..., Unit]:
    """What is made of the first of some models; a capability that is None is one that the cluster lacks."""

    def make(
        *models: Mapping[str, Any], owner: str = "risk", files: Mapping[str, bytes] = NO_FILES, **capabilities: Any
    ) -> Unit:
        session, lines = project_session(models, owner, capabilities, files)
        unit = _unit(session, models[0]["name"])
        return replace(
            unit, blamed_lines={message: lines[int(line) - 1].strip() for message, line in unit.blamed_lines.items()}
        )

    return make


@pytest.fixture
def refusals() -> Callable[..., dict[str, str]]:
    """Every finding about some models and the files of the first: its message and help, with the text of its line."""

    def find(*models: Mapping[str, Any], **capabilities: Any) -> dict[str, str]:
        session, lines = project_session(models, "risk", capabilities)
        findings = _all_findings(session, models[0]["name"])
        return {
            f"{finding.message} | {finding.help}": lines[finding.location.line - 1].strip() if finding.location else ""
            for finding in findings
        }

    return find


@pytest.fixture
def session_findings() -> Callable[..., list[Finding]]:
    """Every finding about some models and the files of the first."""

    def find(*models: Mapping[str, Any], **capabilities: Any) -> list[Finding]:
        session, _ = project_session(models, "risk", capabilities)
        return _all_findings(session, models[0]["name"])

    return find


def _all_findings(session: Session, name: str) -> list[Finding]:
    unit = next((unit for unit in session.plan_units() if unit.id == f"prod/{name}"), None)
    rendered = session.render_stage.render_unit(unit)[1] if unit else []
    return [*session.portfolio.findings, *(unit.findings if unit else ()), *rendered]


def project_session(
    models: Sequence[Mapping[str, Any]],
    owner: str,
    capabilities: Mapping[str, Any],
    more_files: Mapping[str, bytes] = NO_FILES,
) -> tuple[Session, list[str]]:
    """A project with the models in one environment, and the lines of its file of specs."""
    known = {name: value for name, value in {**CAPABILITIES, **capabilities}.items() if value is not None}
    documents = [
        _document("Team", owner, contacts={"email": "risk@bank.example"}),
        _document("Environment", "prod", stage="prod", namespace="models", secretStore="vault", capabilities=known),
        *({**one, "owner": owner} for one in models),
    ]
    image = {"image": "registry.example/opa:1.10.1", "digest": DIGEST}
    # tests/plan/slo tests the monitoring of a model.
    off = {"prometheus": {"enabled": False}}
    project = _document(
        "Project", "bank", environments=["prod"], images={"opa": image, "oxigraph": image}, emitters=off
    )
    files = {
        "modelyard.yaml": yaml.dump(project, Dumper=yaml.CSafeDumper),
        "models/all.yaml": yaml.dump_all(documents, Dumper=yaml.CSafeDumper),
    }
    lines = files["models/all.yaml"].splitlines()
    return Session(MemoryTree({**files, **COMPANION_FILES, **more_files})), lines


def _document(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "modelyard/v1", "kind": kind, "name": name, **fields}


def _unit(run: Session, name: str) -> Unit:
    findings = [*run.portfolio.findings, *run.emitters.findings]
    assert not [finding for finding in findings if finding.is_blocking], [
        (finding.message, finding.location) for finding in findings
    ]
    [unit] = run.plan_units(lambda model, environment: (model, environment) == (name, "prod"))
    files, wrong = run.render_stage.render_unit(unit)
    assert not wrong, [finding.message for finding in wrong]
    texts = {file.path.rpartition("/")[2]: file.content.decode() for file in files}
    keys = {file.path.rpartition("/")[2]: file.rule.schema or "" for file in unit.files}
    reasons = "\n".join(f"{finding.message} | {finding.help}" for finding in unit.findings)
    blamed_lines = {finding.message: str(finding.location.line) for finding in unit.findings if finding.location}
    read = {path: list(yaml.load_all(text, Loader=yaml.CSafeLoader)) for path, text in texts.items()}
    first = {path: findings[0] for path, findings in read.items()}
    return Unit(
        first, texts, keys, reasons, blamed_lines, tuple(finding for findings in read.values() for finding in findings)
    )


@pytest.fixture
def kustomize_unit(program: Callable[[str], str], tmp_path: Path) -> Callable[[Unit], list[Any]]:
    """The objects that kustomize builds of a unit's folder."""

    def build(unit: Unit) -> list[Any]:
        for path, text in unit.texts.items():
            (tmp_path / path).write_text(text, encoding="utf-8")
        command = [program("kubectl"), "kustomize", str(tmp_path)]
        made = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [one for one in yaml.load_all(made, Loader=yaml.CSafeLoader) if one]

    return build


Judge = Callable[[str, Any], tuple[SchemaViolation, ...]]


@pytest.fixture(scope="session")
def cluster(external_schemas: Path) -> Callable[..., Judge]:
    """What a cluster says of an object, by its versions: core kinds strictly, others by their own definition."""

    @cache
    def cluster_schemas(version: str, kserve: str = "") -> Judge:
        path = f"kubernetes-json-schema/v{version}.0-local-strict/_definitions.json"
        content = read_package_file("kubernetes_validate", path)
        definitions = json.loads(content or b"{}")["$defs"]

        @cache
        def checker(key: str) -> tuple[Validator, Mapping[str, Any]]:
            name = next((name for name, node in definitions.items() if key in _keys(node)), None)
            if name is not None:
                return Validator({"$ref": f"#/$defs/{name}", "$defs": definitions}), {}
            group, number, kind = key.split("/")
            folder = Path("k8s-crd", group)
            if kserve and group == "serving.kserve.io":
                folder = Path("k8s-crd-versions", group, kserve)
            official = external_schemas / folder / f"{kind.lower()}_{number}.json"
            strict = to_strict_schema(json.loads(official.read_bytes()))
            return Validator(strict), strict

        def judge(key: str, data: Any) -> tuple[SchemaViolation, ...]:
            validator, defaults = checker(key)
            return validator.violations(apply_defaults(defaults, data))

        return judge

    return cluster_schemas


@pytest.fixture(scope="session")
def kserve_release(external_schemas: Path) -> Callable[[str], Judge]:
    """What the definitions of a release of KServe say of an object, by the name of the definition's file."""
    root = external_schemas / "k8s-crd-versions" / "serving.kserve.io"

    def release_schemas(release: str) -> Judge:
        folder = next(folder for folder in sorted(root.iterdir()) if folder.name.startswith(f"{release}."))

        def judge(name: str, data: Any) -> tuple[SchemaViolation, ...]:
            strict = to_strict_schema(json.loads((folder / f"{name}.json").read_bytes()))
            return Validator(strict).violations(apply_defaults(strict, data))

        return judge

    return release_schemas


def _keys(node: Mapping[str, Any]) -> list[str]:
    known = node.get("x-kubernetes-group-version-kind", [])
    return ["/".join(filter(None, (one["group"], one["version"], one["kind"]))) for one in known]
