"""Mistakes in GoRules JDM models that the engine silently ignores: docs.gorules.io/developers/jdm."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypedDict

from compiler.execution.source_tests.worker_protocol import Issue, IssueKind, data_location
from compiler.foundation.json_data import Pointer

ExpressionCheck = Callable[[str], str | None]
"""What is wrong with an expression, or `None`."""
_METADATA_KEYS = frozenset({"_id", "_description"})
_HTTP_IMPORT = re.compile(r"""(?:from|import|require)\s*\(?\s*['"]http['"]""")


class JdmExpression(TypedDict, total=False):
    """A line of an expression node."""

    value: str


class JdmStatement(TypedDict, total=False):
    """A branch of a switch node."""

    condition: str


class JdmColumn(TypedDict, total=False):
    """A column of a decision table."""

    id: str
    field: str | None


class JdmContent(TypedDict, total=False):
    """The content of a node, which depends on the type of the node."""

    expressions: Sequence[JdmExpression]
    statements: Sequence[JdmStatement]
    source: str
    key: str
    hitPolicy: str
    inputs: Sequence[JdmColumn]
    outputs: Sequence[JdmColumn]
    rules: Sequence[Mapping[str, str]]


class JdmNode(TypedDict, total=False):
    """A node; the content of an old function node is its source."""

    id: str
    name: str
    type: str
    content: JdmContent | str


class JdmModel(TypedDict, total=False):
    """A model that the engine accepted."""

    nodes: Sequence[JdmNode]


def iter_nodes(model: JdmModel) -> Iterator[tuple[Pointer, JdmNode, JdmContent]]:
    """Each node with its pointer and its content."""
    for index, node in enumerate(model.get("nodes", ())):
        content = node.get("content")
        yield ("nodes", index), node, {"source": content} if isinstance(content, str) else content or {}


def model_issues(
    file: str, model: JdmModel, check_test: ExpressionCheck, check_expression: ExpressionCheck
) -> Iterator[Issue]:
    """The issues of a model's nodes; `test` checks a cell that is compared with its column's field."""
    for pointer, node, content in iter_nodes(model):
        content_pointer = (*pointer, "content")
        match node.get("type"):
            case "decisionTableNode":
                yield from _table_issues(file, content, content_pointer, check_test, check_expression)
            case "expressionNode":
                for index, line in enumerate(content.get("expressions", ())):
                    value_pointer = (*content_pointer, "expressions", index, "value")
                    yield from _expression_issues(file, line.get("value", ""), value_pointer, check_expression)
            case "switchNode":
                for index, branch in enumerate(content.get("statements", ())):
                    value_pointer = (*content_pointer, "statements", index, "condition")
                    yield from _expression_issues(file, branch.get("condition", ""), value_pointer, check_expression)
            case "functionNode" if _HTTP_IMPORT.search(content.get("source", "")):
                message = f"the function `{node.get('name')}` sends requests"
                yield Issue(IssueKind.EXTERNAL_ACCESS, message, data_location(file, *content_pointer, "source"))
            case "customNode":
                message = f"`{node.get('name')}` is a custom node, whose program is not available here: no case was run"
                yield Issue(
                    IssueKind.NOT_RUN, message, data_location(file, *pointer), "test it in the pipeline of its program"
                )


def _table_issues(
    file: str, table: JdmContent, table_pointer: Pointer, check_test: ExpressionCheck, check_expression: ExpressionCheck
) -> Iterator[Issue]:
    """A cell with an invalid expression makes its row never match, without an error."""
    inputs = {column.get("id", ""): column for column in table.get("inputs", ())}
    outputs = {column.get("id", "") for column in table.get("outputs", ())}
    catch_all_row: int | None = None
    for index, cells in enumerate(table.get("rules", ())):
        row_pointer = (*table_pointer, "rules", index)
        for column, cell in cells.items():
            if column in inputs or column in outputs:
                is_test = column in inputs and bool(inputs[column].get("field"))
                yield from _expression_issues(
                    file, cell, (*row_pointer, column), check_test if is_test else check_expression
                )
            elif column not in _METADATA_KEYS:
                message = f"no column of the table has the id `{column}`: the cell is ignored"
                yield Issue(
                    IssueKind.INVALID,
                    message,
                    data_location(file, *row_pointer, column),
                    "correct the id",
                )
        if table.get("hitPolicy", "first") != "first":
            continue
        if catch_all_row is not None:
            message = f"row {index + 1} is never reached: row {catch_all_row + 1} matches every input"
            yield Issue(
                IssueKind.SUSPICIOUS,
                message,
                data_location(file, *row_pointer),
                "move the row that matches every input to the end",
            )
        elif not any(cells.get(column, "").strip() for column in inputs):
            catch_all_row = index


def _expression_issues(file: str, text: str, pointer: Pointer, check: ExpressionCheck) -> Iterator[Issue]:
    problem = check(text) if text.strip() else None
    if problem is not None:
        yield Issue(IssueKind.INVALID, f"`{text}` is not a valid expression: {problem}", data_location(file, *pointer))
