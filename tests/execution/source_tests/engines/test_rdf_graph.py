"""Knowledge graphs: files are RDF, the ontology is the one that is named, facts keep the shapes and answer the questions."""

# ruff: noqa: E501 - a row of a table is a claim

import pytest

from compiler.execution.source_tests.engines.rdf_graph import ENGINE
from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.worker_process import RunFailure, WorkerProcess
from compiler.execution.source_tests.worker_protocol import (
    IssueKind,
    IssueLocation,
    Job,
    line_location,
    source_location,
)

pytestmark = pytest.mark.wheel

ONTOLOGY = """@prefix o: <http://shop.example/o#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<http://shop.example/o> a owl:Ontology ; owl:versionInfo "1" .
o:Shop a owl:Class .
o:city a owl:DatatypeProperty .
o:near a owl:ObjectProperty .
"""
FACTS = """@prefix o: <http://shop.example/o#> .
@prefix s: <http://shop.example/s/> .

s:a a o:Shop ;
    o:city "Bern" ;
    o:near s:b .
s:b a o:Shop ; o:city "Thun" ;
    o:near s:a .
"""
SHAPES = """@prefix o: <http://shop.example/o#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
o:ShopShape a sh:NodeShape ;
    sh:targetClass o:Shop ;
    sh:property [ sh:path o:city ; sh:minCount 1 ; sh:in ( "Bern" "Thun" ) ; sh:message "a shop has a city" ] .
"""
PREFIX = "PREFIX o: <http://shop.example/o#>\n"
FILES = {
    "o.ttl": ONTOLOGY,
    "f.ttl": FACTS,
    "s.ttl": SHAPES,
    "cities.rq": PREFIX + "# SERVICE, in a comment\nSELECT ?shop ?city { ?shop o:city ?city }\n",
    "alone.rq": PREFIX + "ASK { ?s a o:Shop FILTER NOT EXISTS { ?s o:near ?service } }\n",
}
BERN = {"shop": "http://shop.example/s/a", "city": "Bern"}
THUN = {"shop": "http://shop.example/s/b", "city": "Thun"}
QUESTIONS = [
    {"question": "Which cities?", "query": "cities.rq", "expectedRows": [THUN, BERN]},
    {"question": "How many?", "query": "cities.rq", "minRows": 2},
    {"question": "Is one alone?", "query": "alone.rq", "expectedAnswer": False},
]


def job(questions=QUESTIONS, ontology=None, shapes=("s.ttl",), facts=("f.ttl",), **changes) -> Job:
    """The release, with a text in some of its files replaced, or a whole file."""
    files = dict(FILES)
    for stem, change in changes.items():
        name = next((name for name in files if name.startswith(f"{stem}.")), f"{stem}.rq")
        if isinstance(change, tuple):
            assert change[0] in files[name]
            files[name] = files[name].replace(*change)
        else:
            files[name] = change
    ontology_fields = {"iri": "http://shop.example/o", "version": "1", "files": ["o.ttl"], **(ontology or {})}
    source = {"ontology": ontology_fields, "shapes": list(shapes), "files": list(facts), "questions": questions}
    return Job(ENGINE.name, "knowledge-graph", source, {}, {name: text.encode() for name, text in files.items()})


def question_job(text: str, **expected) -> Job:
    return job([{"question": "What?", "query": "q.rq", **expected}], q=text)


def issues_of(job: Job) -> list[tuple[IssueKind, IssueLocation, str]]:
    return [(found.kind, found.location, found.message) for found in ENGINE.run(job, lambda _: None)]


def test_a_valid_release_has_no_issues() -> None:
    assert issues_of(job()) == []


def test_it_takes_facts_beside_the_spec_alone() -> None:
    assert ENGINE.supports("knowledge-graph", {"files": ["f.ttl"]})
    assert not ENGINE.supports("knowledge-graph", {"uri": "s3://facts/"})


MISSING_ANSWER = "“Which cities?”: expected "


