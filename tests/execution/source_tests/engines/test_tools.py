"""Tools: what a server says of them holds what the spec allows."""

import copy
import json

import pytest

from compiler.execution.source_tests.engines.tools import ENGINE
from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.worker_process import WorkerProcess
from compiler.execution.source_tests.worker_protocol import (
    IssueKind,
    Job,
    data_location,
    line_location,
    source_location,
)

pytestmark = pytest.mark.wheel

READ = {"name": "find_payment", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}
WRITE = {"name": "drop_payment", "inputSchema": {"type": "object"}, "annotations": {"destructiveHint": True}}
TOOL = {
    "name": "payments", "server": "http://t.example", "manifest": "t.json", "allow": ["find_payment"],
    "sideEffects": "none", "approval": "never",
}  # fmt: skip


def job(manifest=None, **tool) -> Job:
    manifest_content = {"tools": [READ, WRITE]} if manifest is None else manifest
    content = manifest_content if isinstance(manifest_content, bytes) else json.dumps(manifest_content).encode()
    return Job("tools", "agent", {"tools": [{**TOOL, **tool}]}, {}, {"t.json": content})


def issues_of(job: Job) -> list:
    return [(found.kind, found.location, found.message, found.help) for found in ENGINE.run(job, lambda _: None)]


def tool_with(**fields) -> dict:
    return {"tools": [{**copy.deepcopy(READ), **fields}]}


def test_what_is_offered_and_only_reads_may_be_allowed() -> None:
    assert issues_of(job()) == []
    assert issues_of(job(allow=["find_payment", "drop_payment"], sideEffects="irreversible")) == []


def test_a_tool_that_the_server_has_not_disagrees() -> None:
    (found,) = issues_of(job(allow=["find_payment", "find_payments"]))
    assert found == (
        IssueKind.SPEC_MISMATCH,
        source_location("tools", 0, "allow", 1),
        "the server of `payments` has no tool `find_payments`",
        "did you mean `find_payment`?",
    )


@pytest.mark.parametrize(
    ("hints", "hint"),
    [
        ({"destructiveHint": True}, "destructiveHint: true"),
        ({"readOnlyHint": False}, "readOnlyHint: false"),
        ({"readOnlyHint": True, "destructiveHint": True}, None),
        ({"readOnlyHint": "no"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_hint_that_something_changes_is_a_doubt(hints, hint) -> None:
    message = f"the spec declares that `find_payment` changes nothing, but its server declares `{hint}`"
    found = [one[:3] for one in issues_of(job(tool_with(annotations=hints)))]
    assert found == ([(IssueKind.SUSPICIOUS, source_location("tools", 0, "allow", 0), message)] if hint else [])
    assert issues_of(job(tool_with(annotations=hints), sideEffects="reversible")) == []


@pytest.mark.parametrize(
    ("manifest", "spot", "message"),
    [
        ({"result": {"tools": []}}, line_location("t.json"), "`t.json` is not a list of tools: it has no `tools`"),
        ([], line_location("t.json"), "`t.json` is not a list of tools: it has no `tools`"),
        ({"tools": {}}, data_location("t.json", "tools"), "`tools` is {}, not a list"),
        ({"tools": [3]}, data_location("t.json", "tools", 0), "3 is not a tool: it has no name"),
        (
            {"tools": [READ, READ]},
            data_location("t.json", "tools", 1, "name"),
            "two tools have the name `find_payment`",
        ),
        ({"tools": [{"name": "x"}]}, data_location("t.json", "tools", 0), "`x` has no `inputSchema`"),
        (
            tool_with(inputSchema={"type": "string"}),
            data_location("t.json", "tools", 0, "inputSchema"),
            "the input of `find_payment` is not an object: its schema has no `type: object`",
        ),
    ],
)
def test_what_is_no_list_of_tools_is_broken(manifest, spot, message) -> None:
    assert [one[:3] for one in issues_of(job(manifest))] == [(IssueKind.INVALID, spot, message)]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": "reference"},
        {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/schema.json"}}},
        {"type": "object", "properties": {"a": {"pattern": "("}}},
    ],
    ids=["no schema", "a schema from elsewhere", "no pattern"],
)
def test_what_a_tool_takes_is_a_schema_that_is_here(schema) -> None:
    ((kind, spot, message, _),) = issues_of(job(tool_with(inputSchema=schema)))
    assert (kind, spot) == (IssueKind.INVALID, data_location("t.json", "tools", 0, "inputSchema"))
    assert message.startswith("the `inputSchema` of `find_payment` is not a valid JSON Schema: ")


def test_a_page_of_several_is_not_looked_at_for_what_it_lacks() -> None:
    ((kind, spot, _, _),) = issues_of(job({"tools": [READ], "nextCursor": "2"}, allow=["other"]))
    assert (kind, spot) == (IssueKind.NOT_RUN, source_location("tools", 0, "manifest"))


def test_a_server_without_a_manifest_was_not_looked_at() -> None:
    edited_job = job()
    del edited_job.source["tools"][0]["manifest"]
    ((kind, spot, message, _),) = issues_of(edited_job)
    assert (kind, spot) == (IssueKind.NOT_RUN, source_location("tools", 0))
    assert message == "the tools of the server of `payments` were not checked: the tool has no `manifest`"


def test_a_hostile_manifest_is_a_remark_in_a_process_of_its_own() -> None:
    with WorkerProcess(ResourceLimits()) as child:
        assert child.run(job()) == ()
        for content in (b"[" * 100_000, b"\xff", b"{", b""):
            (remark,) = child.run(job(content))
            assert (remark.kind, remark.location.file) == (IssueKind.INVALID, "t.json")


def test_it_takes_agents_with_tools() -> None:
    assert ENGINE.supports("agent", {"tools": [TOOL]})
    assert not ENGINE.supports("agent", {"tools": []})
