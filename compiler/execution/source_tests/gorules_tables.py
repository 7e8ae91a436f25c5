"""What a JSON decision model (GoRules JDM) says that its engine takes without a word and does not do: docs.gorules.io/developers/jdm."""

import re
from collections.abc import Callable, Iterator

from compiler.execution.source_tests.worker_protocol import Kind, Remark, in_data
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str

Judge = Callable[[str], str | None]
"""What is wrong with an expression, if anything."""
_NO_CELLS = frozenset({"_id", "_description"})
_HTTP = re.compile(r"""(?:from|import|require)\s*\(?\s*['"]http['"]""")


def nodes(model: Object) -> Iterator[tuple[Pointer, Object]]:
    """Each node with its place."""
    for index, node in enumerate(as_list(model.get("nodes"))):
        yield ("nodes", index), as_object(node)


def remarks(file: str, model: Object, test: Judge, expression: Judge) -> Iterator[Remark]:
    """What is amiss in the nodes of a model; `test` judges a cell that is compared with its column's field."""
    for pointer, node in nodes(model):
        content, place = as_object(node.get("content")), (*pointer, "content")
        match node.get("type"):
            case "decisionTableNode":
                yield from _table(file, content, place, test, expression)
            case "expressionNode":
                for index, line in enumerate(as_list(content.get("expressions"))):
                    where = (*place, "expressions", index, "value")
                    yield from _judged(file, as_str(as_object(line).get("value")), where, expression)
            case "switchNode":
                for index, branch in enumerate(as_list(content.get("statements"))):
                    where = (*place, "statements", index, "condition")
                    yield from _judged(file, as_str(as_object(branch).get("condition")), where, expression)
            case "functionNode" if _HTTP.search(as_str(content.get("source"))):
                message = f"the function `{node.get('name')}` sends requests"
                yield Remark(Kind.REACHES_OUT, message, in_data(file, *place, "source"))
            case "customNode":
                message = (
                    f"`{node.get('name')}` is a node of your own program, which is not here: no case is run through it"
                )
                yield Remark(Kind.NOT_RUN, message, in_data(file, *pointer), "test it where its program is")


def _table(file: str, table: Object, place: Pointer, test: Judge, expression: Judge) -> Iterator[Remark]:
    """A cell that is no expression makes its row one that never matches, and the engine says nothing."""
    inputs = {as_str(as_object(column).get("id")): as_object(column) for column in as_list(table.get("inputs"))}
    outputs = {as_str(as_object(column).get("id")) for column in as_list(table.get("outputs"))}
    everything: int | None = None
    for index, row in enumerate(as_list(table.get("rules"))):
        where = (*place, "rules", index)
        cells = as_object(row)
        for column, cell in cells.items():
            if column in inputs or column in outputs:
                is_test = column in inputs and bool(inputs[column].get("field"))
                yield from _judged(file, as_str(cell), (*where, column), test if is_test else expression)
            elif column not in _NO_CELLS:
                message = f"no column of the table has the id `{column}`: the cell is not looked at"
                yield Remark(Kind.BROKEN, message, in_data(file, *where, column), "give it the id of its column")
        if table.get("hitPolicy", "first") != "first":
            continue
        if everything is not None:
            message = f"row {index + 1} is never reached: row {everything + 1} matches everything before it"
            yield Remark(
                Kind.DOUBTFUL, message, in_data(file, *where), "move the row that matches everything to the end"
            )
        elif not any(as_str(cells.get(column)).strip() for column in inputs):
            everything = index


def _judged(file: str, text: str, where: Pointer, judge: Judge) -> Iterator[Remark]:
    wrong = judge(text) if text.strip() else None
    if wrong is not None:
        yield Remark(Kind.BROKEN, f"`{text}` is no expression: {wrong}", in_data(file, *where))
