"""Competency questions, by Oxigraph: each can be answered, with the expected answer. Imported only in the worker."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from compiler.execution.source_tests.comparison import short_json
from compiler.execution.source_tests.rdf.rdf_graphs import Statement
from compiler.execution.source_tests.rdf.sparql import UPDATE_KEYWORDS, Query, QueryToken
from compiler.execution.source_tests.worker_protocol import (
    FileCallback,
    Issue,
    IssueKind,
    Job,
    line_location,
    source_location,
)
from compiler.foundation.suggestions import closest_match
from compiler.spec.data_types import QuestionData

_ERROR_LOCATION = re.compile(r"^error at (?P<line>\d+):(?P<column>\d+): (?P<text>.+)$", re.DOTALL)
_Result = ox.QueryBoolean | ox.QuerySolutions | ox.QueryTriples
_MAX_EXTRA_ROWS = 10_000
"""Maximum number of rows; expected answers are written by hand."""


def question_issues(job: Job, statements: Sequence[Statement], on_file: FileCallback) -> Iterator[Issue]:
    """Each question with an unexpected answer, or without one."""
    store = ox.Store()
    store.extend(statement.quad for statement in statements)
    for index, item in enumerate(job.source.get("questions", ())):
        question = item
        name = question.get("query")
        on_file(name)
        text = job.text(name)
        access_issue = _external_access_issue(Query(text), {graph.value for graph in store.named_graphs()}, name)
        if access_issue is not None:
            yield access_issue
            continue
        try:
            yield from _answer_issues(store.query(text), index, question)
        except SyntaxError as error:
            yield _syntax_issue(name, str(error.msg))
        except (RuntimeError, OSError, ValueError) as error:
            yield Issue(IssueKind.INVALID, str(error).split("\n", 1)[0], line_location(name))


def _external_access_issue(query: Query, graphs: set[str], name: str) -> Issue | None:
    """Parts of the query that access other services, or update data."""
    first_word: QueryToken | None = None
    prologue_words = {"PREFIX", "BASE", "VERSION"}
    after_from = False
    for token in query.tokens():
        location = line_location(name, token.line, token.column)
        if token.text.startswith("<"):
            if after_from and token.text[1:-1] not in graphs:
                return Issue(
                    IssueKind.EXTERNAL_ACCESS,
                    f"the query reads {token.text}, which is not a graph of the facts",
                    location,
                )
            after_from = False
            continue
        after_from = token.text == "FROM" or (after_from and token.text == "NAMED")
        if first_word is None and token.text not in prologue_words:
            first_word = token
            if token.text in UPDATE_KEYWORDS:
                kind = IssueKind.EXTERNAL_ACCESS if token.text == "LOAD" else IssueKind.INVALID
                return Issue(
                    kind, f"`{token.text}` starts an update, but competency questions must not change data", location
                )
        if token.text == "SERVICE":
            return Issue(IssueKind.EXTERNAL_ACCESS, "the query calls another server (SERVICE)", location)
    return None


def _syntax_issue(name: str, error_text: str) -> Issue:
    location_match = _ERROR_LOCATION.match(error_text)
    if location_match is None:
        return Issue(IssueKind.INVALID, error_text.split("\n", 1)[0], line_location(name))
    text = location_match["text"].replace(", [_]", "").replace("[_], ", "")
    message = f"the query cannot be parsed from here: {text}"
    return Issue(
        IssueKind.INVALID, message, line_location(name, int(location_match["line"]), int(location_match["column"]))
    )


def _answer_issues(result: _Result, index: int, question: QuestionData) -> Iterator[Issue]:
    """The issues of an answer."""
    key = next((key for key in ("expectedAnswer", "expectedRows", "minRows") if key in question), "")
    location = source_location("questions", index, key)
    if key == "expectedAnswer" and isinstance(result, ox.QueryBoolean):
        if bool(result) is not question["expectedAnswer"]:
            message = (
                f"{_quote_question(question)} has the answer {short_json(bool(result))}, expected "
                f"{short_json(question['expectedAnswer'])}"
            )
            yield Issue(IssueKind.WRONG_ANSWER, message, location)
    elif key == "minRows" and isinstance(result, ox.QuerySolutions):
        minimum = question["minRows"]
        rows = sum(1 for _, _ in zip(result, range(minimum), strict=False))
        if rows < minimum:
            yield Issue(
                IssueKind.WRONG_ANSWER,
                f"{_quote_question(question)} has {_count_rows(rows)}, expected at least {minimum}",
                location,
            )
    elif key == "expectedRows" and isinstance(result, ox.QuerySolutions):
        yield from _row_issues(result, index, question)
    else:
        form = {ox.QueryBoolean: "ASK", ox.QuerySolutions: "SELECT"}.get(type(result), "CONSTRUCT or DESCRIBE")
        message = (
            f"`{question['query']}` is {form}, but `{key}` requires {'ASK' if key == 'expectedAnswer' else 'SELECT'}"
        )
        yield Issue(IssueKind.SPEC_MISMATCH, message, location)


def _row_issues(result: ox.QuerySolutions, index: int, question: QuestionData) -> Iterator[Issue]:
    names = [variable.value for variable in result.variables]
    answers = question["expectedRows"]
    for answer_index, row in enumerate(answers):
        for name in row:
            if name not in names:
                suggestion = closest_match(name, names)
                help_ = f"did you mean `{suggestion}`?" if suggestion else None
                message = f"`{question.get('query')}` has no variable `{name}`"
                yield Issue(
                    IssueKind.SPEC_MISMATCH,
                    message,
                    source_location("questions", index, "expectedRows", answer_index, name),
                    help_,
                )
                return
    rows: Counter[frozenset[tuple[str, str]]] = Counter()
    for row_index, row in enumerate(result):
        if row_index > len(answers) + _MAX_EXTRA_ROWS:
            message = f"{_quote_question(question)} has more than {_MAX_EXTRA_ROWS} rows, expected {len(answers)}"
            yield Issue(IssueKind.WRONG_ANSWER, message, source_location("questions", index, "expectedRows"))
            return
        rows[frozenset((name, _term_text(row[name])) for name in names if row[name] is not None)] += 1
    for answer_index, answer in enumerate(answers):
        key = frozenset((name, value) for name, value in answer.items())
        if not rows[key]:
            message = f"{_quote_question(question)}: the expected answer {short_json(answer)} is missing{_unexpected_rows(rows)}"
            yield Issue(
                IssueKind.WRONG_ANSWER, message, source_location("questions", index, "expectedRows", answer_index)
            )
            return
        rows[key] -= 1
    if extra_text := _unexpected_rows(rows):
        message = f"{_quote_question(question)}: all expected answers are present{extra_text}"
        yield Issue(IssueKind.WRONG_ANSWER, message, source_location("questions", index, "expectedRows"))


def _unexpected_rows(rows: Counter[frozenset[tuple[str, str]]]) -> str:
    extra_rows = sorted(sorted(row) for row in rows.elements())
    return (
        f", but there are {_count_rows(len(extra_rows))} more, such as {short_json(dict(extra_rows[0]))}"
        if extra_rows
        else ""
    )


def _count_rows(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def _quote_question(question: QuestionData) -> str:
    return f"“{question['question']}”"


def _term_text(term: object) -> str:
    """A term as answers write it; a blank node is `_:`."""
    return "_:" if isinstance(term, ox.BlankNode) else str(getattr(term, "value", term))
