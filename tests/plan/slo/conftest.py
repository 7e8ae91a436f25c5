"""One model on a cluster with a Prometheus, what is made of it, and the programs of Prometheus that read that."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree

DIGEST = "sha256:" + "0" * 64
METRICS = {"namespace": "monitoring"}
CAPABILITIES: Mapping[str, Any] = {
    "kubernetes": {"version": "1.34"}, "kserve": {"version": "0.20", "mode": "Standard"}, "gateway": {"namespace": "gateways"},
    "metrics": METRICS,
}  # fmt: skip
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}


def document(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "modelyard/v1", "kind": kind, "name": name, **fields}


STORED_SOURCE = {"format": "sklearn", "uri": "s3://models/one/1.0.0/", "digest": DIGEST}
WEIGHTS = {"baseModel": {"name": "bank/base", "revision": "1", "license": "MIT"}, "uri": "s3://a/b", "digest": DIGEST}
VENDOR = {
    "provider": "Bureau", "product": "Score", "contract": {"id": "C-1"}, "endpoint": {"host": "api.bureau.example"},
    "egress": {"cidrs": ["203.0.113.0/25"]},
}  # fmt: skip
KINDS: Mapping[str, Mapping[str, Any]] = {
    "program": {"type": "heuristic", "source": PROGRAM, "deploy": {"target": "kubernetes"}},
    "job": {
        "type": "heuristic", "source": {key: PROGRAM[key] for key in ("image", "digest")},
        "deploy": {"target": "kubernetes", "batch": {"schedule": "0 1 * * *"}},
    },
    "rules": {
        "type": "rules", "source": {"engine": "opa", "files": ["policy.rego"], "entrypoint": "a/b"}, "deploy": {"target": "kubernetes"},
    },
    "vendor": {"type": "vendor", "source": VENDOR, "deploy": {"target": "kubernetes"}},
    "ml": {"type": "ml", "source": STORED_SOURCE, "deploy": {"target": "kserve"}},
    "llm": {"type": "llm", "source": WEIGHTS, "deploy": {"target": "kserve", "scaling": {"min": 1, "max": 1}}},
}  # fmt: skip


@pytest.fixture
def spec() -> Callable[..., dict[str, Any]]:
    """A model of a kind; `kserve-…` is a trained one on that runtime."""

    def make_spec(kind: str = "program", **fields: Any) -> dict[str, Any]:
        kind_fields = KINDS.get(kind) or {**KINDS["ml"], "deploy": {"target": "kserve", "options": {"runtime": kind}}}
        common = {
            "owner": "risk",
            "lifecycle": "production",
            "summary": "Scores.",
            "version": "1.0.0",
            "environments": {"prod": {}},
        }
        return document("Model", "scorer", **{**common, **kind_fields, **fields})

    return make_spec


@pytest.fixture
def custom_indicators() -> Mapping[str, Any]:
    """Indicators of a model's own."""
    return {
        "availability": {
            "total": {"metric": "requests_total", "labels": {"app": "scorer"}},
            "errors": {"metric": "requests_total", "labels": {"app": "scorer"}, "matchRegex": {"code": "5.."}},
        },
        "latency": {"histogram": {"metric": "request_duration_seconds", "labels": {"app": "scorer"}}},
        "timeToFirstToken": {"histogram": {"metric": "first_token_seconds"}},
    }


@dataclass(frozen=True)
class RenderedModel:
    """What is made of a model in prod, and what is wrong with it."""

    texts: Mapping[str, str]
    findings: Sequence[Any]

    @property
    def reasons(self) -> list[str]:
        return [
            f"{one.code.id} {one.location.path}:{one.location.line} {one.message}"
            for one in self.findings
            if one.is_blocking
        ]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The groups of rules, whatever form they have."""
        path = next(path for path in self.texts if path.endswith((".rules.yaml", "prometheusrule.yaml")))
        read = yaml.load(self.texts[path], Loader=yaml.CSafeLoader)
        return read.get("groups") or read["spec"]["groups"]

    @property
    def rules(self) -> list[dict[str, Any]]:
        return [rule for group in self.groups for rule in group["rules"]]

    def alerts(self, severity: str = "", name: str = "") -> list[dict[str, Any]]:
        return [
            rule
            for rule in self.rules
            if name in {"", rule.get("alert")} and "alert" in rule and rule["labels"]["severity"].startswith(severity)
        ]


@pytest.fixture
def make() -> Callable[..., RenderedModel]:
    """What is made of a model, with emitters of the project's choice; a capability that is None is one that the cluster lacks."""

    def render_model(
        model: Mapping[str, Any], *other_models: Mapping[str, Any], emitters: Mapping[str, Any] | None = None,
        files: Mapping[str, bytes] | None = None, environment: Mapping[str, Any] | None = None, **capabilities: Any,
    ) -> RenderedModel:  # fmt: skip
        known = {name: value for name, value in {**CAPABILITIES, **capabilities}.items() if value is not None}
        prod = document(
            "Environment", "prod", stage="prod", namespace="models", capabilities=known, **(environment or {})
        )
        contacts = {"email": "risk@bank.example", "chat": "#risk", "onCall": "risk-primary"}
        documents = [document("Team", "risk", contacts=contacts), prod, model, *other_models]
        settings = {"emitters": emitters} if emitters else {}
        image = {"image": "registry.example/opa:1.10.1", "digest": DIGEST}
        project = document(
            "Project", "bank", environments=["prod"], images={"opa": image, "oxigraph": image}, **settings
        )
        tree = {
            "modelyard.yaml": yaml.dump(project, Dumper=yaml.CSafeDumper),
            "models/all.yaml": yaml.dump_all(documents, Dumper=yaml.CSafeDumper),
        }
        run = Session(
            MemoryTree(
                {
                    "models/policy.rego": b"package a\n",
                    **{path: text.encode() for path, text in tree.items()},
                    **(files or {}),
                }
            )
        )
        found = [*run.portfolio.findings, *run.emitters.findings, *run.capability_problems]
        unit = next(unit for unit in run.plan_units() if unit.id == f"prod/{model['name']}")
        made, wrong = run.render_stage.render_unit(unit)
        texts = {file.path.rpartition("/")[2]: file.content.decode() for file in made}
        return RenderedModel(texts, [*found, *unit.findings, *wrong])

    return render_model


@pytest.fixture
def promtool(program: Callable[..., str], tmp_path: Path) -> Callable[..., str]:
    """What promtool says of rules, and of what they do with series."""

    def run(groups: Sequence[Mapping[str, Any]], tests: Sequence[Mapping[str, Any]] = (), interval: str = "1m") -> str:
        tool = program("promtool", "apt-get install prometheus")
        (tmp_path / "rules.yaml").write_text(
            yaml.dump({"groups": list(groups)}, Dumper=yaml.CSafeDumper), encoding="utf-8"
        )
        command = [tool, "check", "rules", str(tmp_path / "rules.yaml")]
        if tests:
            scenario = {"rule_files": ["rules.yaml"], "evaluation_interval": interval, "tests": list(tests)}
            (tmp_path / "tests.yaml").write_text(yaml.dump(scenario, Dumper=yaml.CSafeDumper), encoding="utf-8")
            command = [tool, "test", "rules", str(tmp_path / "tests.yaml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return f"{done.stdout}{done.stderr}" if done.returncode else ""

    return run
