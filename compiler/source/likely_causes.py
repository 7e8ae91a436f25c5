"""What the lines around a syntax error show of its cause: a parser reports where it stopped, often lines later."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from yaml import YAMLError
from yaml.tokens import ScalarToken

from compiler.source import yaml_backend
from compiler.source.text_decoding import truncate


@dataclass(frozen=True, slots=True)
class Cause:
    """A range of the text, what is wrong with it, and what to do; `replacement` is the only text that can be meant."""

    start: int
    end: int
    message: str
    help: str
    replacement: str | None = None


_CONFLICT_START = re.compile(r"^<{7}(?: .*)?$", re.MULTILINE)
_CONFLICT_END = re.compile(r"^>{7}(?: .*)?$", re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)")
_KEY = r"(?P<indent> *)(?P<dashes>(?:- +)*)(?P<key>[A-Za-z_][\w./-]*)"
_KEY_WITH_VALUE = re.compile(rf"{_KEY}:[ ]+(?P<value>[^ #|>&\[{{].*)")
_KEY_WITHOUT_SPACE = re.compile(rf"{_KEY}:(?P<value>[^\s/].*)")
_SWALLOWED_KEY = re.compile(r"\n *(?:- +)*[A-Za-z_][\w./-]*:(?:\s|$)")
_STARRED = re.compile(r"\*[-*/,0-9A-Za-z]*(?: +[-*/,0-9A-Za-z]+)+")
_MOST_SCANNED = 200_000
"""Characters: scanning more to explain one error would take longer than the rest of the run."""


def likely_cause(text: str, problem: int, opening: int) -> Cause | None:
    """The cause of an error that a parser reports at `problem`, in something that began at `opening`."""
    candidates: tuple[Callable[[], Cause | None], ...] = (
        lambda: _merge_conflict(text, problem),
        lambda: _template(text, problem),
        lambda: _unclosed_string(text, problem),
        lambda: _apostrophe(text, problem),
        lambda: _starred(text, problem),
        lambda: _missing_space(text, problem, opening),
        lambda: _missing_colon(text, problem),
        lambda: _indented_too_far(text, problem),
    )
    return next((cause for candidate in candidates if (cause := candidate())), None)


def template_at(text: str, index: int) -> Cause | None:
    """The template expression that covers the index."""
    start, end = _line_bounds(text, index)
    for match in _TEMPLATE.finditer(text, start, end):
        if match.start() <= index <= match.end():
            shown = truncate(match[0][:2])
            message = f"Specs are not templates: `{shown}` has no meaning here."
            return Cause(
                match.start(),
                match.end(),
                message,
                "Write the value itself; quote it if the braces belong to the text.",
            )
    return None


def _merge_conflict(text: str, problem: int) -> Cause | None:
    start = _CONFLICT_START.search(text)
    end = _CONFLICT_END.search(text, start.end()) if start else None
    if start is None or end is None or problem < start.start():
        return None
    first, last = (text.count("\n", 0, match.start()) + 1 for match in (start, end))
    return Cause(
        start.start(),
        end.end(),
        f"Lines {first} to {last} contain an unresolved merge conflict.",
        "Keep the lines of one side, and delete the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`.",
    )


def _template(text: str, problem: int) -> Cause | None:
    start, end = _line_bounds(text, problem)
    match = _TEMPLATE.search(text, start, end)
    return template_at(text, match.start()) if match else None


def _unclosed_string(text: str, problem: int) -> Cause | None:
    """The first string over several lines that took in what looks like a key, before the problem."""
    for token in _strings(text):
        start, end = token.start_mark.index, token.end_mark.index
        if start >= problem:
            return None
        if _SWALLOWED_KEY.search(text, start, end):
            return _open_string(text, start)
    return None


def _open_string(text: str, start: int) -> Cause:
    """The string that begins at the index and has no end on its line."""
    line = text.count("\n", 0, start) + 1
    quote = text[start]
    return Cause(
        start,
        _line_bounds(text, start)[1],
        "This string is not closed.",
        f"Add the closing {quote} at the end of line {line}"
        + (", and write an apostrophe in the string twice." if quote == "'" else "."),
    )


def _apostrophe(text: str, problem: int) -> Cause | None:
    """A string in single quotes that an apostrophe ends."""
    start, end = _line_bounds(text, problem)
    match = re.compile(r"'[^'\n]*'(?=\w)").search(text, start, end)
    if match is None or not match.end() - 1 <= problem <= match.end() + 1:
        return None
    return Cause(
        match.end() - 1,
        match.end(),
        "This apostrophe ends the string.",
        "Write it twice (`''`), or put the string in double quotes.",
    )


def _starred(text: str, problem: int) -> Cause | None:
    """A schedule without quotes: YAML takes `*` for an alias."""
    start, end = _line_bounds(text, problem)
    match = _STARRED.search(text, start, end)
    if match is None or not match.start() <= problem <= match.end():
        return None
    quoted = f'"{match[0]}"'
    return Cause(match.start(), match.end(), "A value that begins with `*` needs quotes.", f"Write `{quoted}`.", quoted)


def _missing_space(text: str, problem: int, opening: int) -> Cause | None:
    """A colon without a space on the line of the problem's context, or on the line before it."""
    start, _ = _line_bounds(text, problem)
    for index in (opening, start - 1):
        first, last = _line_bounds(text, max(index, 0))
        match = _KEY_WITHOUT_SPACE.fullmatch(text[first:last].rstrip())
        if match and first < start:
            colon = first + match.end("key")
            spaced = f"{match['key']}: {match['value']}"
            return Cause(colon, colon + 1, "A space is missing after the colon.", f"Write `{truncate(spaced)}`.", ": ")
    return None


