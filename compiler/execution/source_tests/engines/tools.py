"""Tools of agents: what their servers say of them (a result of `tools/list`) holds what the spec allows."""

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from compiler.execution.source_tests.comparison import shown
from compiler.execution.source_tests.data_files import read
from compiler.execution.source_tests.worker_protocol import (
    Doing,
    Engine,
    Job,
    Kind,
    Remark,
    at_line,
    in_data,
    in_source,
)
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest
from compiler.json_schema.validator import SchemaError, Validator


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    for index, item in enumerate(as_list(job.source.get("tools"))):
        tool = as_object(item)
        if "manifest" not in tool:
            message = f"what the server of `{tool['name']}` offers was not looked at: the tool has no `manifest`"
            help_ = "put the result of `tools/list` beside the spec"
            yield Remark(Kind.NOT_RUN, message, in_source("tools", index), help_)
            continue
        name = as_str(tool["manifest"])
        at(name)
        manifest = _manifest(job, name)
        if isinstance(manifest, Remark):
            yield manifest
            continue
        remarks = list(_offers(name, manifest))
        yield from remarks
        if not remarks:
            yield from _allowed(index, tool, manifest)


def _manifest(job: Job, name: str) -> Object | Remark:
    """What the file holds, or why it is no list of tools."""
    found = read(job.content(name), name)
    for finding in found.findings:
        line, column = (finding.place.line, finding.place.column) if finding.place else (1, 1)
        return Remark(Kind.BROKEN, finding.message, at_line(name, line, column))
    help_ = "ask the server for `tools/list`, and keep the `result`"
    if not isinstance(found.value, Mapping) or "tools" not in found.value:
        return Remark(Kind.BROKEN, f"`{name}` is no list of tools: it has no `tools`", at_line(name), help_)
    if not _is_list(found.value["tools"]):
        return Remark(Kind.BROKEN, f"`tools` is {shown(found.value['tools'])}, and no list", in_data(name, "tools"))
    return found.value


def _is_list(value: Json) -> TypeGuard[list[Json]]:
    return isinstance(value, list | tuple)


def _offers(name: str, manifest: Object) -> Iterator[Remark]:
    """Each tool has a name of its own, and a schema of an object."""
    seen: set[str] = set()
    for index, tool in enumerate(as_list(manifest["tools"])):
        called = tool.get("name") if isinstance(tool, Mapping) else None
        if not isinstance(tool, Mapping) or not isinstance(called, str):
            yield Remark(Kind.BROKEN, f"{shown(tool)} is no tool: it has no name", in_data(name, "tools", index))
            continue
        if called in seen:
            message = f"two tools are called `{called}`"
            yield Remark(Kind.BROKEN, message, in_data(name, "tools", index, "name"))
        seen.add(called)
        yield from _schema(name, index, called, tool)


def _schema(name: str, index: int, called: str, tool: Object) -> Iterator[Remark]:
    if "inputSchema" not in tool:
        yield Remark(Kind.BROKEN, f"`{called}` has no `inputSchema`", in_data(name, "tools", index))
        return
    schema = tool["inputSchema"]
    spot = in_data(name, "tools", index, "inputSchema")
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        yield Remark(Kind.BROKEN, f"what `{called}` takes is no object: its schema says no `type: object`", spot)
        return
    try:
        Validator(schema)
    except SchemaError as error:
        message = f"the `inputSchema` of `{called}` is no JSON Schema: {str(error).split(chr(10), 1)[0]}"
        yield Remark(Kind.BROKEN, message, spot)


def _allowed(index: int, tool: Object, manifest: Object) -> Iterator[Remark]:
    """What the agent may call is offered, and may do what the spec says that it does."""
    offered = {as_str(as_object(one)["name"]): as_object(one) for one in as_list(manifest["tools"])}
    if manifest.get("nextCursor"):
        message = f"`{tool['manifest']}` is the first page of several: the server has more tools (`nextCursor`)"
        yield Remark(Kind.NOT_RUN, message, in_source("tools", index, "manifest"), "keep all pages in one list")
    for place, item in enumerate(as_list(tool["allow"])):
        called, spot = as_str(item), in_source("tools", index, "allow", place)
        if called in offered:
            if tool["sideEffects"] == "none" and (hint := _changes(offered[called])):
                message = f"`{called}` changes nothing, says the spec, and its server says `{hint}`"
                help_ = "a server's hints are no proof; say `reversible` or `irreversible` where it is right"
                yield Remark(Kind.DOUBTFUL, message, spot, help_)
        elif not manifest.get("nextCursor"):
            near = nearest(called, offered)
            message = f"the server of `{tool['name']}` has no tool `{called}`"
            yield Remark(Kind.DISAGREES, message, spot, f"did you mean `{near}`?" if near else None)


def _changes(tool: Object) -> str | None:
    """What the server says that its tool changes; where it says nothing, the defaults of the protocol are no word of it.

    modelcontextprotocol.io, schema 2025-06-18, ToolAnnotations: all are hints, and `destructiveHint` means something
    of a tool that is not read-only alone.
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
    takes=lambda type_, source: type_ == "agent" and bool(source.get("tools")),
    run=_run,
)
