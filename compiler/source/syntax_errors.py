"""Turns YAML syntax errors into messages that say what to do."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from yaml import YAMLError
from yaml.error import Mark, MarkedYAMLError

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Fix, Location, Note
from compiler.source.likely_causes import Cause, likely_cause
from compiler.source.text_decoding import LineIndex


class _TargetKind(Enum):
    """What the finding points at."""

    PROBLEM = auto()
    OPENING = auto()
    """The construct that was not closed, if it started on another line."""
    LINE = auto()
    ESCAPE = auto()
    """The backslash of an escape: parsers report different characters after it."""


@dataclass(frozen=True, slots=True)
class _SyntaxErrorKind:
    pattern: str
    """The message and context of libyaml or PyYAML, whether its line starts there, and the character there."""
    message: str
    help: str
    target: _TargetKind = _TargetKind.PROBLEM


_TAB = re.compile(r"[ ]*\t[ \t]*(?=\S)")
_SYNTAX_ERROR_KINDS = (
    _SyntaxErrorKind(
        r"mapping values are not allowed",
        "A value contains a colon, which would start another key.",
        "Quote the value if the colon is part of it; else write the key on a line of its own, below the key before it.",
    ),
    _SyntaxErrorKind(r"mapping keys are not allowed", "A value cannot begin with `?`.", "Quote the value."),
    _SyntaxErrorKind(
        r"tab character|cannot start any token.*\t\Z",
        "This is a tab, but YAML allows only spaces here.",
        "Replace the tab with spaces.",
    ),
    _SyntaxErrorKind(r"cannot start any token.*`\Z", "A value cannot begin with a backtick.", "Quote the value."),
    _SyntaxErrorKind(r"cannot start any token", "A value cannot begin with `{}`.", "Quote the value."),
    _SyntaxErrorKind(
        r"could not find expected ':'|found unexpected ':'",
        "This key has no colon.",
        "Write `key: value`, with a space after the colon; quote text that spans lines.",
    ),
    _SyntaxErrorKind(
        r"sequence entries are not allowed",
        "A list cannot begin here.",
        "Put the first `- ` on a line of its own below the key.",
    ),
    _SyntaxErrorKind(
        r"expected (key|<block end>|'-' ind).*:\Z", "A key is missing before the colon.", "Write the key."
    ),
    _SyntaxErrorKind(
        r"expected (key|<block end>|'-' ind).*[]}]\Z", "This `{}` has no matching opening bracket.", "Remove it."
    ),
    _SyntaxErrorKind(
        r"expected (key|<block end>|'-' ind).* inside \S\Z",
        "The value ends before this text.",
        "Quote the whole value, not a part of it; inside single quotes, write a quote twice.",
    ),
    _SyntaxErrorKind(
        r"expected '-' ind|expected <block end>.*block collection",
        "This line belongs neither to the list above nor to the map around it.",
        "Begin each element of the list with `- `, all in the same column.",
    ),
    _SyntaxErrorKind(
        r"expected (key|<block end>)",
        "The indentation of this line matches no line above it.",
        "Indent it like the other keys of the same map.",
    ),
    _SyntaxErrorKind(
        r"node content",
        "A value is missing here.",
        "Write the value; quote it if it begins with a bracket, a comma or another special character of YAML.",
    ),
    _SyntaxErrorKind(
        r"expected ',' or '[]}]'",
        "A bracket is not closed, or a comma is missing.",
        "Close the bracket, and put a comma between any two elements.",
        _TargetKind.OPENING,
    ),
    _SyntaxErrorKind(
        r"unexpected end of stream|unexpected document (indicator|separator)",
        "This string is not closed.",
        "Add the closing quote; inside single quotes, write a quote twice.",
        _TargetKind.OPENING,
    ),
    _SyntaxErrorKind(
        r"unknown escape character|hexdecimal|hexadecimal numbers|invalid Unicode character escape",
        "This is not a valid escape sequence in double quotes.",
        "Write the backslash twice, or use single quotes, in which it is an ordinary character.",
        _TargetKind.ESCAPE,
    ),
    _SyntaxErrorKind(
        r"expected '?<document start>",
        "There is text after the end of the document.",
        "Start another document with `---`.",
    ),
    _SyntaxErrorKind(
        r"while scanning a block scalar",
        "There is text after `|` or `>` on the same line.",
        "Start the text on the next line, indented.",
    ),
    _SyntaxErrorKind(
        r"while scanning an (alias|anchor)",
        "`&` and `*` must be followed by a name.",
        "Quote the value if it is text that begins with this sign.",
    ),
    _SyntaxErrorKind(
        r"directive|incompatible YAML", "This directive is not supported.", "Remove the line.", _TargetKind.LINE
    ),
)


_UNKNOWN_TAG = re.compile(r"undefined tag handle|(scanning|parsing) a tag( |\Z)")


def syntax_error_finding(error: YAMLError, text: str, path: str) -> Finding:
    """The finding for a syntax error."""
    if not isinstance(error, MarkedYAMLError):
        return Finding(codes.YAML_SYNTAX, "The file is not YAML.", Location(path), help=codes.YAML_SYNTAX.remedy)
    problem, opening = _mark_index(error.problem_mark, text), _mark_index(error.context_mark, text)
    lines = LineIndex(text)
    if tab := _TAB.match(text, text.rfind("\n", 0, problem) + 1):
        location = lines.location(path, text.index("\t", tab.start()), tab.end())
        message = "This line is indented with a tab; YAML allows only spaces."
        return Finding(codes.YAML_SYNTAX, message, location, help="Replace the tab with spaces.")
    if _UNKNOWN_TAG.search(f"{error.problem} {error.context}"):
        location = _character_location(lines, path, text, problem)
        return Finding(codes.CUSTOM_TAG, "This tag is not supported.", location, help=codes.CUSTOM_TAG.remedy)
    if cause := likely_cause(text, problem, opening):
        return _cause_finding(cause, lines, path)
    kind = _classify_error(error, text, problem)
    notes: tuple[Note, ...] = ()
    index = problem
    if kind.target is _TargetKind.ESCAPE:
        index = max(text.rfind("\\", 0, problem + 1), 0)
    elif kind.target is _TargetKind.LINE:
        index = text.rfind("\n", 0, problem) + 1
    elif kind.target is _TargetKind.OPENING and (problem == len(text) or "\n" in text[opening:problem]):
        index = opening
        notes = (Note("it is not closed before this point", _character_location(lines, path, text, problem)),)
    message = kind.message.replace("{}", text[problem : problem + 1])
    return Finding(
        codes.YAML_SYNTAX, message, _character_location(lines, path, text, index), help=kind.help, notes=notes
    )


def _cause_finding(cause: Cause, lines: LineIndex, path: str) -> Finding:
    location = lines.location(path, cause.start, cause.end)
    fix = None if cause.replacement is None else Fix(location, cause.replacement)
    return Finding(codes.YAML_SYNTAX, cause.message, location, help=cause.help, fix=fix)


def _classify_error(error: MarkedYAMLError, text: str, problem: int) -> _SyntaxErrorKind:
    is_line_start = not text[text.rfind("\n", 0, problem) + 1 : problem].strip()
    line_position = "begins" if is_line_start else "inside"
    description = f"{error.problem} {error.context or ''} {line_position} {text[problem : problem + 1]}"
    for kind in _SYNTAX_ERROR_KINDS:
        if re.search(kind.pattern, description):
            return kind
    return _SyntaxErrorKind("", f"The file is not YAML: {error.problem}.", codes.YAML_SYNTAX.remedy)


def _mark_index(mark: Mark | None, text: str) -> int:
    return 0 if mark is None else min(mark.index, len(text))


def _character_location(lines: LineIndex, path: str, text: str, index: int) -> Location:
    """The location of one character; empty at the end of a line."""
    return lines.location(path, index, index + (text[index : index + 1] not in {"", "\r", "\n"}))
