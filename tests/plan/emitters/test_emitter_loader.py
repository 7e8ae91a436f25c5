"""What no run looks at in an emitter that came with Modelyard, since this does."""

from dataclasses import replace
from pathlib import Path

import pytest

from compiler.pipeline.session import Session
from compiler.plan.emitters.emitter_loader import schema_findings
from compiler.source.worktree import WorkTree

pytestmark = pytest.mark.wheel

RUN = Session(WorkTree(Path(__file__).resolve().parents[3]))
EMITTERS = [emitter for emitter in RUN.emitters.by_id.values() if emitter.is_builtin]


@pytest.mark.parametrize("emitter", EMITTERS, ids=lambda emitter: emitter.id)
def test_schemas_of_what_is_shipped_are_schemas(emitter):
    assert [found.message for found in schema_findings(emitter)] == []


def test_a_schema_that_is_none_is_reported():
    emitter = replace(EMITTERS[0], schemas={"x.schema.json": {"type": "no type"}})
    assert [found.message.partition(":")[0] for found in schema_findings(emitter)] == [
        "x.schema.json is not a valid JSON Schema"
    ]
    options = {**EMITTERS[0].data, "options": {"type": "object"}}
    assert [found.message for found in schema_findings(replace(EMITTERS[0], data=options))] == [
        "the schema of the options allows unknown keys"
    ]


def test_an_option_of_an_unknown_quantity_is_reported():
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"at": {"type": "string", "x-modelyard-quantity": "crn"}},
    }
    options = replace(EMITTERS[0], data={**EMITTERS[0].data, "options": schema})
    [finding] = schema_findings(options)
    assert (finding.message, "cron" in finding.help) == ("there is no quantity `crn`", True)
