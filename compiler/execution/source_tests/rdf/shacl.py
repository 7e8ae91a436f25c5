"""SHACL shapes, by pySHACL: violations by the data, and parts of shapes that are not evaluated. Imported only in the worker."""

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
from compiler.execution.source_tests.worker_protocol import Issue, IssueKind, IssueLocation, line_location
from compiler.foundation.suggestions import closest_match

_UNSUPPORTED_PREDICATES = {f"{SH}{name}" for name in ("js", "target", "rule", "expression", "values")}
"""Terms of SHACL Advanced Features and SHACL-JS: www.w3.org/TR/shacl-af, www.w3.org/TR/shacl-js."""
_QUERY_PREDICATES = {str(SH.select), str(SH.ask)}
_TARGET_PREDICATES = {str(SH[name]) for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
_CLASS_TYPES = {str(RDFS.Class), str(OWL.Class)}


def shacl_issues(facts: Sequence[Statement], shapes: Sequence[Statement]) -> Iterator[Issue]:
    """The issues of the data, ontology included, and of the shapes."""
    unsupported_issues = list(_unsupported_issues(shapes))
    yield from unsupported_issues
    data = _to_rdflib_graph(facts)
    yield from _unknown_term_issues(shapes)
    yield from _target_issues(data, shapes)
    if any(issue.kind is IssueKind.EXTERNAL_ACCESS for issue in unsupported_issues):
        return  # pySHACL rejects shapes that use them
    try:
        violations = list(_violation_issues(data, facts, shapes))  # pySHACL reports in the order of a set
        yield from sorted(
            violations, key=lambda issue: (issue.location.file or "", issue.location.line or 0, issue.message)
        )
    except ReportableRuntimeError as error:
        yield _invalid_shapes_issue(str(error.message), shapes)
    except ParseException as error:
        yield _query_syntax_issue(error, shapes)


def _unsupported_issues(shapes: Sequence[Statement]) -> Iterator[Issue]:
    for shape in shapes:
        if shape.predicate in _QUERY_PREDICATES and isinstance(shape.quad.object, ox.Literal):
            for word in Query(shape.quad.object.value).words():
                if word.text in {"SERVICE", "FROM"}:
                    message = f"the query of the shape calls another server ({word.text})"
                    yield Issue(IssueKind.EXTERNAL_ACCESS, message, shape.location)
        elif shape.predicate in _UNSUPPORTED_PREDICATES:
            name = shape.predicate.removeprefix(str(SH))
            message = f"`sh:{name}` was not evaluated: it is neither in SHACL Core nor in SHACL-SPARQL"
            yield Issue(
                IssueKind.NOT_RUN, message, shape.location, "express it in SHACL Core, or validate it in your pipeline"
            )


def _unknown_term_issues(shapes: Sequence[Statement]) -> Iterator[Issue]:
    """Unknown SHACL terms: a misspelled one is a constraint that nothing checks."""
    shacl_terms = {str(term) for term in dir(SH)}
    for shape in shapes:
        word = shape.predicate.removeprefix(str(SH))
        if (
            word != shape.predicate
            and shape.predicate not in _UNSUPPORTED_PREDICATES
            and rdflib.URIRef(shape.predicate) not in SH
        ):
            suggestion = closest_match(word, sorted(name for name in shacl_terms if not name.startswith("_")))
            message = f"SHACL has no term `sh:{word}`: it has no effect"
            yield Issue(
                IssueKind.INVALID, message, shape.location, f"did you mean `sh:{suggestion}`?" if suggestion else None
            )


def _to_rdflib_graph(statements: Sequence[Statement]) -> rdflib.Graph:
    """All graphs as one rdflib graph."""
    graph = rdflib.Graph(bind_namespaces="none")
    for statement in statements:
        quad = statement.quad
        if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
            continue  # RDF 1.2 terms, which SHACL 1.0 does not cover
        graph.add((_to_rdflib_node(quad.subject), rdflib.URIRef(quad.predicate.value), _to_rdflib_node(quad.object)))
    return graph


def _to_rdflib_node(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def _target_issues(data: rdflib.Graph, shapes: Sequence[Statement]) -> Iterator[Issue]:
    """Shapes without targets: they check nothing, and look as if they passed."""
    kinds = {(str(shape.quad.subject), iri(shape.quad.object)) for shape in shapes if shape.predicate == str(RDF.type)}
    has_target = False
    for shape in shapes:
        kind, target = shape.predicate, iri(shape.quad.object)
        is_implicit = (
            kind == str(RDF.type) and target in _CLASS_TYPES and (str(shape.quad.subject), str(SH.NodeShape)) in kinds
        )
        if kind not in _TARGET_PREDICATES and not is_implicit:
            has_target = has_target or kind == str(SH.target)
            continue
        has_target = True
        node = iri(shape.quad.subject) if is_implicit else target
        if node is not None and not _has_target_nodes(
            data, str(SH.targetClass) if is_implicit else kind, rdflib.URIRef(node)
        ):
            message = f"the shape validates nothing: its target <{node}> matches no fact"
            yield Issue(IssueKind.SUSPICIOUS, message, shape.location)
    if shapes and not has_target:
        yield Issue(
            IssueKind.SUSPICIOUS, "no shape has a target, so that nothing is validated", line_location(shapes[0].file)
        )


def _has_target_nodes(data: rdflib.Graph, kind: str, node: rdflib.URIRef) -> bool:
    if kind in {str(SH.targetSubjectsOf), str(SH.targetObjectsOf)}:
        return (None, node, None) in data
    if kind == str(SH.targetNode):
        return (node, None, None) in data or (None, None, node) in data
    classes = data.transitive_subjects(RDFS.subClassOf, node)
    return any((None, RDF.type, class_) in data for class_ in classes)


def _violation_issues(data: rdflib.Graph, facts: Sequence[Statement], shapes: Sequence[Statement]) -> Iterator[Issue]:
    """Each result of the report, at the statement that violates the shape, or at the first about its focus node."""
    sparql.SPARQL_LOAD_GRAPHS = False
    _, report, report_text = pyshacl.validate(
        data, shacl_graph=_to_rdflib_graph(shapes), advanced=False, js=False, do_owl_imports=False, inplace=True
    )
    if not isinstance(report, rdflib.Graph):
        yield _invalid_shapes_issue(str(getattr(report, "message", report_text)), shapes)
        return
    locations = _FactLocations(facts)
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus, path, value = (report.value(result, key) for key in (SH.focusNode, SH.resultPath, SH.value))
        message = " ".join(sorted({str(text) for text in report.objects(result, SH.resultMessage)}))
        details = [f"focus node {_node_text(focus)}"]
        details += [f"path {_node_text(path)}"] if isinstance(path, rdflib.URIRef) else []
        details += [f"value {_node_text(value)}"] if value is not None and value != focus else []
        yield Issue(
            IssueKind.SHACL_VIOLATION,
            f"{message.split(chr(10), 1)[0]} ({', '.join(details)})",
            locations.find(focus, path, value),
        )


def _node_text(node: Node | None) -> str:
    if isinstance(node, rdflib.URIRef):
        return f"<{node}>"
    return "without a name" if isinstance(node, rdflib.BNode) else f'"{node}"'


class _FactLocations:
    """The locations of statements."""

    def __init__(self, facts: Sequence[Statement]) -> None:
        self._by_triple: dict[tuple[str, str, str], Statement] = {}
        self._by_subject: dict[str, Statement] = {}
        self._by_object: dict[str, Statement] = {}
        for fact in facts:
            triple = (_term_key(fact.quad.subject), fact.predicate, _term_key(fact.quad.object))
            self._by_triple.setdefault(triple, fact)
            self._by_subject.setdefault(_term_key(fact.quad.subject), fact)
            self._by_object.setdefault(_term_key(fact.quad.object), fact)

    def find(self, focus: Node | None, path: Node | None, value: Node | None) -> IssueLocation:
        """The location of the statement itself, else of the first about the focus node, else of the first that names it."""
        fact = self._by_triple.get((str(focus), str(path), str(value)))
        if fact is not None:
            return fact.location
        statement = self._by_subject.get(str(focus)) or self._by_object.get(str(focus))
        return statement.location if statement else IssueLocation()


def _term_key(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else str(term)


def _query_syntax_issue(error: ParseException, shapes: Sequence[Statement]) -> Issue:
    """The first invalid query of the shapes; its text is where the statement ends."""
    queries = (shape for shape in shapes if shape.predicate in _QUERY_PREDICATES)
    text = error.line.strip()
    matching_shape = next((shape for shape in queries if text and text in str(shape.quad.object)), None)
    message = f"the query of a shape cannot be parsed: `{text[:80]}`"
    return Issue(
        IssueKind.INVALID, message, matching_shape.location if matching_shape else line_location(shapes[0].file)
    )


def _invalid_shapes_issue(error_text: str, shapes: Sequence[Statement]) -> Issue:
    """Shapes that pySHACL rejects, at the shape that it names."""
    text = error_text.split("\n", 1)[0]
    matching_shape = next((shape for shape in shapes if (name := iri(shape.quad.subject)) and name in error_text), None)
    return Issue(IssueKind.INVALID, text, matching_shape.location if matching_shape else line_location(shapes[0].file))
