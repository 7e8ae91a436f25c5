"""What a parser says about a mistake, in words that say what to do."""

import re

from yaml import YAMLError
from yaml.error import MarkedYAMLError

from compiler import codes
from compiler.diagnostics import Code, Finding, Place
from compiler.source.characters import Lines

_TAB = re.compile(r"[ ]*\t[ \t]*(?=\S)")

_WORDS: tuple[tuple[str, str, str], ...] = (
    # what libyaml or PyYAML says; what is meant; what to do
    (
        r"mapping values are not allowed",
        "A colon stands where no key can be.",
        "Quote the value if the colon is part of it; else give the key a line of its own, in line with its neighbours.",
    ),
    (
        r"could not find expected ':'|found unexpected ':'",
        "A key has no colon after it.",
        "Write `key: value`, with a space after the colon; quote text that spans lines.",
    ),
    (
        r"(block )?sequence entries are not allowed",
        "A list cannot begin here.",
        "Put the first `- ` on a line of its own below the key.",
    ),
    (
        r"did not find expected '-' indicator|expected <block end>.*while parsing a block collection",
        "This line fits neither the list above nor what is around it.",
        "Begin each element of the list with `- `, all in the same column.",
    ),
    (
        r"did not find expected key|expected <block end>",
        "This line is indented like nothing above it.",
        "Put it in the column of the keys it belongs with; quote a whole value, not a part of it.",
    ),
    (
        r"expected ',' or '[\]}]'|did not find expected node content.*flow",
        "A bracket that was opened is not closed.",
        "Close it, and put a comma between any two elements.",
    ),
    (
        r"found unexpected end of stream|found unexpected document (indicator|separator)",
        "A quote that was opened is not closed.",
        "Close it; inside single quotes a quote is written twice.",
    ),
    (
        r"found unknown escape character|hexdecimal|hexadecimal numbers|invalid Unicode character escape",
        "This is no escape that double quotes know.",
        "Write the backslash twice, or use single quotes, in which it is an ordinary character.",
    ),
    (
        r"expected '?<document start>",
        "Something follows the end of the document.",
        "Begin another document with `---`.",
    ),
    (
        r"indentation indicator|chomping or indentation|expected (a )?comment or (a )?line break",
        "Something follows `|` or `>` on its line.",
        "Begin the text on the next line, indented.",
    ),
    (r"tab character", "A tab stands where YAML wants spaces.", "Indent with spaces."),
    (r"while scanning an (alias|anchor)", "A `&` or `*` is followed by no name.", "Quote text that begins with it."),
    (
        r"duplicate %YAML|directive|incompatible YAML|duplicate tag handle",
        "This directive is not understood.",
        "Remove it.",
    ),
)


def explain(error: YAMLError, text: str, path: str) -> Finding:
    """The finding for what a parser refused."""
    if not isinstance(error, MarkedYAMLError):
        return Finding(codes.YAML_SYNTAX, "The file is not YAML.", Place(path), help=codes.YAML_SYNTAX.remedy)
    mark = error.problem_mark or error.context_mark
    index = min(mark.index if mark else 0, len(text))
    lines = Lines(text)
    tab = _TAB.match(text, text.rfind("\n", 0, index) + 1)
    if tab:
        message = "A tab indents this line; YAML takes only spaces."
        place = lines.place(path, text.index("\t", tab.start()), tab.end())
        return Finding(codes.YAML_SYNTAX, message, place, help="Replace the tab by spaces.")
    code, message, help_ = _words(error, text[index : index + 1])
    return Finding(code, message, lines.place(path, index, min(index + 1, len(text))), help=help_)


def _words(error: MarkedYAMLError, character: str) -> tuple[Code, str, str]:
    problem = f"{error.problem} {error.context or ''}"
    if "cannot start any token" in problem:
        return codes.YAML_SYNTAX, f"A value cannot begin with `{character}`.", "Quote the value."
    if "undefined tag handle" in problem or " tag" in problem:
        return codes.CUSTOM_TAG, "This tag is not understood.", codes.CUSTOM_TAG.remedy
    for pattern, message, help_ in _WORDS:
        if re.search(pattern, problem):
            return codes.YAML_SYNTAX, message, help_
    return codes.YAML_SYNTAX, f"The file is not YAML: {error.problem}.", codes.YAML_SYNTAX.remedy