@pytest.mark.parametrize(
    ("requested_job", "kind", "spot", "message"),
    [
        (job(f=("s:b .", "t:b .")), IssueKind.INVALID, line_location("f.ttl", 6, 12), "The prefix t: has not been declared"),
        (job(o=("Ontology ;", "Ontology ")), IssueKind.INVALID, line_location("o.ttl", 3, 41), None),
        (job(s=("sh:minCount 1 ;", "sh:minCount ;")), IssueKind.INVALID, line_location("s.ttl", 5, 48), None),
        (job(facts=("alone.rq",)), IssueKind.INVALID, line_location("alone.rq"), "the RDF format of `alone.rq` is unknown: expected a name that ends with .ttl or .nt or .trig"),
        (job(ontology={"iri": "http://shop.example/p"}), IssueKind.SPEC_MISMATCH, source_location("ontology", "iri"), "no file of the ontology declares <http://shop.example/p> as an owl:Ontology"),
        (job(ontology={"version": "2"}), IssueKind.SPEC_MISMATCH, source_location("ontology", "version"), 'owl:versionInfo of the ontology is "1", but the version in the spec is "2"'),
        (job(f=('"Thun" ;', '"Thun" ; o:cty 1 ;')), IssueKind.SUSPICIOUS, line_location("f.ttl", 7), "the ontology does not declare <http://shop.example/o#cty>"),
        (job(f=("s:b a o:Shop", "s:b a o:Shop, o:Stall")), IssueKind.SUSPICIOUS, line_location("f.ttl", 7), "the ontology does not declare <http://shop.example/o#Stall>"),
        (job(s=("sh:minCount 1 ;", "sh:minCont 1 ;")), IssueKind.INVALID, line_location("s.ttl", 5), "SHACL has no term `sh:minCont`: it has no effect"),
        (job([], f=('o:city "Bern" ;', "")), IssueKind.SHACL_VIOLATION, line_location("f.ttl", 4), "a shop has a city (focus node <http://shop.example/s/a>, path <http://shop.example/o#city>)"),
        (job([], f=('"Thun"', '"Biel"')), IssueKind.SHACL_VIOLATION, line_location("f.ttl", 7), 'a shop has a city (focus node <http://shop.example/s/b>, path <http://shop.example/o#city>, value "Biel")'),
        (job(s=("sh:targetClass o:Shop", "sh:targetSubjectsOf sh:c")), IssueKind.SUSPICIOUS, line_location("s.ttl", 4), "the shape validates nothing: its target <http://www.w3.org/ns/shacl#c> matches no fact"),
        (job(s=("sh:targetClass o:Shop ;", "")), IssueKind.SUSPICIOUS, line_location("s.ttl"), "no shape has a target, so that nothing is validated"),
        (job(s=("sh:property", "sh:rule [] ; sh:property")), IssueKind.NOT_RUN, line_location("s.ttl", 5), "`sh:rule` was not evaluated: it is neither in SHACL Core nor in SHACL-SPARQL"),
        (job(s=("sh:property", "sh:js [] ; sh:property")), IssueKind.NOT_RUN, line_location("s.ttl", 5), None),
        (job([{**QUESTIONS[0], "expectedRows": [BERN]}]), IssueKind.WRONG_ANSWER, source_location("questions", 0, "expectedRows"), None),
        (job([{**QUESTIONS[0], "expectedRows": [BERN, THUN, BERN]}]), IssueKind.WRONG_ANSWER, source_location("questions", 0, "expectedRows", 2), None),
        (job([{**QUESTIONS[0], "expectedRows": [BERN, {**THUN, "city": "Biel"}]}]), IssueKind.WRONG_ANSWER, source_location("questions", 0, "expectedRows", 1), None),
        (job([{**QUESTIONS[0], "expectedRows": [{**BERN, "sity": "x"}]}]), IssueKind.SPEC_MISMATCH, source_location("questions", 0, "expectedRows", 0, "sity"), "`cities.rq` has no variable `sity`"),
        (job([{**QUESTIONS[1], "minRows": 3}]), IssueKind.WRONG_ANSWER, source_location("questions", 0, "minRows"), "“How many?” has 2 rows, expected at least 3"),
        (job([{**QUESTIONS[2], "expectedAnswer": True}]), IssueKind.WRONG_ANSWER, source_location("questions", 0, "expectedAnswer"), "“Is one alone?” has the answer false, expected true"),
        (job([{**QUESTIONS[2], "query": "cities.rq"}]), IssueKind.SPEC_MISMATCH, source_location("questions", 0, "expectedAnswer"), "`cities.rq` is SELECT, but `expectedAnswer` requires ASK"),
        (question_job("CONSTRUCT WHERE { ?a ?b ?c }", minRows=1), IssueKind.SPEC_MISMATCH, source_location("questions", 0, "minRows"), "`q.rq` is CONSTRUCT or DESCRIBE, but `minRows` requires SELECT"),
        (question_job("SELECT ?a {\n ?a ?b }", minRows=1), IssueKind.INVALID, line_location("q.rq", 2, 9), None),
        (question_job("SELECT (<http://f.example/>(1) AS ?x) {}", minRows=1), IssueKind.INVALID, line_location("q.rq"), None),
        (question_job("SELECT ?a {\n service <http://x.example/> { ?a ?b ?c } }", minRows=1), IssueKind.EXTERNAL_ACCESS, line_location("q.rq", 2, 2), "the query calls another server (SERVICE)"),
        (question_job("SELECT ?a\nFROM <http://x.example/> { ?a ?b ?c }", minRows=1), IssueKind.EXTERNAL_ACCESS, line_location("q.rq", 2, 6), "the query reads <http://x.example/>, which is not a graph of the facts"),
        (question_job("LOAD <http://x.example/>", minRows=1), IssueKind.EXTERNAL_ACCESS, line_location("q.rq"), None),
        (question_job("PREFIX o: <http://o.example/>\nDELETE WHERE { ?a ?b ?c }", minRows=1), IssueKind.INVALID, line_location("q.rq", 2), "`DELETE` starts an update, but competency questions must not change data"),
    ],
)  # fmt: skip
def test_one_change_is_one_remark_at_its_place(requested_job, kind, spot, message) -> None:
    [(found, where, text)] = issues_of(requested_job)
    assert (found, where) == (kind, spot)
    assert message is None or text == message


