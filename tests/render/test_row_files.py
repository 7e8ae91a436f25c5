"""A file with rows that are printed one by one is the same as with all rows in memory; other uses of rows need these."""

from collections.abc import Callable

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.plan.planning import UnitFilter
from compiler.source.memory_tree import MemoryTree

EMITTER = b"""\
id: list
title: A list of models
summary: Lists models.
files:
  - {path: records/list.json, template: list.json.j2, scope: project%s}
"""
SCHEMA = b", schema: list.schema.json"


@pytest.fixture
def passes(monkeypatch) -> list[bool]:
    """Whether rows were in memory, for each time that files of the project were planned."""
    made: list[bool] = []
    plan: Callable[..., object] = Session.plan_shared_units

    def count(session: Session, plans: object, scope: UnitFilter, *, holds_rows: bool = True) -> object:
        made.extend([holds_rows] if scope("", "") else [])
        return plan(session, plans, scope, holds_rows=holds_rows)

    monkeypatch.setattr(Session, "plan_shared_units", count)
    return made


def built(files: dict[str, bytes], template: str, schema: bytes | None = None) -> tuple[object, object]:
    folder = "templates/records/list"
    added = {f"{folder}/list.json.j2": template.encode()}
    if schema is not None:
        added[f"{folder}/list.schema.json"] = schema
    emitter = EMITTER % (SCHEMA if schema is not None else b"")
    session = Session(MemoryTree({**files, **added, f"{folder}/emitter.yaml": emitter}))
    result = build(session, lambda model, _environment: not model)
    contents = {file.path: file.content for unit in result.units for file in unit.files}
    return contents, result.findings


def both(files: dict[str, bytes], monkeypatch, *arguments: object) -> tuple[object, object]:
    """What is built row by row, where that is possible, and what is built with all rows in memory."""
    first = built(files, *arguments)
    plan: Callable[..., object] = Session.plan_shared_units
    with monkeypatch.context() as patch:
        patch.setattr(Session, "plan_shared_units", lambda session, plans, scope, **_: plan(session, plans, scope))
        return first, built(files, *arguments)


def test_the_shipped_register_is_printed_row_by_row_with_the_same_bytes(
    sample_files: dict[str, bytes], passes: list[bool], monkeypatch
) -> None:
    template = '{"deeper": {"below": {{ inventory.models }} }, "name": {{ project.name }}}'
    row_by_row, at_once = both(sample_files, monkeypatch, template)
    assert passes == [False, True]
    assert row_by_row == at_once
    assert row_by_row[0]["records/list.json"].startswith(b'{\n  "deeper": {\n    "below": [\n      {\n')


@pytest.mark.parametrize(
    "template",
    [
        "[{% for model in inventory.models %}{{ model.name }}, {% endfor %}null]",
        '{"count": {{ inventory.models | length }}}',
        '{"both": [{{ inventory.models }}, {{ inventory.models }}]}',
        '{"text": "{{ inventory.models }}"}',
    ],
)
def test_other_uses_of_rows_need_all_of_them(
    template: str, sample_files: dict[str, bytes], passes: list[bool], monkeypatch
) -> None:
    row_by_row, at_once = both(sample_files, monkeypatch, template)
    assert passes == [False, True, True]
    assert row_by_row == at_once


@pytest.mark.parametrize(
    ("models", "is_printed_row_by_row"),
    [
        (b'{"type": "array", "items": {"properties": {"name": {"pattern": "^[a-z0-9-]+$"}}}}', True),
        (b'{"type": "array", "items": {"properties": {"name": {"maxLength": 10}}}}', False),
        (b'{"type": "array", "uniqueItems": true}', False),
    ],
)
def test_rows_are_validated(
    models: bytes, *, is_printed_row_by_row: bool, sample_files: dict[str, bytes], passes: list[bool], monkeypatch
) -> None:
    schema = b'{"type": "object", "properties": {"models": %s}}' % models
    row_by_row, at_once = both(sample_files, monkeypatch, '{"models": {{ inventory.models }}}', schema)
    assert passes == ([False, True] if is_printed_row_by_row else [False, True, True])
    assert row_by_row == at_once
    assert ("records/list.json" in row_by_row[0]) == (b"max" not in models)
