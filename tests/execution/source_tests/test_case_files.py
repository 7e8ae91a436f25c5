"""A violation of the schema in a file of cases is reported at its location."""

import pytest

from compiler.diagnostics.finding import Subject
from compiler.execution.source_tests.case_files import CaseReader

SUBJECT = Subject("Model", "scorer")


@pytest.mark.parametrize(
    "text", ["- {name: a, input: {x: 1}, output: 2}\n", '[{"name": "a", "input": {"x": 1}, "output": 2}]']
)
def test_a_list_in_yaml_or_json_is_cases(text) -> None:
    cases, findings = CaseReader().read(text.encode(), "cases.yaml", SUBJECT)
    assert findings == []
    assert [dict(case) for case in cases] == [{"name": "a", "input": {"x": 1}, "output": 2}]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("- name: a\n  input: 1\n  output: 1\n  expect: 2\n", "MY101", 4),
        ("- {name: a, input: 1}\n", "MY102", 1),
        ("- name: a\n  input: 1\n  output: 1\n  tolerance: -1\n", "MY103", 4),
        ("- name: [\n", "MY001", 2),
        ("{}\n", "MY103", 1),
        ("", "MY103", 1),
    ],
)
def test_what_is_no_case_is_a_finding_at_its_line_and_runs_nothing(text, code, line) -> None:
    cases, findings = CaseReader().read(text.encode(), "cases.yaml", SUBJECT)
    assert cases == ()
    assert [(found.code.id, found.location.path, found.location.line) for found in findings] == [
        (code, "cases.yaml", line)
    ]
