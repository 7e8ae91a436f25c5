"""Competency questions, by Oxigraph: each can be asked, and is answered as the spec says; imported where graphs are run alone."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyoxigraph as ox

from compiler.execution.source_tests.comparison import shown
from compiler.execution.source_tests.rdf.rdf_graphs import Statement
from compiler.execution.source_tests.rdf.sparql import UPDATES, Query, Word
from compiler.execution.source_tests.worker_protocol import Doing, Job, Kind, Remark, at_line, in_source
from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest

_PLACE = re.compile(r"^error at (?P<line>\d+):(?P<column>\d+): (?P<text>.+)$", re.DOTALL)
_MOST_ROWS = 10_000
"""So many rows nobody wrote down as answers."""


def remarks(job: Job, statements: Sequence[Statement], at: Doing) -> Iterator[Remark]:
    """Each question that is answered otherwise than the spec says, or that cannot be asked."""
    store = ox.Store()
    store.extend(said.quad for said in statements)
    for index, item in enumerate(as_list(job.source.get("questions"))):
        question = as_object(item)
        name = as_str(question.get("query"))
        at(name)
        text = job.text(name)
        reaching = _reaching(Query(text), {graph.value for graph in store.named_graphs()}, name)
        if reaching is not None:
            yield reaching
            continue
        try:
            yield from _answered(store.query(text), index, question)
        except SyntaxError as error:
            yield _mistake(name, str(error.msg))
        except (RuntimeError, OSError, ValueError) as error:
            yield Remark(Kind.BROKEN, str(error).split("\n", 1)[0], at_line(name))


def _reaching(query: Query, graphs: set[str], name: str) -> Remark | None:
    """What the query asks of other places, or would change."""
    first: Word | None = None
    skipped = {"PREFIX", "BASE", "VERSION"}
    after_from = False
    for token in query.tokens():
        spot = at_line(name, token.line, token.column)
        if token.text.startswith("<"):
            if after_from and token.text[1:-1] not in graphs:
                return Remark(Kind.REACHES_OUT, f"the query reads {token.text}, which is no graph of the facts", spot)
            after_from = False
            continue
        after_from = token.text == "FROM" or (after_from and token.text == "NAMED")
        if first is None and token.text not in skipped:
            first = token
            if token.text in UPDATES:
                kind = Kind.REACHES_OUT if token.text == "LOAD" else Kind.BROKEN
                return Remark(kind, f"`{token.text}` begins an update, and a question changes nothing", spot)
        if token.text == "SERVICE":
            return Remark(Kind.REACHES_OUT, "the query asks another server (SERVICE)", spot)
    return None


def _mistake(name: str, said: str) -> Remark:
    found = _PLACE.match(said)
    if found is None:
        return Remark(Kind.BROKEN, said.split("\n", 1)[0], at_line(name))
    text = found["text"].replace(", [_]", "").replace("[_], ", "")
    message = f"the query cannot be read from here on: {text}"
    return Remark(Kind.BROKEN, message, at_line(name, int(found["line"]), int(found["column"])))


def _answered(came: Any, index: int, question: Object) -> Iterator[Remark]:  # noqa: ANN401 - one of three, by the query
    """What is wrong with what came of a question."""
    key = next((key for key in ("holds", "answers", "atLeast") if question.get(key) is not None), "")
    form = {ox.QueryBoolean: "ASK", ox.QuerySolutions: "SELECT"}.get(type(came), "CONSTRUCT or DESCRIBE")
    expected = "ASK" if key == "holds" else "SELECT"
    spot = in_source("questions", index, key)
    if form != expected:
        message = f"`{question.get('query')}` is {form}, and `{key}` expects {expected}"
        yield Remark(Kind.DISAGREES, message, spot)
    elif key == "holds":
        if bool(came) is not question["holds"]:
            message = (
                f"{_quoted(question)} is answered with {shown(bool(came))}, and expected {shown(question['holds'])}"
            )
            yield Remark(Kind.WRONG, message, spot)
    elif key == "atLeast":
        least = int(str(question["atLeast"]))
        rows = sum(1 for _, _ in zip(came, range(least), strict=False))
        if rows < least:
            yield Remark(
                Kind.WRONG, f"{_quoted(question)} is answered with {_count(rows)}, and at least {least} expected", spot
            )
    else:
        yield from _rows(came, index, question)


def _rows(came: Any, index: int, question: Object) -> Iterator[Remark]:  # noqa: ANN401 - as above
    names = [variable.value for variable in came.variables]
    answers = [as_object(row) for row in as_list(question["answers"])]
    for place, row in enumerate(answers):
        for name in row:
            if name not in names:
                near = nearest(name, names)
                help_ = f"did you mean `{near}`?" if near else None
                message = f"`{question.get('query')}` has no variable `{name}`"
                yield Remark(Kind.DISAGREES, message, in_source("questions", index, "answers", place, name), help_)
                return
    rows: Counter[frozenset[tuple[str, str]]] = Counter()
    for number, row in enumerate(came):
        if number > len(answers) + _MOST_ROWS:
            message = f"{_quoted(question)} is answered with more than {_MOST_ROWS} rows, and {len(answers)} expected"
            yield Remark(Kind.WRONG, message, in_source("questions", index, "answers"))
            return
        rows[frozenset((name, _text(row[name])) for name in names if row[name] is not None)] += 1
    for place, answer in enumerate(answers):
        key = frozenset((name, as_str(value)) for name, value in answer.items())
        if not rows[key]:
            message = f"{_quoted(question)}: expected {shown(answer)}, which did not come{_instead(rows)}"
            yield Remark(Kind.WRONG, message, in_source("questions", index, "answers", place))
            return
        rows[key] -= 1
    if rest := _instead(rows):
        message = f"{_quoted(question)}: all came that was expected{rest}"
        yield Remark(Kind.WRONG, message, in_source("questions", index, "answers"))


def _instead(rows: Counter[frozenset[tuple[str, str]]]) -> str:
    left = sorted(sorted(row) for row in rows.elements())
    return f", and {_count(len(left))} came unexpected, such as {shown(dict(left[0]))}" if left else ""


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def _quoted(question: Object) -> str:
    return f"“{as_str(question.get('question'))}”"


def _text(term: Any) -> str:  # noqa: ANN401 - any term
    """A term as answers write it; one without a name is written `_:`."""
    return "_:" if isinstance(term, ox.BlankNode) else as_str(getattr(term, "value", str(term)))
