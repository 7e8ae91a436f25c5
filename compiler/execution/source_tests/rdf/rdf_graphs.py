"""RDF files, with the line of each statement. Imported only in the worker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import pyoxigraph as ox

from compiler.execution.source_tests.worker_protocol import (
    FileCallback,
    Issue,
    IssueKind,
    IssueLocation,
    Job,
    line_location,
)

FORMAT_BY_SUFFIX = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".trig": ox.RdfFormat.TRIG}
"""RDF formats by file extension."""
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and the line where it ends."""

    quad: ox.Quad
    file: str
    line: int

    @property
    def location(self) -> IssueLocation:
        """Its location."""
        return line_location(self.file, self.line)

    @property
    def predicate(self) -> str:
        """The IRI of its predicate."""
        return self.quad.predicate.value


def iri(term: object) -> str | None:
    """The IRI of a named node."""
    return term.value if isinstance(term, ox.NamedNode) else None


class _LineReader(BytesIO):
    """Feeds a parser one line at a time, so that each statement can be attributed to the line before the next read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.line = 0

    def read(self, _: int | None = -1, /) -> bytes:
        """The next line."""
        line = self.readline()
        self.line += bool(line)
        return line


def load_statements(job: Job, names: Sequence[str], on_file: FileCallback) -> tuple[list[Statement], list[Issue]]:
    """The statements of the files, and the issues of those that cannot be read."""
    statements: list[Statement] = []
    issues: list[Issue] = []
    for name in dict.fromkeys(names):
        on_file(name)
        try:
            statements += _parse_statements(name, job.content(name))
        except SyntaxError as error:
            issues.append(_syntax_issue(name, error))
        except KeyError:
            message = (
                f"the RDF format of `{name}` is unknown: expected a name that ends with {' or '.join(FORMAT_BY_SUFFIX)}"
            )
            issues.append(Issue(IssueKind.INVALID, message, line_location(name)))
    return statements, issues


def _parse_statements(name: str, content: bytes) -> Iterator[Statement]:
    format_ = FORMAT_BY_SUFFIX[name[name.rfind(".") :]]
    lines = _LineReader(content)
    for quad in ox.parse(lines, format=format_, rename_blank_nodes=True):
        yield Statement(quad, name, lines.line)


def _syntax_issue(name: str, error: SyntaxError) -> Issue:
    error_text = str(error.msg)
    text = (
        error_text.split(": ", 1)[1] if error_text.startswith("Parser error at") and ": " in error_text else error_text
    )
    return Issue(IssueKind.INVALID, text, line_location(name, error.lineno or 1, error.offset or 1))
