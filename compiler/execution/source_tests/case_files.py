"""Reads files of test cases and validates them before anything runs."""

import json
from collections.abc import Sequence
from typing import cast

from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.resources import read_shipped_text
from compiler.json_schema.validator import Validator
from compiler.source.data_files import read_data_file
from compiler.spec.data_types import CaseData
from compiler.spec.schema_findings import schema_finding

CASE_SCHEMA_PATH = "modelyard/v1/cases/cases.schema.json"
CASE_SUFFIXES = (".yaml", ".yml", ".json")
"""File extensions of case files."""


class CaseReader:
    """Reads case files by their published schema."""

    def __init__(self) -> None:
        self._validator = Validator(json.loads(read_shipped_text(CASE_SCHEMA_PATH)))

    def read(self, content: bytes, path: str, subject: Subject) -> tuple[Sequence[CaseData], list[Finding]]:
        """The cases of a file, empty if it violates the schema, and the findings."""
        data = read_data_file(content, path)
        findings = list(data.findings)
        if data.document is None:
            return (), findings
        violations = self._validator.violations(data.value, spelling=data.document.scalar_text)
        findings += [schema_finding(violation, data.document, subject) for violation in violations]
        cases = () if violations else cast("Sequence[CaseData]", data.value)  # the schema accepted them
        return cases, findings