def test_an_import_is_reported_and_never_fetched() -> None:
    [(kind, spot, message)] = issues_of(
        job(o=("o:city a", "<http://shop.example/o> owl:imports <http://w.example/> .\no:city a"))
    )
    assert (kind, spot) == (IssueKind.NOT_RUN, line_location("o.ttl", 5))
    assert (
        message
        == "the import <http://w.example/> was not loaded: neither Modelyard nor the graph store fetches imports"
    )


def test_facts_in_a_named_graph_are_judged_and_may_be_named() -> None:
    trig = FACTS.replace("s:a a o:Shop", "GRAPH s:g { s:a a o:Shop", 1).rstrip() + " }\n"
    files = {**FILES, "f.trig": trig}
    graph_job = job(
        [{"question": "Q", "query": "q.rq", "minRows": 2}],
        facts=("f.trig",),
        q="SELECT ?a FROM <http://shop.example/s/g> { ?a <http://shop.example/o#city> ?c }",
    )
    graph_job = Job(
        graph_job.engine, graph_job.type, graph_job.source, {}, {**graph_job.files, "f.trig": files["f.trig"].encode()}
    )
    assert issues_of(graph_job) == []


def test_a_node_without_a_name_is_found_by_its_own_lines() -> None:
    found = issues_of(job([], f=("o:near s:a .", "o:near [ a o:Shop ;\n o:city 'Rom' ] .")))
    assert [item[:2] for item in found] == [(IssueKind.SHACL_VIOLATION, line_location("f.ttl", 9))]


SPARQL_SHAPE = 'sh:sparql [ sh:select """SELECT $this { %s }""" ] ; sh:property'


def test_a_shape_may_ask_a_query_and_no_server() -> None:
    here = "$this <http://shop.example/o#near> $this"
    assert issues_of(job(s=("sh:property", SPARQL_SHAPE % here))) == []
    away = SPARQL_SHAPE % f"SERVICE <http://x.example/> {{ {here} }}"
    assert issues_of(job(s=("sh:property", away))) == [
        (IssueKind.EXTERNAL_ACCESS, line_location("s.ttl", 5), "the query of the shape calls another server (SERVICE)")
    ]


def test_a_shape_whose_query_cannot_be_read_is_reported_at_its_line() -> None:
    [(kind, spot, _)] = issues_of(job(s=("sh:property", SPARQL_SHAPE % "$this no query")))
    assert (kind, spot) == (IssueKind.INVALID, line_location("s.ttl", 5))


EXPLODES = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'?a{i} ?b{i} ?c{i} .' for i in range(12))} }}"


def test_the_child_runs_it_and_stops_what_does_not_end() -> None:
    with WorkerProcess(ResourceLimits(cpu_seconds=3)) as child:
        assert child.run(job()) == ()
        came = child.run(question_job(EXPLODES, minRows=1))
        assert isinstance(came, RunFailure)
        assert came.file == "q.rq"
        [remark] = child.run(job([{**QUESTIONS[1], "minRows": 3}]))
        assert remark.kind is IssueKind.WRONG_ANSWER


@pytest.mark.parametrize(
    "facts", ["[ <a:b> " * 100_000, "<a:b> <a:c> " + "( " * 100_000, "\x00\xff" * 1000, "<" * 1_000_000]
)
def test_hostile_facts_are_a_finding_and_no_hang(facts) -> None:
    with WorkerProcess(ResourceLimits(cpu_seconds=5)) as child:
        came = child.run(job([], f=facts))
        assert isinstance(came, RunFailure) or [remark.kind for remark in came] in (
            [IssueKind.INVALID],
            [IssueKind.ABORTED_RUN],
        )


def test_a_hostile_query_is_a_finding_and_no_hang() -> None:
    with WorkerProcess(ResourceLimits(cpu_seconds=5)) as child:
        came = child.run(question_job("SELECT * " + "{" * 200_000 + "}" * 200_000, minRows=1))
        assert isinstance(came, RunFailure) or came[0].kind in {IssueKind.INVALID, IssueKind.ABORTED_RUN}
        assert child.run(job()) == ()
