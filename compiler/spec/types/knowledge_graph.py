"""knowledge-graph: facts with an ontology, served by a store that answers queries."""

from compiler.spec.field_types import ArtifactUriText, DigestText, DurationText, PathText, UriText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field


class Ontology(StrictModel):
    """The vocabulary of the facts."""

    iri: UriText = field(..., used_by="checks")
    """The name of the ontology."""
    version: str = field(..., used_by="records")
    """The version of the ontology."""
    files: list[PathText] = field(..., min_length=1)
    """The companion file of the ontology, in Turtle."""


class Question(StrictModel):
    """A competency question: a question that the graph must answer."""

    model_config = one_of_config("expectedRows", "minRows", "expectedAnswer")

    question: str
    """The question in words."""
    query: PathText
    """The companion file of the question, in SPARQL."""
    expectedRows: list[dict[str, str]] | None = None
    """The expected rows in any order, each a map of variable to value."""
    minRows: int | None = field(ge=1)
    """The minimum number of rows."""
    expectedAnswer: bool | None = None
    """The expected answer of an ASK query: true or false."""


class Updates(StrictModel):
    """How the graph is kept up to date."""

    interval: DurationText
    """The interval between updates."""
    process: str
    """The update procedure, in one sentence."""


class Source(StrictModel):
    """Facts, by URI and digest or as companion files, and the constraints on them."""

    model_config = one_of_config("uri", "files", uri=["digest"], digest=["uri"])

    ontology: Ontology
    """The ontology of the facts."""
    shapes: list[PathText] | None = field(min_length=1, used_by="checks")
    """Companion files of the SHACL shapes that the facts must conform to."""
    files: list[PathText] | None = field(min_length=1)
    """Companion files of the facts, in Turtle, N-Triples or TriG."""
    uri: ArtifactUriText | None = None
    """The location of the facts."""
    digest: DigestText | None = field(control="verified")
    """The digest of the facts."""
    questions: list[Question] | None = field(used_by="checks")
    """Competency questions: questions that the graph must answer."""
    updates: Updates | None = field(used_by="records")
    """How the graph is kept up to date."""


TYPE = ModelType(
    name="knowledge-graph",
    title="Knowledge graph",
    source=Source,
    defaults={"interface": {"protocol": "sparql"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
