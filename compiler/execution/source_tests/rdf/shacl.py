"""SHACL shapes, by pySHACL: what the facts owe them, and what of them is not judged; imported where graphs are run alone."""

from collections.abc import Iterator, Sequence

import pyoxigraph as ox
import pyshacl
import rdflib
from pyparsing import ParseException
from pyshacl.errors import ReportableRuntimeError
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.plugins import sparql
from rdflib.term import Node

from compiler.execution.source_tests.rdf.rdf_graphs import Statement, iri
from compiler.execution.source_tests.rdf.sparql import Query
from compiler.execution.source_tests.worker_protocol import Kind, Remark, Spot, at_line
from compiler.foundation.suggestions import nearest

_NOT_JUDGED = {f"{SH}{name}" for name in ("js", "target", "rule", "expression", "values")}
"""What SHACL's advanced features and SHACL-JS add: www.w3.org/TR/shacl-af, www.w3.org/TR/shacl-js."""
_QUERIES = {str(SH.select), str(SH.ask)}
_TARGETS = {str(SH[name]) for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
_CLASSES = {str(RDFS.Class), str(OWL.Class)}


def remarks(facts: Sequence[Statement], shapes: Sequence[Statement]) -> Iterator[Remark]:
    """What is amiss between the facts, the ontology among them, and the shapes."""
    said = list(_reaching(shapes))
    yield from said
    data = _graph(facts)
    yield from _unknown(shapes)
    yield from _targets(data, shapes)
    if any(remark.kind is Kind.REACHES_OUT for remark in said):
        return  # pySHACL takes no shape that does
    try:
        found = list(_violations(data, facts, shapes))  # in the order of a set
        yield from sorted(found, key=lambda remark: (remark.spot.file or "", remark.spot.line or 0, remark.message))
    except ReportableRuntimeError as error:
        yield _refused(str(error.message), shapes)
    except ParseException as error:
        yield _unread(error, shapes)


def _reaching(shapes: Sequence[Statement]) -> Iterator[Remark]:
    for shape in shapes:
        if shape.predicate in _QUERIES and isinstance(shape.quad.object, ox.Literal):
            for word in Query(shape.quad.object.value).words():
                if word.text in {"SERVICE", "FROM"}:
                    message = f"the shape's query asks another place ({word.text})"
                    yield Remark(Kind.REACHES_OUT, message, shape.spot)
        elif shape.predicate in _NOT_JUDGED:
            name = shape.predicate.removeprefix(str(SH))
            message = f"`sh:{name}` is beyond SHACL's core and SHACL-SPARQL, and was not judged"
            yield Remark(Kind.NOT_RUN, message, shape.spot, "say it in the core, or judge it in the pipeline")


def _unknown(shapes: Sequence[Statement]) -> Iterator[Remark]:
    """A misspelt word of SHACL is a constraint that nobody checks."""
    known = {str(term) for term in dir(SH)}
    for shape in shapes:
        word = shape.predicate.removeprefix(str(SH))
        if word != shape.predicate and shape.predicate not in _NOT_JUDGED and rdflib.URIRef(shape.predicate) not in SH:
            near = nearest(word, sorted(name for name in known if not name.startswith("_")))
            message = f"SHACL has no `sh:{word}`: nothing is checked by it"
            yield Remark(Kind.BROKEN, message, shape.spot, f"did you mean `sh:{near}`?" if near else None)


def _graph(statements: Sequence[Statement]) -> rdflib.Graph:
    """The statements of all graphs as one."""
    graph = rdflib.Graph(bind_namespaces="none")
    for statement in statements:
        quad = statement.quad
        if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
            continue  # RDF 1.2's, of which SHACL 1.0 says nothing
        graph.add((_node(quad.subject), rdflib.URIRef(quad.predicate.value), _node(quad.object)))
    return graph


def _node(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def _targets(data: rdflib.Graph, shapes: Sequence[Statement]) -> Iterator[Remark]:
    """Shapes that judge nothing look like shapes that are kept."""
    kinds = {(str(shape.quad.subject), iri(shape.quad.object)) for shape in shapes if shape.predicate == str(RDF.type)}
    has_target = False
    for shape in shapes:
        kind, target = shape.predicate, iri(shape.quad.object)
        implicit = (
            kind == str(RDF.type) and target in _CLASSES and (str(shape.quad.subject), str(SH.NodeShape)) in kinds
        )
        if kind not in _TARGETS and not implicit:
            has_target = has_target or kind == str(SH.target)
            continue
        has_target = True
        node = iri(shape.quad.subject) if implicit else target
        if node is not None and not _is_met(data, str(SH.targetClass) if implicit else kind, rdflib.URIRef(node)):
            message = f"the shape judges nothing: no fact is met by its target <{node}>"
            yield Remark(Kind.DOUBTFUL, message, shape.spot)
    if shapes and not has_target:
        yield Remark(Kind.DOUBTFUL, "no shape has a target, so that nothing is judged", at_line(shapes[0].file))


def _is_met(data: rdflib.Graph, kind: str, node: rdflib.URIRef) -> bool:
    if kind in {str(SH.targetSubjectsOf), str(SH.targetObjectsOf)}:
        return (None, node, None) in data
    if kind == str(SH.targetNode):
        return (node, None, None) in data or (None, None, node) in data
    classes = data.transitive_subjects(RDFS.subClassOf, node)
    return any((None, RDF.type, class_) in data for class_ in classes)


def _violations(data: rdflib.Graph, facts: Sequence[Statement], shapes: Sequence[Statement]) -> Iterator[Remark]:
    """Each result of the report, at the statement that breaks the shape, or at the first of its focus node."""
    sparql.SPARQL_LOAD_GRAPHS = False
    _, report, said = pyshacl.validate(
        data, shacl_graph=_graph(shapes), advanced=False, js=False, do_owl_imports=False, inplace=True
    )
    if not isinstance(report, rdflib.Graph):
        yield _refused(str(getattr(report, "message", said)), shapes)
        return
    places = _Places(facts)
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus, path, value = (report.value(result, key) for key in (SH.focusNode, SH.resultPath, SH.value))
        message = " ".join(sorted({str(text) for text in report.objects(result, SH.resultMessage)}))
        details = [f"focus node {_shown(focus)}"]
        details += [f"path {_shown(path)}"] if isinstance(path, rdflib.URIRef) else []
        details += [f"value {_shown(value)}"] if value is not None and value != focus else []
        yield Remark(
            Kind.NONCONFORMING, f"{message.split(chr(10), 1)[0]} ({', '.join(details)})", places.of(focus, path, value)
        )


def _shown(node: Node | None) -> str:
    if isinstance(node, rdflib.URIRef):
        return f"<{node}>"
    return "without a name" if isinstance(node, rdflib.BNode) else f'"{node}"'


class _Places:
    """Where facts stand."""

    def __init__(self, facts: Sequence[Statement]) -> None:
        self._whole: dict[tuple[str, str, str], Statement] = {}
        self._first: dict[str, Statement] = {}
        self._above: dict[str, Statement] = {}
        for fact in facts:
            whole = (_key(fact.quad.subject), fact.predicate, _key(fact.quad.object))
            self._whole.setdefault(whole, fact)
            self._first.setdefault(_key(fact.quad.subject), fact)
            self._above.setdefault(_key(fact.quad.object), fact)

    def of(self, focus: Node | None, path: Node | None, value: Node | None) -> Spot:
        """The statement itself, else the first about the focus node, else the first that names it."""
        fact = self._whole.get((str(focus), str(path), str(value)))
        if fact is not None:
            return fact.spot
        found = self._first.get(str(focus)) or self._above.get(str(focus))
        return found.spot if found else Spot()


def _key(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else str(term)


def _unread(error: ParseException, shapes: Sequence[Statement]) -> Remark:
    """The first query of the shapes that is none; its text stands where the statement ends."""
    asked = (shape for shape in shapes if shape.predicate in _QUERIES)
    text = error.line.strip()
    named = next((shape for shape in asked if text and text in str(shape.quad.object)), None)
    message = f"a shape's query cannot be read: `{text[:80]}`"
    return Remark(Kind.BROKEN, message, named.spot if named else at_line(shapes[0].file))


def _refused(said: str, shapes: Sequence[Statement]) -> Remark:
    """Shapes that pySHACL does not take, at the shape that it names."""
    text = said.split("\n", 1)[0]
    named = next((shape for shape in shapes if (name := iri(shape.quad.subject)) and name in said), None)
    return Remark(Kind.BROKEN, text, named.spot if named else at_line(shapes[0].file))
