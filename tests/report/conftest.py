"""Findings and reports, made up."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from compiler.diagnostics.finding import Code, Enforcement, Finding, Fix, Location, Severity, Status, Subject
from compiler.report import REPORTERS, Report

SPEC = "apiVersion: modelyard/v1\nkind: Model\nname: scorer\nowner: riks\n"
CODE = Code(
    "MY999",
    "made-up",
    Severity.HIGH,
    Enforcement.MANDATORY,
    "A thing that is wrong.",
    "It is wrong because a test says so.",
    "Put it right.",
)
POLICY = Code(
    "baseline/owner-has-contacts",
    "owner-has-contacts",
    Severity.MEDIUM,
    Enforcement.ADVISORY,
    "Every model has an owner who can be contacted.",
    "Otherwise questions have no recipient.",
    "Name a team with a channel.",
    ("EU-AI-Act:Art.14", "NIST-AI-RMF:MANAGE-2.4"),
    "https://example.org/policies/owner",
)


@pytest.fixture
def code() -> Code:
    return CODE


@pytest.fixture
def policy() -> Code:
    return POLICY


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """A finding about line 4 of models/scorer.yaml, with the given fields changed."""

    def make(message: str = "there is no Team `riks`", **fields) -> Finding:
        severity, mandatory = fields.pop("severity", None), fields.pop("mandatory", None)
        code = fields.pop("code", CODE)
        if severity:
            code = replace(code, severity=Severity(severity), id=f"MY9{list(Severity).index(severity):02}")
        if mandatory is not None:
            code = replace(code, enforcement=Enforcement.MANDATORY if mandatory else Enforcement.ADVISORY)
        fields.setdefault("location", Location("models/scorer.yaml", 4, 8, 4, 12))
        fields.setdefault("subject", Subject("Model", "scorer", None, ("owner",)))
        return Finding(code, message, **fields)

    return make


@pytest.fixture
def waived_finding(finding) -> Finding:
    return finding(status=Status.WAIVED, status_reason="the team moves in May (RISK-7)")


@pytest.fixture
def baseline_finding(finding) -> Finding:
    return finding(status=Status.BASELINE, subject=Subject("Model", "old", None, ("owner",)))


@pytest.fixture
def safe_fix() -> Fix:
    return Fix(Location("models/scorer.yaml", 4, 8, 4, 12), "risk")


@pytest.fixture
def report() -> Callable[..., Report]:
    """A report about the texts of a project."""

    def make(*findings: Finding, texts: Mapping[str, str] | None = None, **report_fields) -> Report:
        known = {"models/scorer.yaml": SPEC} if texts is None else texts
        return Report(findings, known.get, "1 model, 1 environment", **report_fields)

    return make


@pytest.fixture
def render_report(report) -> Callable[..., str]:
    """What a format says of findings."""
    return lambda format_, *findings, **report_fields: REPORTERS[format_](report(*findings, **report_fields))


@pytest.fixture
def read(render_report) -> Callable[..., object]:
    """The same, read back from JSON."""
    return lambda format_, *findings, **report_fields: json.loads(render_report(format_, *findings, **report_fields))
