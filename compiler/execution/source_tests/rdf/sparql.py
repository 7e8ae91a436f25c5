"""The tokens of a SPARQL query outside literals, names and comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
    | \#[^\n]*
    | \"{3}(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
    | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
    | [?$@]\w+
    | [\w.-]*:[\w.:%\\-]*
    | (?P<word> [A-Za-z_]\w* )
    """,
    re.VERBOSE | re.DOTALL,
)
UPDATE_KEYWORDS = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
"""Keywords that start an update: www.w3.org/TR/sparql11-query, section 19.8, rules Update1 and Modify."""


@dataclass(frozen=True, slots=True)
class QueryToken:
    """A keyword in capitals, or an IRI in brackets, with its position."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Query:
    """The text of a query."""

    text: str

    def tokens(self) -> Iterator[QueryToken]:
        """Its keywords and IRIs."""
        for token_match in _TOKEN.finditer(self.text):
            token_text = token_match["iri"] or (token_match["word"] or "").upper()
            if token_text:
                start = token_match.start()
                line_start = self.text.rfind("\n", 0, start) + 1
                yield QueryToken(token_text, self.text.count("\n", 0, start) + 1, start - line_start + 1)

    def words(self) -> Iterator[QueryToken]:
        """Its keywords."""
        return (token for token in self.tokens() if not token.text.startswith("<"))
