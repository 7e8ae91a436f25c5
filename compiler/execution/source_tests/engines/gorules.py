"""GoRules decision models, by the ZEN engine: they load, every cell is an expression, and cases come out as they say."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from compiler.execution.source_tests import gorules_tables as decision_table
from compiler.execution.source_tests.comparison import wrong
from compiler.execution.source_tests.data_files import read
from compiler.execution.source_tests.worker_protocol import (
    Doing,
    Engine,
    Job,
    Kind,
    Remark,
    Spot,
    at_line,
    in_data,
    in_source,
)
from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest

_AT_NODE = re.compile(r"nodes\[(?P<index>\d+)\][^:]*: (?P<text>.+)")


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    models: dict[str, Object] = {}
    said: list[Remark] = []
    for name in job.named("files"):
        at(name)
        model, remarks = _loaded(name, job)
        said += remarks
        if model is not None:
            models[name] = model
    said += [remark for name, model in models.items() for remark in _agreement(job, name, model)]
    yield from said
    if not any(remark.kind in {Kind.BROKEN, Kind.NOT_RUN} for remark in said):
        yield from _cases(job, models, at)


def _loaded(name: str, job: Job) -> tuple[Object | None, list[Remark]]:
    """The model in a file, and what is wrong with it; none where it is no model at all."""
    import zen

    found = read(job.content(name), name)
    for finding in found.findings:
        line, column = (finding.place.line, finding.place.column) if finding.place else (1, 1)
        return None, [Remark(Kind.BROKEN, finding.message, at_line(name, line, column))]
    if not isinstance(found.value, Mapping) or "nodes" not in found.value:
        return None, [Remark(Kind.BROKEN, f"`{name}` is no decision model: it has no `nodes`", at_line(name))]
    model = found.value
    try:
        zen.ZenEngine().create_decision(json.dumps(model)).validate()
    except Exception as error:  # noqa: BLE001 - the engine has no error of its own
        return None, [_refused(name, model, error)]
    return model, list(decision_table.remarks(name, model, _compiles(zen, "unary_"), _compiles(zen, "")))


def _compiles(zen: Any, kind: str) -> decision_table.Judge:  # noqa: ANN401 - a package without types
    def judge(text: str) -> str | None:
        try:
            getattr(zen, f"compile_{kind}expression")(text)
        except Exception as error:  # noqa: BLE001 - the engine has no error of its own
            return as_str(_told(error).get("source"))
        return None

    return judge


def _told(error: Exception) -> Object:
    """What an error of the engine says, as data; its stack is nobody's business."""
    text = str(error).split("\n\nStack backtrace", 1)[0].strip()
    try:
        told = json.loads(text)
    except ValueError:
        return {"source": text.replace("\n", " ")}
    return as_object(told) if isinstance(told, Mapping) else {"source": text}


def _refused(name: str, model: Object, error: Exception) -> Remark:
    told = _told(error)
    source = as_str(told.get("source"))
    if place := _AT_NODE.search(source):
        return Remark(Kind.BROKEN, place["text"].strip(), in_data(name, "nodes", int(place["index"])))
    match told.get("type"):
        case "cyclicGraph":
            return Remark(Kind.BROKEN, "the edges lead back to where they came from", in_data(name, "edges"))
        case "missingNode":
            missing = as_str(told.get("nodeId"))
            return Remark(
                Kind.BROKEN, f"an edge names the node `{missing}`, which is not there", _edge(name, model, missing)
            )
    return Remark(Kind.BROKEN, source or str(told.get("type")), at_line(name))


def _edge(name: str, model: Object, node: str) -> Spot:
    for index, edge in enumerate(as_list(model.get("edges"))):
        for end in ("sourceId", "targetId"):
            if as_object(edge).get(end) == node:
                return in_data(name, "edges", index, end)
    return at_line(name)


def _agreement(job: Job, name: str, model: Object) -> Iterator[Remark]:
    """What the spec says of tables, and what models say of each other."""
    asked = job.source.get("hitPolicy")
    for pointer, node in decision_table.nodes(model):
        content = as_object(node.get("content"))
        if node.get("type") == "decisionTableNode" and asked is not None:
            policy = content.get("hitPolicy", "first")
            if policy != asked:
                message = f"the table `{node.get('name')}` has the hit policy `{policy}`, and the spec says `{asked}`"
                yield Remark(Kind.DISAGREES, message, in_data(name, *pointer, "content", "hitPolicy"))
        if node.get("type") == "decisionNode" and content.get("key") not in job.named("files"):
            message = f"`{content.get('key')}` is asked, and is none of the release's `files`"
            yield Remark(Kind.BROKEN, message, in_data(name, *pointer, "content", "key"), "add it to `source.files`")


def _cases(job: Job, models: Mapping[str, Object], at: Doing) -> Iterator[Remark]:
    import zen

    names = job.named("files")
    asked = as_str(job.source.get("entrypoint")) or (names[0] if len(names) == 1 else "")
    if asked not in models:
        near = nearest(asked, names) or names[0]
        message = f"no file is `{asked}`" if asked else "several files, and no `entrypoint` that says which is asked"
        yield Remark(
            Kind.DISAGREES, message, in_source(*(("entrypoint",) if asked else ())), f"write `entrypoint: {near}`"
        )
        return
    engine: Any = zen.ZenEngine({"loader": lambda key: json.dumps(models[key])})
    decision = engine.create_decision(json.dumps(models[asked]))
    for file, cases in job.cases.items():
        at(file)
        for index, case in enumerate(cases):
            try:
                found = wrong(case, decision.evaluate(case["input"])["result"])
            except Exception as error:  # noqa: BLE001 - the engine has no error of its own
                message = f"the case `{case['name']}` fails: {_failure(models[asked], error)}"
                yield Remark(Kind.WRONG, message, in_data(file, index))
                continue
            if found is not None:
                yield Remark(Kind.WRONG, found[1], in_data(file, index, "output", *found[0]))


def _failure(model: Object, error: Exception) -> str:
    told = _told(error)
    named = {node.get("id"): node.get("name") for _, node in decision_table.nodes(model)}
    where = named.get(told.get("nodeId"))
    return f"{f'at `{where}`: ' if where else ''}{as_str(told.get('source')).strip()}"


ENGINE = Engine(
    name="gorules",
    title="the ZEN engine (GoRules)",
    takes=lambda _, source: source.get("engine") == "gorules",
    run=_run,
    packages=("zen",),
    tests="tests",
    cases=True,
)
