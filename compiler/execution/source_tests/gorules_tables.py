"""Mistakes in GoRules JDM models that the engine silently ignores: docs.gorules.io/developers/jdm."""

import re
from collections.abc import Callable, Iterator

from compiler.execution.source_tests.worker_protocol import Issue, IssueKind, data_location
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str

ExpressionCheck = Callable[[str], str | None]
"""What is wrong with an expression, or `None`."""
_METADATA_KEYS = frozenset({"_id", "_description"})
_HTTP_IMPORT = re.compile(r"""(?:from|import|require)\s*\(?\s*['"]http['"]""")


def iter_nodes(model: Object) -> Iterator[tuple[Pointer, Object]]:
    """Each node with its pointer."""
    for index, node in enumerate(as_list(model.get("nodes"))):
        yield ("nodes", index), as_object(node)


def model_issues(
    file: str, model: Object, check_test: ExpressionCheck, check_expression: ExpressionCheck
) -> Iterator[Issue]:
    """The issues of a model's nodes; `test` checks a cell that is compared with its column's field."""
    for pointer, node in iter_nodes(model):
        content, content_pointer = as_object(node.get("content")), (*pointer, "content")
        match node.get("type"):
            case "decisionTableNode":
                yield from _table_issues(file, content, content_pointer, check_test, check_expression)
            case "expressionNode":
                for index, line in enumerate(as_list(content.get("expressions"))):
                    value_pointer = (*content_pointer, "expressions", index, "value")
                    yield from _expression_issues(
                        file, as_str(as_object(line).get("value")), value_pointer, check_expression
                    )
            case "switchNode":
                for index, branch in enumerate(as_list(content.get("statements"))):
                    value_pointer = (*content_pointer, "statements", index, "condition")
                    yield from _expression_issues(
                        file, as_str(as_object(branch).get("condition")), value_pointer, check_expression
                    )
            case "functionNode" if _HTTP_IMPORT.search(as_str(content.get("source"))):
                message = f"the function `{node.get('name')}` sends requests"
                yield Issue(IssueKind.EXTERNAL_ACCESS, message, data_location(file, *content_pointer, "source"))
            case "customNode":
                message = (
                    f"`{node.get('name')}` is a node of your own program, which is not here: no case is run through it"
                )
                yield Issue(IssueKind.NOT_RUN, message, data_location(file, *pointer), "test it where its program is")


def _table_issues(
    file: str, table: Object, table_pointer: Pointer, check_test: ExpressionCheck, check_expression: ExpressionCheck
) -> Iterator[Issue]:
    """A cell with an invalid expression makes its row never match, without an error."""
    inputs = {as_str(as_object(column).get("id")): as_object(column) for column in as_list(table.get("inputs"))}
    outputs = {as_str(as_object(column).get("id")) for column in as_list(table.get("outputs"))}
    catch_all_row: int | None = None
    for index, row in enumerate(as_list(table.get("rules"))):
        row_pointer = (*table_pointer, "rules", index)
        cells = as_object(row)
        for column, cell in cells.items():
            if column in inputs or column in outputs:
                is_test = column in inputs and bool(inputs[column].get("field"))
                yield from _expression_issues(
                    file, as_str(cell), (*row_pointer, column), check_test if is_test else check_expression
                )
            elif column not in _METADATA_KEYS:
                message = f"no column of the table has the id `{column}`: the cell is not looked at"
                yield Issue(
                    IssueKind.INVALID,
                    message,
                    data_location(file, *row_pointer, column),
                    "give it the id of its column",
                )
        if table.get("hitPolicy", "first") != "first":
            continue
        if catch_all_row is not None:
            message = f"row {index + 1} is never reached: row {catch_all_row + 1} matches everything before it"
            yield Issue(
                IssueKind.SUSPICIOUS,
                message,
                data_location(file, *row_pointer),
                "move the row that matches everything to the end",
            )
        elif not any(as_str(cells.get(column)).strip() for column in inputs):
            catch_all_row = index


def _expression_issues(file: str, text: str, pointer: Pointer, check: ExpressionCheck) -> Iterator[Issue]:
    problem = check(text) if text.strip() else None
    if problem is not None:
        yield Issue(IssueKind.INVALID, f"`{text}` is no expression: {problem}", data_location(file, *pointer))
