"""knowledge-graph: facts with an ontology, served by a store that answers queries."""

from compiler.spec.field_types import DigestText, DurationText, PathText, UriText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field


class Ontology(StrictModel):
    """What the facts are said in."""

    iri: UriText
    """The ontology's own name."""
    version: str
    """Its version."""
    files: list[PathText] = field(..., min_length=1)
    """It itself, as Turtle beside the spec."""


class Question(StrictModel):
    """A competency question: what the graph must be able to answer."""

    model_config = one_of_config("answers", "atLeast", "holds")

    question: str
    """The question, in words."""
    query: PathText
    """The question in SPARQL, beside the spec."""
    answers: list[dict[str, str]] | None = None
    """The rows that it must give, in any order: each variable with its value."""
    atLeast: int | None = field(ge=1)
    """How many rows it must give at least."""
    holds: bool | None = None
    """What an ASK must answer."""


class Updates(StrictModel):
    """How the graph is kept true."""

    every: DurationText
    """The time between updates."""
    process: str
    """Who does what, in a sentence."""


class Source(StrictModel):
    """Facts, by address and digest or as files beside the spec, and what they must keep."""

    model_config = one_of_config("uri", "files", uri=["digest"])

    ontology: Ontology
    """The words of the facts, and what they mean."""
    shapes: list[PathText] | None = field(min_length=1)
    """SHACL shapes beside the spec that the facts conform to."""
    files: list[PathText] | None = field(min_length=1)
    """The facts, as Turtle, N-Triples or TriG beside the spec."""
    uri: UriText | None = None
    """Where the facts lie."""
    digest: DigestText | None = None
    """Their digest."""
    questions: list[Question] | None = None
    """What the graph must be able to answer."""
    updates: Updates | None = None
    """How it is kept true."""


TYPE = ModelType(
    name="knowledge-graph",
    title="Knowledge graph",
    source=Source,
    defaults={"interface": {"protocol": "sparql"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
