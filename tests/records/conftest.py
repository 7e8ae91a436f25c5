"""A small bank with one model that says everything, and the records that are made of it."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from compiler.diagnostics.finding import Finding
from compiler.pipeline import stages
from compiler.pipeline.session import Session, all_units
from compiler.source.memory_tree import MemoryTree

DIGEST, OTHER_DIGEST = ("sha256:" + digit * 64 for digit in "01")
ENABLED_EMITTERS = ("model-cards", "cyclonedx", "annex-iv", "risk-inventory", "backstage", "slsa", "approval-record")


def document(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "modelyard/v1", "kind": kind, "name": name, **fields}


PROJECT = document(
    "Project", "bank", environments=["dev", "prod"], emitters={name: {"enabled": True} for name in ENABLED_EMITTERS},
    organisation={"name": "Example Bank Ltd", "address": "1 Street", "email": "a@bank.example", "url": "https://bank.example"},
)  # fmt: skip
TEAM = document(
    "Team", "risk", displayName="Risk Team", contacts={"email": "risk@bank.example", "chat": "#risk", "onCall": "risk-primary"},
    approvalRoles=["model-risk"],
)  # fmt: skip
USE_CASE = document(
    "UseCase", "lending", summary="Whether a loan is granted.", owner="risk", process="Lending", domain="loans", affected=["applicants"],
    classification={
        "eu-ai-act": {
            "value": "high-risk", "reference": "Annex III point 5(b)", "role": "provider", "rationale": "Creditworthiness.",
            "decidedBy": "risk", "date": "2026-09-14",
        }
    },
)  # fmt: skip
DATASET = document(
    "Dataset", "loans", summary="Loans.", owner="risk", uri="s3://data/loans/", version="1", digest=DIGEST, license="MIT",
    classification="restricted", sensitiveFields=["name"], collection="Collected so.", preparation="Prepared so.", biases="Biased so.",
    residency=["DE"], retention="30d", stewards=["risk"],
)  # fmt: skip
INDEX = document("Dataset", "index", owner="risk", endpoint="http://index.data.svc.cluster.local:80")
CAPABILITIES = {
    "kubernetes": {"version": "1.34"},
    "kserve": {"version": "0.20", "mode": "Knative"},
    "gateway": {"namespace": "g"},
}
ENVIRONMENTS = [
    document("Environment", name, stage=name, namespace="models", cluster=f"{name}-1", capabilities=CAPABILITIES)
    for name in ("dev", "prod")
]
WAIVER = document(
    "Waiver", "until-spring", policies=["model-risk"], models={"names": ["scorer"]}, reason="It moves in spring.", ticket="RISK-7",
    approvedBy=[{"team": "risk", "role": "model-risk"}], validFrom="2026-01-01", expires="2099-01-01",
)  # fmt: skip
DOCUMENTATION = {
    name: f"Text of {name}."
    for name in (
        "development", "design", "architecture", "userInterface", "distributionForms", "unintendedOutcomes", "metricsRationale", "testing",
        "security", "riskManagement",
        "plannedChanges", "lifecycleChanges", "postMarketMonitoring",
    )
} | {
    "standards": ["ISO/IEC 42001"], "instructionsForUse": "https://a.example/use", "declarationOfConformity": "https://a.example/declaration",
    "registration": "https://a.example/registration",
}  # fmt: skip
MODEL = document(
    "Model", "scorer", type="ml", owner="risk", lifecycle="production", summary="Scores loans.", useCase="lending", license="MIT",
    task="tabular-classification", approach="supervised", previousNames=["old-scorer"],
    releases={
        "1.0.0": {
            "date": "2026-08-01",
            "source": {"format": "onnx", "uri": "s3://models/scorer/1.0.0/", "digest": OTHER_DIGEST},
            "evaluations": [
                {"metric": "auc", "value": 0.9, "dataset": "loans"}, {"metric": "auc", "value": 0.8, "dataset": "loans", "slice": "young"},
            ],
        },
        "2.0.0": {"source": {"format": "onnx", "uri": "s3://models/scorer/2.0.0/", "digest": OTHER_DIGEST}},
    },
    data={"training": ["loans"], "evaluation": ["loans"]},
    interface={
        "protocol": "v2", "inputs": [{"name": "amount", "datatype": "FP64", "shape": [-1, 3]}],
        "outputs": [{"name": "score", "datatype": "FP32", "shape": [-1]}],
    },
    uses=[{"dataset": "index", "env": "INDEX"}, {"model": "helper", "env": "HELPER"}],
    runtime={"image": "registry.example/scorer:1", "digest": OTHER_DIGEST, "port": 8080, "health": "/ready"},
    sla={"availability": "99.5%", "latency": {"p99": "250ms"}}, slo={"availability": "99.9%", "latency": [{"threshold": "250ms",
    "target": "99%"}]},
    pipeline={"evaluate": {"gates": [{"metric": "auc", "op": ">=", "value": 0.7}]}, "retrain": {"schedule": "0 3 * * 1"}},
    monitoring=[{"signal": "dataDrift", "method": "psi", "threshold": 0.2, "action": "ticket"}],
    deploy={"target": "kserve", "resources": {"cpu": "500m", "memory": "1Gi"}, "scaling": {"min": 1, "max": 1}},
    links=[{"title": "Paper", "url": "https://a.example/paper", "kind": "documentation"}, {"title": "Store", "url": "s3://a/b"}],
    governance={
        "developer": "risk", "intendedUse": "Loans to people.", "outOfScope": ["Loans to firms"], "users": ["Officers"],
        "assumptions": ["Stability"], "limitations": ["Not above 80000"], "tradeoffs": ["Speed for detail"],
        "adjustments": ["Halved by hand"],
        "humanOversight": "A person decides afresh.", "logging": {"retention": "400d"},
        "risk": {
            "tier": "high", "rationale": "It decides.", "materiality": "high", "complexity": "medium",
            "risks": [{"name": "Wrong refusal", "mitigation": "A second look.", "status": "mitigated"}, {"name": "Untold"}],
        },
        "fairness": [{"group": "the young", "benefits": "Speed.", "harms": "Refusals.", "mitigation": "Weights."}],
        "validation": {
            "validatedBy": "risk", "date": "2026-08-20", "conclusion": "conditional", "scope": ["conceptual soundness"],
            "report": "https://a.example/report", "next": "2027-08-20",
        },
        "review": {"interval": "180d", "last": "2026-09-01"},
        "evidence": [{"control": "EU-AI-Act:Art.12", "uri": "https://a.example/logs", "digest": DIGEST}],
        "transparency": {"notice": "A notice is shown.", "marking": "It is marked."},
        "documentation": DOCUMENTATION,
    },
    environments={"dev": {"release": "2.0.0"}, "prod": {"release": "1.0.0", "canary": {"release": "2.0.0", "weight": "10%"}}},
)  # fmt: skip
HELPER = document(
    "Model", "helper", type="ml", owner="risk", lifecycle="production", summary="Helps.", version="3.1.0",
    source={"format": "onnx", "uri": "s3://models/helper/", "digest": DIGEST}, governance={"risk": {"tier": "low"}},
    deploy={"target": "kserve", "resources": {"cpu": 1, "memory": "1Gi"}, "scaling": {"min": 1, "max": 1}},
    environments={"dev": {}, "prod": {}},
)  # fmt: skip


def documents(model: Mapping[str, Any] = MODEL) -> list[dict[str, Any]]:
    """Every document of the bank, to be changed at will."""
    return copy.deepcopy([TEAM, USE_CASE, DATASET, INDEX, *ENVIRONMENTS, WAIVER, dict(model), HELPER])


def bank(**more: Any) -> dict[str, Any]:
    """The project, with what it says otherwise."""
    return {**PROJECT, **more}


def tree(specs: list[dict[str, Any]], project: Mapping[str, Any] = PROJECT, **extra_files: str) -> MemoryTree:
    files = {
        "modelyard.yaml": yaml.dump(dict(project), sort_keys=False, Dumper=yaml.CSafeDumper),
        "models/all.yaml": yaml.dump_all(specs, sort_keys=False, Dumper=yaml.CSafeDumper),
    }
    return MemoryTree({path: text.encode() for path, text in (files | extra_files).items()})


def set_field(specs: list[dict[str, Any]], kind: str, name: str, path: str, value: Any) -> None:
    """Set a field of a document; with None, take it away."""
    target = next(one for one in specs if (one["kind"], one["name"]) == (kind, name))
    *above, last = [int(part) if part.isdigit() else part.replace("~", ".") for part in path.split("/")]
    for part in above:
        target = target[part] if isinstance(target, list) else target.setdefault(part, {})
    if value is None:
        target.pop(last, None)
    else:
        target[last] = value


@dataclass(frozen=True)
class Records:
    """What was made of a bank, by path, and all that was found."""

    files: Mapping[str, str]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[str]:
        return [finding.message for finding in self.findings if finding.is_blocking]

    def __getitem__(self, name: str) -> str:
        """The record of the model by the name of its file."""
        return self.files[f"records/scorer/{name}"]

    @property
    def names(self) -> set[str]:
        return {path.removeprefix("records/scorer/") for path in self.files if path.startswith("records/scorer/")}


MakeRecords = Callable[..., Records]


@pytest.fixture(scope="session")
def make_records() -> MakeRecords:
    """The build of a bank, without errors unless `faulty`. Policies are not evaluated; `only_model`: only the records of the model."""

    def make(
        specs: list[dict[str, Any]],
        project: Mapping[str, Any] = PROJECT,
        *,
        faulty: bool = False,
        only_model: bool = False,
        **extra_files: str,
    ) -> Records:
        run = Session(tree(specs, project, **extra_files))
        findings = [finding for stage in (stages.check_documents, stages.check_emitters) for finding in stage(run)]
        files: dict[str, str] = {}
        scope = (lambda model, environment: (model, environment) == ("scorer", "")) if only_model else all_units
        for unit in [] if any(one.is_blocking for one in findings) else run.plan_units(scope):
            made, wrong = run.render_stage.render_unit(unit)
            findings += [*unit.findings, *wrong]
            files |= {file.path: file.content.decode() for file in made}
        records = Records(files, tuple(findings))
        assert faulty or records.errors == []
        return records

    return make


@pytest.fixture(scope="session")
def full(make_records: MakeRecords) -> Records:
    """The records of the model that says everything."""
    return make_records(documents())


@pytest.fixture(scope="session")
def bare(make_records: MakeRecords) -> Records:
    """The records of a model that says nothing but what it must."""
    specs = documents({**{key: MODEL[key] for key in (
        "apiVersion", "kind", "name", "type", "owner", "lifecycle", "summary", "useCase", "deploy", "runtime", "environments",
    )}, "releases": {version: {"source": release["source"]} for version, release in MODEL["releases"].items()}})  # fmt: skip
    set_field(specs, "Team", "risk", "contacts", None)
    set_field(specs, "UseCase", "lending", "process", None)
    set_field(specs, "UseCase", "lending", "classification/eu-ai-act", {"value": "high-risk"})
    return make_records(
        [one for one in specs if one["kind"] != "Waiver"],
        {key: value for key, value in PROJECT.items() if key != "organisation"},
    )
