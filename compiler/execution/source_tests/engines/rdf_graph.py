"""Knowledge graphs: files are RDF, the ontology is the one that is named, facts keep the shapes and answer the questions."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from compiler.execution.source_tests.comparison import shown
from compiler.execution.source_tests.worker_protocol import Doing, Engine, Job, Kind, Remark, in_source
from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest

if TYPE_CHECKING:
    from compiler.execution.source_tests.rdf.rdf_graphs import Statement

_OWL = "http://www.w3.org/2002/07/owl#"
_SH = "http://www.w3.org/ns/shacl#"
_NAMING = {f"{_SH}{name}" for name in ("path", "class", "targetClass", "targetSubjectsOf", "targetObjectsOf")}


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    from compiler.execution.source_tests.rdf import competency_questions as questions
    from compiler.execution.source_tests.rdf import rdf_graphs as rdf
    from compiler.execution.source_tests.rdf import shacl

    asked = as_object(job.source.get("ontology"))
    ontology, broken = rdf.loaded(job, [as_str(name) for name in as_list(asked.get("files"))], at)
    facts, more = rdf.loaded(job, job.named("files"), at)
    shapes, most = rdf.loaded(job, job.named("shapes"), at)
    yield from (*broken, *more, *most)
    if broken or more or most:
        return  # the rest would follow from it
    yield from _declared(asked, ontology)
    yield from _imports((*ontology, *shapes))
    yield from _terms(as_str(asked.get("iri")), ontology, facts, shapes)
    for name in job.named("shapes")[:1]:
        at(name)
        yield from shacl.remarks((*facts, *ontology), shapes)
    yield from questions.remarks(job, (*ontology, *facts), at)


def _declared(asked: Object, ontology: Sequence["Statement"]) -> Iterator[Remark]:
    """The ontology's files say that they are it, in the version that the spec says."""
    from compiler.execution.source_tests.rdf.rdf_graphs import TYPE, iri

    known = {iri(said.quad.subject) for said in ontology if said.predicate == TYPE and _is(said, f"{_OWL}Ontology")}
    name = as_str(asked.get("iri"))
    if name not in known:
        near = nearest(name, sorted(iri_ for iri_ in known if iri_))
        message = f"no file of the ontology says that <{name}> is an owl:Ontology"
        yield Remark(Kind.DISAGREES, message, in_source("ontology", "iri"), f"did you mean `{near}`?" if near else None)
        return
    version = asked.get("version")
    versions = [
        said.quad.object.value
        for said in ontology
        if iri(said.quad.subject) == name
        and said.predicate == f"{_OWL}versionInfo"
        and hasattr(said.quad.object, "value")
    ]
    if versions and version is not None and version not in versions:
        message = f"the ontology says owl:versionInfo {shown(versions[0])}, and the spec says {shown(version)}"
        yield Remark(Kind.DISAGREES, message, in_source("ontology", "version"))


def _is(said: "Statement", iri: str) -> bool:
    return getattr(said.quad.object, "value", None) == iri


def _imports(statements: Sequence["Statement"]) -> Iterator[Remark]:
    from compiler.execution.source_tests.rdf.rdf_graphs import TYPE, iri

    here = {iri(said.quad.subject) for said in statements if said.predicate == TYPE and _is(said, f"{_OWL}Ontology")}
    for said in statements:
        if said.predicate == f"{_OWL}imports" and iri(said.quad.object) not in here:
            message = f"{said.quad.object} is imported and was not read: nothing is fetched, here or by the store"
            yield Remark(Kind.NOT_RUN, message, said.spot, "put what it says beside the spec, and name it there")


def _terms(
    name: str, ontology: Sequence["Statement"], facts: Sequence["Statement"], shapes: Sequence["Statement"]
) -> Iterator[Remark]:
    """Predicates and classes in the ontology's own namespace that it does not declare, once each."""
    from compiler.execution.source_tests.rdf.rdf_graphs import TYPE, iri

    spaces = (name,) if name.endswith(("#", "/")) else (f"{name}#", f"{name}/")
    known = {iri(said.quad.subject) for said in ontology} | {iri(said.quad.subject) for said in shapes}
    told: set[str] = set()
    for said in (*facts, *shapes):
        used = [said.predicate]
        used += [iri(said.quad.object) or ""] if said.predicate == TYPE or said.predicate in _NAMING else []
        for term in used:
            space = next((space for space in spaces if term.startswith(space)), None)
            if space is None or term in known or term in told or "/" in term.removeprefix(space):
                continue
            told.add(term)
            near = nearest(term, sorted(other for other in known if other))
            message = f"the ontology declares no <{term}>"
            yield Remark(Kind.DOUBTFUL, message, said.spot, f"did you mean <{near}>?" if near else None)


ENGINE = Engine(
    name="graph",
    title="the graph store (Oxigraph, with pySHACL)",
    takes=lambda type_, source: type_ == "knowledge-graph" and bool(source.get("files")),
    run=_run,
    packages=("pyoxigraph", "pyshacl"),
    tests="questions",
)
