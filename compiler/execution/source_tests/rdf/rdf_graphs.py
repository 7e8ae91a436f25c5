"""RDF beside a spec, with the line of each statement; imported where graphs are run, and nowhere else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import RawIOBase
from typing import IO, cast

import pyoxigraph as ox

from compiler.execution.source_tests.worker_protocol import Doing, Job, Kind, Remark, Spot, at_line

FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".trig": ox.RdfFormat.TRIG}
"""What a file is, by how its name ends."""
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and where it ends."""

    quad: ox.Quad
    file: str
    line: int

    @property
    def spot(self) -> Spot:
        """Its place."""
        return at_line(self.file, self.line)

    @property
    def predicate(self) -> str:
        """The IRI of its predicate."""
        return self.quad.predicate.value


def iri(term: object) -> str | None:
    """The IRI of a term that is one."""
    return term.value if isinstance(term, ox.NamedNode) else None


class _Lines(RawIOBase):
    """Hands out a line at a time, so that whoever asks for the next has said all of the one before."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._lines = iter(content.splitlines(keepends=True))
        self.line = 0

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def read(self, _: int = -1) -> bytes:
        """The next line."""
        line = next(self._lines, b"")
        self.line += bool(line)
        return line


def loaded(job: Job, names: Sequence[str], at: Doing) -> tuple[list[Statement], list[Remark]]:
    """What the files say, and what cannot be read."""
    statements: list[Statement] = []
    remarks: list[Remark] = []
    for name in dict.fromkeys(names):
        at(name)
        try:
            statements += _parsed(name, job.content(name))
        except SyntaxError as error:
            remarks.append(_mistake(name, error))
        except KeyError:
            message = f"`{name}` is read as no RDF: expected a name that ends with {' or '.join(FORMATS)}"
            remarks.append(Remark(Kind.BROKEN, message, at_line(name)))
    return statements, remarks


def _parsed(name: str, content: bytes) -> Iterator[Statement]:
    format_ = FORMATS[name[name.rfind(".") :]]
    lines = _Lines(content)
    for quad in ox.parse(cast("IO[bytes]", lines), format=format_, rename_blank_nodes=True):
        yield Statement(quad, name, lines.line)


def _mistake(name: str, error: SyntaxError) -> Remark:
    said = str(error.msg)
    text = said.split(": ", 1)[1] if said.startswith("Parser error at") and ": " in said else said
    return Remark(Kind.BROKEN, text, at_line(name, error.lineno or 1, error.offset or 1))
