"""Knowledge graphs: files are valid RDF, the ontology is the named one, data conform to the shapes and answer the questions."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from compiler.execution.source_tests.comparison import short_json
from compiler.execution.source_tests.worker_protocol import Engine, FileCallback, Issue, IssueKind, Job, source_location
from compiler.foundation.suggestions import closest_match
from compiler.spec.data_types import OntologyData

if TYPE_CHECKING:
    from compiler.execution.source_tests.rdf.rdf_graphs import Statement

_OWL = "http://www.w3.org/2002/07/owl#"
_SH = "http://www.w3.org/ns/shacl#"
_TERM_PREDICATES = {f"{_SH}{name}" for name in ("path", "class", "targetClass", "targetSubjectsOf", "targetObjectsOf")}


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    from compiler.execution.source_tests.rdf import competency_questions, rdf_graphs, shacl

    ontology_spec = job.source["ontology"]
    ontology, ontology_issues = rdf_graphs.load_statements(job, ontology_spec["files"], on_file)
    facts, fact_issues = rdf_graphs.load_statements(job, job.file_names("files"), on_file)
    shapes, shape_issues = rdf_graphs.load_statements(job, job.file_names("shapes"), on_file)
    yield from (*ontology_issues, *fact_issues, *shape_issues)
    if ontology_issues or fact_issues or shape_issues:
        return  # other issues would be consequences
    yield from _declaration_issues(ontology_spec, ontology)
    yield from _import_issues((*ontology, *shapes))
    yield from _unknown_term_issues(ontology_spec["iri"], ontology, facts, shapes)
    for name in job.file_names("shapes")[:1]:
        on_file(name)
        yield from shacl.shacl_issues((*facts, *ontology), shapes)
    yield from competency_questions.question_issues(job, (*ontology, *facts), on_file)


def _declaration_issues(ontology_spec: OntologyData, ontology: Sequence["Statement"]) -> Iterator[Issue]:
    """The ontology's files declare the ontology and the version that the spec names."""
    from compiler.execution.source_tests.rdf.rdf_graphs import RDF_TYPE, iri

    ontology_iris = {
        iri(statement.quad.subject)
        for statement in ontology
        if statement.predicate == RDF_TYPE and _has_object(statement, f"{_OWL}Ontology")
    }
    name = ontology_spec["iri"]
    if name not in ontology_iris:
        suggestion = closest_match(name, sorted(iri_ for iri_ in ontology_iris if iri_))
        message = f"no file of the ontology declares <{name}> as an owl:Ontology"
        yield Issue(
            IssueKind.SPEC_MISMATCH,
            message,
            source_location("ontology", "iri"),
            f"did you mean `{suggestion}`?" if suggestion else None,
        )
        return
    version = ontology_spec["version"]
    versions = [
        statement.quad.object.value
        for statement in ontology
        if iri(statement.quad.subject) == name
        and statement.predicate == f"{_OWL}versionInfo"
        and hasattr(statement.quad.object, "value")
    ]
    if versions and version not in versions:
        message = f"owl:versionInfo of the ontology is {short_json(versions[0])}, but the version in the spec is {short_json(version)}"
        yield Issue(IssueKind.SPEC_MISMATCH, message, source_location("ontology", "version"))


def _has_object(statement: "Statement", iri: str) -> bool:
    return getattr(statement.quad.object, "value", None) == iri


def _import_issues(statements: Sequence["Statement"]) -> Iterator[Issue]:
    from compiler.execution.source_tests.rdf.rdf_graphs import RDF_TYPE, iri

    ontology_iris = {
        iri(statement.quad.subject)
        for statement in statements
        if statement.predicate == RDF_TYPE and _has_object(statement, f"{_OWL}Ontology")
    }
    for statement in statements:
        if statement.predicate == f"{_OWL}imports" and iri(statement.quad.object) not in ontology_iris:
            message = f"the import {statement.quad.object} was not loaded: neither Modelyard nor the graph store fetches imports"
            yield Issue(IssueKind.NOT_RUN, message, statement.location, "put a copy next to the spec and list it there")


def _unknown_term_issues(
    name: str, ontology: Sequence["Statement"], facts: Sequence["Statement"], shapes: Sequence["Statement"]
) -> Iterator[Issue]:
    """Predicates and classes in the ontology's namespace that it does not declare, once each."""
    from compiler.execution.source_tests.rdf.rdf_graphs import RDF_TYPE, iri

    namespaces = (name,) if name.endswith(("#", "/")) else (f"{name}#", f"{name}/")
    known_iris = {iri(statement.quad.subject) for statement in ontology} | {
        iri(statement.quad.subject) for statement in shapes
    }
    reported_terms: set[str] = set()
    for statement in (*facts, *shapes):
        statement_terms = [statement.predicate]
        statement_terms += (
            [iri(statement.quad.object) or ""]
            if statement.predicate == RDF_TYPE or statement.predicate in _TERM_PREDICATES
            else []
        )
        for term in statement_terms:
            namespace = next((namespace for namespace in namespaces if term.startswith(namespace)), None)
            if namespace is None or term in known_iris or term in reported_terms or "/" in term.removeprefix(namespace):
                continue
            reported_terms.add(term)
            suggestion = closest_match(term, sorted(candidate for candidate in known_iris if candidate))
            message = f"the ontology does not declare <{term}>"
            yield Issue(
                IssueKind.SUSPICIOUS,
                message,
                statement.location,
                f"did you mean <{suggestion}>?" if suggestion else None,
            )


ENGINE = Engine(
    name="rdf_graph",
    title="the graph store (Oxigraph, with pySHACL)",
    supports=lambda type_, source: type_ == "knowledge-graph" and bool(source.get("files")),
    run=_run,
    packages=("pyoxigraph", "pyshacl"),
    tests_key="questions",
)
