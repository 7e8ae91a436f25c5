"""Every field of the language that a target has to use changes what it renders or exports, or is rejected: tried for each type.

The fields and their values come from the published schemas, so that a new field is tried without a change here.
"""

import itertools
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from compiler.foundation.resources import shipped_folder, type_schemas
from compiler.pipeline.stages import check
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.matching.used_fields import EmitterAccess
from tests.targets.conftest import project_session
from tests.targets.schema_values import Field, SchemaValues
from tests.targets.test_nothing_is_dropped import DIGEST, MODELS, OTHER_DIGEST, POLICY, RETAIL

CAPABILITIES: Mapping[str, Any] = {
    "gateway": {
        "namespace": "gateways",
        "name": "public",
        "inferencePools": True,
        "implementation": "envoy-gateway",
        "globalRateLimit": True,
    },
    "leaderWorkerSet": True,
    "keda": True,
    "metrics": {"namespace": "monitoring", "url": "http://prometheus.monitoring.svc:9090"},
    "mesh": {"kind": "istio", "namespace": "istio-system"},
    "accelerators": {"large": {"resource": "nvidia.com/gpu"}, "small": {"resource": "nvidia.com/mig-1g.10gb"}},
}
KNOWN: dict[tuple[str, ...], tuple[Any, Any]] = {
    ("digest",): (DIGEST, OTHER_DIGEST),
    ("files",): (["cash.lp"], ["data.json"]),
    ("file",): ("task.md", "cash.lp"),
    ("ontology", "files"): (["task.md"], ["cash.lp"]),
    ("gpuType",): ("large", "small"),
    ("weight",): ("50%", "40%"),
    ("router",): ("sequence", "ensemble"),
    ("uses", "*", "model"): ("retail", "policy"),
    ("steps", "*", "model"): ("retail", "policy"),
    ("uses", "*", "dataset"): ("orders", "prices"),
    ("egress", "*", "url"): ("http://a.b.svc:80", "http://a.c.svc:80"),
    ("schedule",): ("0 1 * * *", "0 2 * * *"),
    ("timeZone",): ("Europe/Zurich", "Europe/Paris"),
    ("scaling", "max"): (3, 5),
    ("scaling", "min"): (2, 3),
    ("sourceCIDR", "value"): ("203.0.113.0/24", "198.51.100.0/24"),
}
"""Values of names, files and other texts whose schema does not say which exist."""
MOST_MODELS = 500
FEWEST_EFFECTIVE = 3
"""Each type has fields that change what is rendered: a test in which all values were rejected would show nothing."""
OPTIONS: Mapping[str, Any] = {kind: {"storageCidrs": ["198.51.100.0/24"]} for kind in ("ml", "statistical", "llm")}
"""Options without which egress is unrestricted, so that `deploy.egress` permits nothing more."""
STEP = {"name": "a", "model": "retail"}
ROUTERS: Mapping[str, Any] = {
    "switch": [{**STEP, "when": {"field": "a", "op": "==", "value": 1}}],
    "splitter": [{**STEP, "weight": "50%"}, {"name": "b", "model": "policy", "weight": "50%"}],
    "sequence": [{**STEP, "data": "request"}, {"name": "b", "model": "policy", "data": "response"}],
}
OTHER_SOURCES: Mapping[str, list[Any]] = {
    "ensemble": [{"router": router, "steps": steps} for router, steps in ROUTERS.items()]
}
"""Sources in which fields have an effect that the usual source of the type cannot have."""
CALLER = {"name": "web", "namespace": "shop", "podSelector": {"matchLabels": {"app": "web"}}, "serviceAccount": "web"}
NEEDED: Mapping[tuple[str, ...], Mapping[str, Any]] = {("deploy", "authentication"): {"callers": [CALLER]}}
"""Settings of `deploy` without which the fields below a path have no effect that a request could show."""
TARGETS = {
    kind: emitter["id"]
    for path in sorted((shipped_folder("templates") / "targets").iterdir())
    for emitter in [yaml.load((path / "emitter.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)]
    for kind in emitter["supports"]["types"]
}


def outcomes(specs: list[dict[str, Any]]) -> list[tuple[frozenset[str], frozenset[tuple[str, str]]]]:
    """For each model, its findings, or what its target renders and exports. A file may have 1,000 documents."""
    if len(specs) > MOST_MODELS:
        return [*outcomes(specs[:MOST_MODELS]), *outcomes(specs[MOST_MODELS:])]
    named = [{**spec, "name": f"m{index:04}"} for index, spec in enumerate(specs)]
    session, _ = project_session([*named, RETAIL, POLICY], "risk", CAPABILITIES)
    findings: dict[str, set[str]] = {}
    for finding in check(session):
        assert finding.subject
        if finding.is_blocking:
            findings.setdefault(finding.subject.name, set()).add(f"{finding.code.id} {finding.message}")
    units = {unit.id: unit for unit in session.plan_units() if unit.id.startswith("prod/m")}
    results = []
    for spec in named:
        name = spec["name"]
        unit = units.get(f"prod/{name}")
        blocking = [one for one in unit.findings if one.is_blocking] if unit else []
        problems = {*findings.get(name, ()), *(f"{one.code.id} {one.message}" for one in blocking)}
        texts: set[tuple[str, str]] = set()
        if unit and not problems:
            own = {file.path for file in unit.files if file.emitter.id == spec["deploy"]["target"]}
            files, wrong = session.render_stage.render_unit(unit)
            problems |= {one.message for one in wrong if one.is_blocking}
            texts = {(file.path, file.content.decode()) for file in files if file.path in own}
            texts = {(path.replace(name, "x"), text.replace(name, "x")) for path, text in texts}
            model = session.fleet.model(name, "prod")
            assert model is not None
            target = session.emitters.by_id[spec["deploy"]["target"]]
            exported = [
                session.plan_stage.exports.of_model(model, target, key)
                for key in ("endpoint", "metrics", "pods", "identity")
            ]
            texts.add(("exports", re.sub(name, "x", str(exported))))
        results.append((frozenset(problems), frozenset(texts)))
    return results


def is_invalid_value(finding: str) -> bool:
    """Whether the value itself is invalid, so that nothing is known about the target."""
    return finding.startswith("MY1")


@pytest.mark.parametrize("kind", sorted(type_schemas()))
def test_every_field_changes_what_is_rendered_or_is_rejected(kind):
    base = MODELS[kind]
    base = {**base, "deploy": {**base["deploy"], **({"options": OPTIONS[kind]} if kind in OPTIONS else {})}}
    assert base["deploy"]["target"] == TARGETS[kind]
    values = SchemaValues(type_schemas()[kind], KNOWN)
    fields = list(values.fields())
    bases = [base, *({**base, "source": source} for source in OTHER_SOURCES.get(kind, ()))]
    attempts: list[Field] = []
    specs: list[dict[str, Any]] = []
    for field, one, is_full in itertools.product(fields, bases, (False, True)):
        if one is not base and field.path[0] != "source":
            continue  # other sources serve fields of the source
        attempts.append(field)
        needed = next((deploy for path, deploy in NEEDED.items() if field.path[: len(path)] == path), {})
        called = {**one, "deploy": {**one["deploy"], **needed}}
        specs += [values.changed(called, field, value, is_full=is_full) for value in field.values]
    (base_findings, base_texts), *results = outcomes([base, *specs])
    assert not base_findings
    assert base_texts
    silent: set[str] = set()
    effective: set[str] = set()
    valid: set[str] = set()
    for field, first, second in zip(attempts, results[::2], results[1::2], strict=True):
        if not all(any(map(is_invalid_value, findings)) for findings, _ in (first, second)):
            valid.add(str(field))
        if not first[0] and not second[0]:
            (silent if first[1] == second[1] else effective).add(str(field))
    assert sorted({*map(str, fields)} - valid) == []
    assert sorted(silent - effective) == []
    assert len(effective) >= FEWEST_EFFECTIVE
    assert sorted(effective - fields_in_templates(kind)) == []


def fields_in_templates(kind: str) -> set[str]:
    """The fields that the templates and conditions of a target use, by the analysis that is made of the targets of projects."""
    session, _ = project_session([RETAIL], "risk", {})
    emitter, language = session.emitters.by_id[TARGETS[kind]], session.language.type_language(kind)
    access = EmitterAccess(emitter, ConditionEvaluator(session.language, session.emitters))
    use = access.fields(language, frozenset(), ("image", "settingsEnv"))
    return {str(field) for field in SchemaValues(type_schemas()[kind], KNOWN).fields() if use.uses(field.path)}
