"""GoRules decision models, by the ZEN engine: they load, every cell is a valid expression, and cases have the expected output."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from compiler.execution.source_tests import gorules_tables
from compiler.execution.source_tests.comparison import first_mismatch
from compiler.execution.source_tests.gorules_tables import JdmModel
from compiler.execution.source_tests.worker_protocol import (
    Engine,
    FileCallback,
    Issue,
    IssueKind,
    IssueLocation,
    Job,
    data_location,
    line_location,
    source_location,
)
from compiler.foundation.json_data import Object
from compiler.foundation.suggestions import closest_match
from compiler.source.data_files import read_data_file
from compiler.spec.language import iter_strings
from compiler.spec.merge_rules import ANY_KEY

_NODE_ERROR = re.compile(r"nodes\[(?P<index>\d+)\][^:]*: (?P<text>.+)")


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    models: dict[str, JdmModel] = {}
    issues: list[Issue] = []
    for name in job.file_names("files"):
        on_file(name)
        model, model_issues = _load_model(name, job)
        issues += model_issues
        if model is not None:
            models[name] = model
    issues += [issue for name, model in models.items() for issue in _consistency_issues(job, name, model)]
    yield from issues
    if not any(issue.kind in {IssueKind.INVALID, IssueKind.NOT_RUN} for issue in issues):
        yield from _case_issues(job, models, on_file)


def _load_model(name: str, job: Job) -> tuple[JdmModel | None, list[Issue]]:
    """Load the model of a file; returns its issues, and `None` if it cannot be loaded."""
    import zen

    data_file = read_data_file(job.content(name), name)
    for finding in data_file.findings:
        line, column = (finding.location.line, finding.location.column) if finding.location else (1, 1)
        return None, [Issue(IssueKind.INVALID, finding.message, line_location(name, line, column))]
    if not isinstance(data_file.value, Mapping) or "nodes" not in data_file.value:
        return None, [
            Issue(IssueKind.INVALID, f"`{name}` is not a decision model: it has no `nodes`", line_location(name))
        ]
    model = data_file.value
    try:
        zen.ZenEngine().create_decision(json.dumps(model)).validate()
    except Exception as error:  # noqa: BLE001 - the engine raises plain exceptions
        return None, [_load_issue(name, model, error)]
    valid_model = cast("JdmModel", model)  # the engine accepted it
    checks = _expression_check(zen.compile_unary_expression), _expression_check(zen.compile_expression)
    return valid_model, list(gorules_tables.model_issues(name, valid_model, *checks))


def _expression_check(compile_expression: Callable[[str], object]) -> gorules_tables.ExpressionCheck:
    def check(text: str) -> str | None:
        try:
            compile_expression(text)
        except Exception as error:  # noqa: BLE001 - the engine raises plain exceptions
            return _parse_error(error).source
        return None

    return check


@dataclass(frozen=True, slots=True)
class _EngineError:
    """The message of an engine error, its type, and the node that it is about."""

    source: str
    type: str = ""
    node_id: str = ""


def _parse_error(error: Exception) -> _EngineError:
    """An error of the engine, without its stack."""
    text = str(error).split("\n\nStack backtrace", 1)[0].strip()
    try:
        details = json.loads(text)
    except ValueError:
        return _EngineError(text.replace("\n", " "))
    if not isinstance(details, dict):
        return _EngineError(text)
    texts = {key: value for key, value in details.items() if isinstance(value, str)}
    return _EngineError(texts.get("source", ""), texts.get("type", ""), texts.get("nodeId", ""))


def _load_issue(name: str, model: Object, error: Exception) -> Issue:
    details = _parse_error(error)
    if node_match := _NODE_ERROR.search(details.source):
        return Issue(
            IssueKind.INVALID, node_match["text"].strip(), data_location(name, "nodes", int(node_match["index"]))
        )
    match details.type:
        case "cyclicGraph":
            return Issue(IssueKind.INVALID, "the edges form a cycle", data_location(name, "edges"))
        case "missingNode":
            return Issue(
                IssueKind.INVALID,
                f"an edge refers to the node `{details.node_id}`, which does not exist",
                _edge_location(name, model, details.node_id),
            )
    return Issue(IssueKind.INVALID, details.source or details.type, line_location(name))


def _edge_location(name: str, model: Object, node: str) -> IssueLocation:
    for pointer, value in iter_strings(model, ("edges", ANY_KEY, ANY_KEY)):
        if value == node and pointer[-1] in {"sourceId", "targetId"}:
            return data_location(name, *pointer)
    return line_location(name)


def _consistency_issues(job: Job, name: str, model: JdmModel) -> Iterator[Issue]:
    """The spec's tables exist, and models are consistent with each other."""
    spec_policy = job.source.get("hitPolicy")
    for pointer, node, content in gorules_tables.iter_nodes(model):
        if node.get("type") == "decisionTableNode" and spec_policy is not None:
            policy = content.get("hitPolicy", "first")
            if policy != spec_policy:
                message = f"the table `{node.get('name')}` has the hit policy `{policy}`, but the spec declares `{spec_policy}`"
                yield Issue(IssueKind.SPEC_MISMATCH, message, data_location(name, *pointer, "content", "hitPolicy"))
        if node.get("type") == "decisionNode" and content.get("key") not in job.file_names("files"):
            message = f"a decision node refers to `{content.get('key')}`, which is not one of the release's `files`"
            yield Issue(
                IssueKind.INVALID, message, data_location(name, *pointer, "content", "key"), "add it to `source.files`"
            )


def _case_issues(job: Job, models: Mapping[str, JdmModel], on_file: FileCallback) -> Iterator[Issue]:
    import zen

    names = job.file_names("files")
    entrypoint = job.source.get("entrypoint", "") or (names[0] if len(names) == 1 else "")
    if entrypoint not in models:
        suggestion = closest_match(entrypoint, names) or names[0]
        message = (
            f"there is no file `{entrypoint}`"
            if entrypoint
            else "the release has several files, but no `entrypoint` selects one"
        )
        yield Issue(
            IssueKind.SPEC_MISMATCH,
            message,
            source_location(*(("entrypoint",) if entrypoint else ())),
            f"write `entrypoint: {suggestion}`",
        )
        return
    engine = zen.ZenEngine({"loader": lambda key: json.dumps(models[key])})
    decision = engine.create_decision(json.dumps(models[entrypoint]))
    for file, cases in job.cases.items():
        on_file(file)
        for index, case in enumerate(cases):
            try:
                mismatch = first_mismatch(case, decision.evaluate(json.dumps(case["input"]))["result"])
            except Exception as error:  # noqa: BLE001 - the engine raises plain exceptions
                message = f"the case `{case['name']}` fails: {_failure_text(models[entrypoint], error)}"
                yield Issue(IssueKind.WRONG_ANSWER, message, data_location(file, index))
                continue
            if mismatch is not None:
                yield Issue(IssueKind.WRONG_ANSWER, mismatch[1], data_location(file, index, "output", *mismatch[0]))


def _failure_text(model: JdmModel, error: Exception) -> str:
    details = _parse_error(error)
    node_names = {node.get("id"): node.get("name") for _, node, _content in gorules_tables.iter_nodes(model)}
    node_name = node_names.get(details.node_id)
    return f"{f'at `{node_name}`: ' if node_name else ''}{details.source.strip()}"


ENGINE = Engine(
    name="gorules",
    title="the ZEN engine (GoRules)",
    supports=lambda _, source: source.get("engine") == "gorules",
    run=_run,
    packages=("zen",),
    tests_key="tests",
    has_case_files=True,
)
