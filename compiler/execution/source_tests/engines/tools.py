"""Tools of agents: the manifests of their servers (results of `tools/list`) contain the tools that the spec allows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.execution.source_tests.comparison import short_json
from compiler.execution.source_tests.worker_protocol import (
    Engine,
    FileCallback,
    Issue,
    IssueKind,
    Job,
    data_location,
    line_location,
    source_location,
)
from compiler.foundation.json_data import Json, Object
from compiler.foundation.suggestions import closest_match
from compiler.json_schema.metaschema import SchemaError
from compiler.json_schema.validator import Validator
from compiler.source.data_files import read_data_file
from compiler.spec.data_types import ToolData


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    for index, item in enumerate(job.source.get("tools", ())):
        tool = item
        if "manifest" not in tool:
            message = f"the tools of the server of `{tool['name']}` were not checked: the tool has no `manifest`"
            help_ = "put the result of `tools/list` next to the spec and set `manifest` to its path"
            yield Issue(IssueKind.NOT_RUN, message, source_location("tools", index), help_)
            continue
        name = tool["manifest"]
        on_file(name)
        manifest = _read_manifest(job, name)
        if isinstance(manifest, Issue):
            yield manifest
            continue
        issues = list(_manifest_issues(name, manifest))
        yield from issues
        if not issues:
            yield from _allow_issues(index, tool, manifest)


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The tools that a server lists, and whether it has more of them."""

    tools: Sequence[Json]
    has_more: bool


def _read_manifest(job: Job, name: str) -> _Manifest | Issue:
    """The manifest in the file, or why it is invalid."""
    data_file = read_data_file(job.content(name), name)
    for finding in data_file.findings:
        line, column = (finding.location.line, finding.location.column) if finding.location else (1, 1)
        return Issue(IssueKind.INVALID, finding.message, line_location(name, line, column))
    help_ = "call `tools/list` of the server and store the `result`"
    if not isinstance(data_file.value, Mapping) or "tools" not in data_file.value:
        return Issue(
            IssueKind.INVALID, f"`{name}` is not a list of tools: it has no `tools`", line_location(name), help_
        )
    tools = data_file.value["tools"]
    if not isinstance(tools, list):
        return Issue(
            IssueKind.INVALID,
            f"`tools` is {short_json(tools)}, not a list",
            data_location(name, "tools"),
        )
    return _Manifest(tools, bool(data_file.value.get("nextCursor")))


def _manifest_issues(name: str, manifest: _Manifest) -> Iterator[Issue]:
    """Each tool has a unique name, and an object schema."""
    tool_names: set[str] = set()
    for index, tool in enumerate(manifest.tools):
        tool_name = tool.get("name") if isinstance(tool, Mapping) else None
        if not isinstance(tool, Mapping) or not isinstance(tool_name, str):
            yield Issue(
                IssueKind.INVALID,
                f"{short_json(tool)} is not a tool: it has no name",
                data_location(name, "tools", index),
            )
            continue
        if tool_name in tool_names:
            message = f"two tools have the name `{tool_name}`"
            yield Issue(IssueKind.INVALID, message, data_location(name, "tools", index, "name"))
        tool_names.add(tool_name)
        yield from _schema_issues(name, index, tool_name, tool)


def _schema_issues(name: str, index: int, tool_name: str, tool: Object) -> Iterator[Issue]:
    if "inputSchema" not in tool:
        yield Issue(IssueKind.INVALID, f"`{tool_name}` has no `inputSchema`", data_location(name, "tools", index))
        return
    schema = tool["inputSchema"]
    location = data_location(name, "tools", index, "inputSchema")
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        yield Issue(
            IssueKind.INVALID,
            f"the input of `{tool_name}` is not an object: its schema has no `type: object`",
            location,
        )
        return
    try:
        Validator(schema)
    except SchemaError as error:
        message = f"the `inputSchema` of `{tool_name}` is not a valid JSON Schema: {str(error).split(chr(10), 1)[0]}"
        yield Issue(IssueKind.INVALID, message, location)


def _allow_issues(index: int, tool: ToolData, manifest: _Manifest) -> Iterator[Issue]:
    """Allowed tools exist, and have the side effects that the spec declares."""
    manifest_tools = {str(entry["name"]): entry for entry in manifest.tools if isinstance(entry, dict)}
    if manifest.has_more:
        message = f"`{tool['manifest']}` is the first page of several: the server has more tools (`nextCursor`)"
        yield Issue(
            IssueKind.NOT_RUN, message, source_location("tools", index, "manifest"), "store all pages in one list"
        )
    for position, item in enumerate(tool["allow"]):
        tool_name, location = item, source_location("tools", index, "allow", position)
        if tool_name in manifest_tools:
            if tool["sideEffects"] == "none" and (hint := _side_effect_hint(manifest_tools[tool_name])):
                message = f"the spec declares that `{tool_name}` changes nothing, but its server declares `{hint}`"
                help_ = (
                    "check which of the two is right (hints of a server are not reliable); if "
                    "the tool has effects, declare `reversible` or `irreversible`"
                )
                yield Issue(IssueKind.SUSPICIOUS, message, location, help_)
        elif not manifest.has_more:
            suggestion = closest_match(tool_name, manifest_tools)
            message = f"the server of `{tool['name']}` has no tool `{tool_name}`"
            yield Issue(
                IssueKind.SPEC_MISMATCH, message, location, f"did you mean `{suggestion}`?" if suggestion else None
            )


def _side_effect_hint(tool: Object) -> str | None:
    """The side effects that the server declares; `None` if it declares none, because the protocol's defaults are not a declaration.

    modelcontextprotocol.io, schema 2025-06-18, ToolAnnotations: all are hints, and `destructiveHint` is meaningful only for tools that
    are not read-only.
    """
    annotations = tool.get("annotations")
    hints: Object = annotations if isinstance(annotations, Mapping) else {}
    if hints.get("readOnlyHint") is True:
        return None
    if hints.get("destructiveHint") is True:
        return "destructiveHint: true"
    return "readOnlyHint: false" if hints.get("readOnlyHint") is False else None


ENGINE = Engine(
    name="tools",
    title="the manifests of tools",
    supports=lambda type_, source: type_ == "agent" and bool(source.get("tools")),
    run=_run,
)
