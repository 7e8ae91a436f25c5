"""What a parser says about a mistake, in words that say what to do."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from yaml import YAMLError
from yaml.error import Mark, MarkedYAMLError

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Place
from compiler.source.text_decoding import Lines


class _At(Enum):
    """Where the finding points."""

    PROBLEM = auto()
    OPENING = auto()
    """What was opened and not closed, if that is on another line."""
    LINE = auto()
    ESCAPE = auto()
    """The backslash, of which one parser names the next character and another the one after it."""


@dataclass(frozen=True, slots=True)
class _Mistake:
    said: str
    """What libyaml or PyYAML says and in which context, whether its line begins there, and the character there."""
    message: str
    help: str
    at: _At = _At.PROBLEM


_TAB = re.compile(r"[ ]*\t[ \t]*(?=\S)")
_MISTAKES = (
    _Mistake(
        r"mapping values are not allowed",
        "A colon stands where no key can be.",
        "Quote the value if the colon is part of it; else give the key a line of its own, in line with its neighbours.",
    ),
    _Mistake(r"mapping keys are not allowed", "A value cannot begin with `?`.", "Quote the value."),
    _Mistake(
        r"tab character|cannot start any token.*\t\Z",
        "A tab stands where YAML takes only spaces.",
        "Replace the tab by spaces.",
    ),
    _Mistake(r"cannot start any token.*`\Z", "A value cannot begin with a backtick.", "Quote the value."),
    _Mistake(r"cannot start any token", "A value cannot begin with `{}`.", "Quote the value."),
    _Mistake(
        r"could not find expected ':'|found unexpected ':'",
        "A key has no colon after it.",
        "Write `key: value`, with a space after the colon; quote text that spans lines.",
    ),
    _Mistake(
        r"sequence entries are not allowed",
        "A list cannot begin here.",
        "Put the first `- ` on a line of its own below the key.",
    ),
    _Mistake(r"expected (key|<block end>|'-' ind).*:\Z", "A key is missing before the colon.", "Write the key."),
    _Mistake(r"expected (key|<block end>|'-' ind).*[]}]\Z", "This `{}` closes nothing that was opened.", "Remove it."),
    _Mistake(
        r"expected (key|<block end>|'-' ind).* inside \S\Z",
        "Something follows where the value has ended.",
        "Quote the whole value, not a part of it; inside single quotes a quote is written twice.",
    ),
    _Mistake(
        r"expected '-' ind|expected <block end>.*block collection",
        "This line fits neither the list above nor what is around it.",
        "Begin each element of the list with `- `, all in the same column.",
    ),
    _Mistake(
        r"expected (key|<block end>)",
        "This line is indented like nothing above it.",
        "Put it in the column of the keys that it belongs with.",
    ),
    _Mistake(
        r"node content",
        "A value is missing here.",
        "Write the value; quote it if it begins with a bracket, a comma or another sign of YAML.",
    ),
    _Mistake(
        r"expected ',' or '[]}]'",
        "A bracket is not closed, or a comma is missing.",
        "Close the bracket, and put a comma between any two elements.",
        _At.OPENING,
    ),
    _Mistake(
        r"unexpected end of stream|unexpected document (indicator|separator)",
        "A quote is not closed.",
        "Close it; inside single quotes a quote is written twice.",
        _At.OPENING,
    ),
    _Mistake(
        r"unknown escape character|hexdecimal|hexadecimal numbers|invalid Unicode character escape",
        "This is no escape that double quotes know.",
        "Write the backslash twice, or use single quotes, in which it is an ordinary character.",
        _At.ESCAPE,
    ),
    _Mistake(
        r"expected '?<document start>", "Something follows the end of the document.", "Begin another one with `---`."
    ),
    _Mistake(
        r"while scanning a block scalar",
        "Something follows `|` or `>` on its line.",
        "Begin the text on the next line, indented.",
    ),
    _Mistake(r"while scanning an (alias|anchor)", "`&` or `*` is followed by no name.", "Quote text that begins so."),
    _Mistake(r"directive|incompatible YAML", "This directive is not understood.", "Remove the line.", _At.LINE),
)


_UNKNOWN_TAG = re.compile(r"undefined tag handle|(scanning|parsing) a tag( |\Z)")


def explain(error: YAMLError, text: str, path: str) -> Finding:
    """The finding for what a parser refused."""
    if not isinstance(error, MarkedYAMLError):
        return Finding(codes.YAML_SYNTAX, "The file is not YAML.", Place(path), help=codes.YAML_SYNTAX.remedy)
    problem, opening = _index(error.problem_mark, text), _index(error.context_mark, text)
    lines = Lines(text)
    if tab := _TAB.match(text, text.rfind("\n", 0, problem) + 1):
        place = lines.place(path, text.index("\t", tab.start()), tab.end())
        message = "A tab indents this line; YAML takes only spaces."
        return Finding(codes.YAML_SYNTAX, message, place, help="Replace the tab by spaces.")
    if _UNKNOWN_TAG.search(f"{error.problem} {error.context}"):
        place = _one(lines, path, text, problem)
        return Finding(codes.CUSTOM_TAG, "This tag is not understood.", place, help=codes.CUSTOM_TAG.remedy)
    mistake = _mistake(error, text, problem)
    notes: tuple[Note, ...] = ()
    index = problem
    if mistake.at is _At.ESCAPE:
        index = max(text.rfind("\\", 0, problem + 1), 0)
    elif mistake.at is _At.LINE:
        index = text.rfind("\n", 0, problem) + 1
    elif mistake.at is _At.OPENING and (problem == len(text) or "\n" in text[opening:problem]):
        index = opening
        notes = (Note("It was missed here.", _one(lines, path, text, problem)),)
    message = mistake.message.replace("{}", text[problem : problem + 1])
    return Finding(codes.YAML_SYNTAX, message, _one(lines, path, text, index), help=mistake.help, notes=notes)


def _mistake(error: MarkedYAMLError, text: str, problem: int) -> _Mistake:
    begins = not text[text.rfind("\n", 0, problem) + 1 : problem].strip()
    where = "begins" if begins else "inside"
    said = f"{error.problem} {error.context or ''} {where} {text[problem : problem + 1]}"
    for mistake in _MISTAKES:
        if re.search(mistake.said, said):
            return mistake
    return _Mistake("", f"The file is not YAML: {error.problem}.", codes.YAML_SYNTAX.remedy)


def _index(mark: Mark | None, text: str) -> int:
    return 0 if mark is None else min(mark.index, len(text))


def _one(lines: Lines, path: str, text: str, index: int) -> Place:
    """The place of one character; of none at the end of a line."""
    return lines.place(path, index, index + (text[index : index + 1] not in {"", "\r", "\n"}))