def _missing_colon(text: str, problem: int) -> Cause | None:
    """A lone word above a key and in its column: YAML reads both as one text."""
    start, end = _line_bounds(text, problem)
    here = re.match(rf"{_KEY}:(?=\s|$)", text[start:end])
    above_start, above_end = _line_bounds(text, max(start - 1, 0))
    above = re.fullmatch(_KEY, text[above_start:above_end].rstrip())
    if here is None or above is None or above_start == start or start + here.end() - 1 != problem:
        return None
    if len(here["indent"]) != len(above["indent"]) + len(above["dashes"]):
        return None
    key_start = above_start + above.start("key")
    return Cause(
        key_start,
        above_start + above.end(),
        f"`{above['key']}` has no colon.",
        f"Write `{above['key']}:` and its value.",
    )


def _indented_too_far(text: str, problem: int) -> Cause | None:
    """A key deeper than the key above it, which already has a value."""
    start, end = _line_bounds(text, problem)
    here = re.match(rf"{_KEY}:(?=\s|$)", text[start:end])
    above = _KEY_WITH_VALUE.fullmatch(_line_above(text, start))
    if here is None or above is None or start + here.end() - 1 != problem:
        return None
    column, target = len(here["indent"]), len(above["indent"]) + len(above["dashes"])
    if column <= target:
        return None
    return Cause(
        start + column,
        start + here.end() - 1,
        f"`{here['key']}` is indented below `{above['key']}`, which already has a value.",
        f"Move it to column {target + 1}, where `{above['key']}` begins.",
    )


def _line_above(text: str, start: int) -> str:
    """The nearest line before the index that is neither empty nor a comment."""
    lines = reversed(text[:start].splitlines())
    return next((line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("#")), "")


def _line_bounds(text: str, index: int) -> tuple[int, int]:
    end = text.find("\n", index)
    return text.rfind("\n", 0, index) + 1, len(text) if end < 0 else end


def _strings(text: str) -> Iterator[ScalarToken]:
    """The quoted scalars over several lines, up to the first error."""
    events = yaml_backend.open_events(text[:_MOST_SCANNED])
    try:
        while (token := events.get_token()) is not None:
            if (
                isinstance(token, ScalarToken)
                and token.style in {"'", '"'}
                and token.end_mark.line > token.start_mark.line
            ):
                yield token
    except YAMLError:
        return
