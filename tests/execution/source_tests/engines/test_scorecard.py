"""Scorecards in PMML: they can be so, cover each value once, agree with the interface, and add up as cases say."""

# ruff: noqa: E501 - a row of a table is a claim

import pytest

from compiler.execution.source_tests.engines.scorecard import ENGINE
from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.worker_process import WorkerProcess
from compiler.execution.source_tests.worker_protocol import (
    IssueKind,
    Job,
    data_location,
    line_location,
    source_location,
)

pytestmark = pytest.mark.wheel

CARD = """<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
<DataDictionary>
<DataField name="age" optype="continuous" dataType="double"/>
<DataField name="home" optype="categorical" dataType="string"><Value value="own"/><Value value="let"/><Value value="a b"/></DataField>
<DataField name="points" optype="continuous" dataType="double"/>
</DataDictionary>
<Scorecard functionName="regression" initialScore="100" reasonCodeAlgorithm="pointsBelow" baselineScore="50">
<MiningSchema><MiningField name="age"/><MiningField name="home"/><MiningField name="points" usageType="target"/></MiningSchema>
<Output>
<OutputField name="points" feature="predictedValue" dataType="double"/>
<OutputField name="first" feature="reasonCode" rank="1" dataType="string"/>
<OutputField name="second" feature="reasonCode" rank="2" dataType="string"/>
</Output>
<Characteristics>
<Characteristic name="ageScore" reasonCode="AGE">
<Attribute partialScore="5"><SimplePredicate field="age" operator="isMissing"/></Attribute>
<Attribute partialScore="10"><SimplePredicate field="age" operator="lessThan" value="30"/></Attribute>
<Attribute partialScore="50"><SimplePredicate field="age" operator="greaterOrEqual" value="30"/></Attribute>
</Characteristic>
<Characteristic name="homeScore" reasonCode="HOME" baselineScore="40">
<Attribute partialScore="40"><SimplePredicate field="home" operator="equal" value="own"/></Attribute>
<Attribute partialScore="20" reasonCode="LET"><SimpleSetPredicate field="home" booleanOperator="isIn"><Array n="2" type="string">let "a b"</Array></SimpleSetPredicate></Attribute>
</Characteristic>
</Characteristics>
</Scorecard>
</PMML>
"""
CASES = [
    {"name": "young", "input": {"age": 20, "home": "a b"}, "output": {"points": 130, "first": "AGE", "second": "LET"}},
    {"name": "old", "input": {"age": 30, "home": "let"}, "output": {"points": 170, "first": "LET", "second": "AGE"}},
    {"name": "no age", "input": {"home": "own"}, "output": {"points": 145, "first": "AGE"}},
]
INTERFACE = {
    "inputs": [{"name": "age", "datatype": "FP64"}, {"name": "home", "datatype": "BYTES"}],
    "outputs": [{"name": "points", "datatype": "FP64"}, {"name": "first", "datatype": "BYTES"}],
}


def card(*changes: tuple[str, str]) -> str:
    text = CARD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def job(text=CARD, cases=CASES, interface=INTERFACE, files=("card.pmml",)) -> Job:
    source = {"format": "pmml", "method": "scorecard", "files": list(files)}
    return Job(
        "scorecard", "statistical", source, interface, {name: text.encode() for name in files}, {"c.yaml": cases}
    )


def changed_job(*changes: tuple[str, str], cases=CASES) -> Job:
    return job(card(*changes), cases)


def naming(key: str, **names: str) -> Job:
    first, *rest = INTERFACE[key]
    return job(interface={**INTERFACE, key: [{**first, **names}, *rest]})


def issues_of(job: Job) -> list[tuple]:
    return [(found.kind, found.location, found.message) for found in ENGINE.run(job, lambda _: None)]


def test_a_valid_release_has_no_issues() -> None:
    assert issues_of(job()) == []


def test_it_takes_pmml_beside_the_spec_alone() -> None:
    assert ENGINE.supports("statistical", {"format": "pmml", "files": ["card.pmml"]})
    assert not ENGINE.supports("statistical", {"format": "pmml", "uri": "s3://m/"})
    assert not ENGINE.supports("statistical", {"format": "onnx", "files": ["m.onnx"]})


def card_position(line: int, column: int = 1):
    return line_location("card.pmml", line, column)


FILES = source_location("files")
LESS = '<SimplePredicate field="age" operator="lessThan" value="30"/>'


@pytest.mark.parametrize(
    ("requested_job", "kind", "spot", "message"),
    [
        (job(CARD[:-10]), IssueKind.INVALID, card_position(25), None),
        (job("<PMML>\n<a></b></PMML>"), IssueKind.INVALID, card_position(2, 6), "mismatched tag"),
        (job("<Other/>"), IssueKind.INVALID, card_position(1), "the root element is `Other`, not `PMML`"),
        (changed_job(("<Scorecard ", "<TreeModel "), ("</Scorecard>", "</TreeModel>")), IssueKind.NOT_RUN, card_position(7), "`TreeModel` was not run: the only supported PMML model is `Scorecard`"),
        (changed_job(('<MiningField name="age"', '<MiningField name="agee"')), IssueKind.INVALID, card_position(8), "there is no `DataField` `agee`: did you mean `age`?"),
        (changed_job(('field="age" operator="lessThan"', 'field="aeg" operator="lessThan"')), IssueKind.INVALID, card_position(17), "there is no active `MiningField` `aeg`: did you mean `age`?"),
        (changed_job(('operator="lessThan"', 'operator="lesThan"')), IssueKind.INVALID, card_position(17), "`lesThan` is not an operator of `SimplePredicate`: did you mean `lessThan`?"),
        (changed_job(('field="home" operator="equal"', 'field="home" operator="lessThan"')), IssueKind.INVALID, card_position(21), "`lessThan` compares numbers, but `home` is not a number"),
        (changed_job(('value="30"', 'value="x"')), IssueKind.INVALID, card_position(17), "`x` is not a number"),
        (changed_job(('initialScore="100"', 'initialScore="nan"')), IssueKind.INVALID, card_position(7), "`nan` is not a number"),
        (changed_job(('partialScore="10"', "")), IssueKind.INVALID, card_position(17), "`Attribute` has no `partialScore`"),
        (changed_job((LESS, "")), IssueKind.INVALID, card_position(17), "the attribute has no predicate"),
        (changed_job(('operator="equal" value="own"', 'operator="equal" value="owm"')), IssueKind.INVALID, card_position(21), "the field `home` has no value `owm`: did you mean `own`?"),
        (changed_job(('n="2"', 'n="3"')), IssueKind.INVALID, card_position(22), "the `Array` has 2 values, but declares n=3"),
        (changed_job((' baselineScore="50"', "")), IssueKind.INVALID, card_position(15), "the characteristic `ageScore` has no `baselineScore`, which is required to rank reasons"),
        (job("".join(card(("<Characteristics>", "<Characteristics/><X>"), ("</Characteristics>", "</X>")))), IssueKind.INVALID, card_position(7), "the scorecard has no characteristics"),
        (changed_job(('operator="lessThan" value="30"', 'operator="lessThan" value="25"')), IssueKind.COVERAGE_GAP, card_position(15), "the characteristic `ageScore` gives `age` = 25 no points"),
        (changed_job(('operator="greaterOrEqual"', 'operator="greaterThan"'), cases=[]), IssueKind.COVERAGE_GAP, card_position(15), "the characteristic `ageScore` gives `age` = 30 no points"),
        (changed_job(('operator="lessThan"', 'operator="lessOrEqual"'), cases=[]), IssueKind.COVERAGE_GAP, card_position(18), "the characteristic `ageScore` gives `age` = 30 both 10 and 50 points"),
        (changed_job(('value="let"/>', 'value="let"/><Value value="with parents"/>')), IssueKind.COVERAGE_GAP, card_position(20), "the characteristic `homeScore` gives `home` = with parents no points"),
        (naming("inputs", datatype="BYTES"), IssueKind.SPEC_MISMATCH, FILES, "the input `age` is double in the scorecard, but BYTES in the interface"),
        (naming("outputs", name="score"), IssueKind.SPEC_MISMATCH, FILES, "the scorecard has no output `score`"),
        (changed_job(('partialScore="20"', 'partialScore="21"'), cases=CASES[:1]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "points"), "the case `young` fails: points: expected 130, found 131.0"),
        (changed_job(('initialScore="100"', ""), cases=CASES[:1]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "points"), None),
        (changed_job(('"pointsBelow"', '"pointsAbove"'), cases=CASES[1:2]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "first"), None),
        (changed_job((' reasonCode="LET"', ""), cases=CASES[1:2]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "first"), 'the case `old` fails: first: expected "LET", found "HOME"'),
        (changed_job(('operator="isMissing"', 'operator="lessThan" value="-1"'), ('partialScore="5"', 'partialScore="10"'), cases=CASES[2:]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "input"), "the case `no age` fails: no attribute of the characteristic `ageScore` applies, so there is no score"),
        (changed_job(('<MiningField name="age"', '<MiningField name="age" missingValueReplacement="30"'), cases=CASES[2:]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "points"), None),
        (job(cases=[{**CASES[0], "input": {"age": 20, "home": "tent"}}]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "input"), "the case `young` fails: `tent` is not a valid value of `home`"),
        (job(cases=[{**CASES[0], "input": {"age": "20", "home": "own"}}]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "input"), None),
        (job(cases=[{**CASES[0], "input": {"age": 10**400}}]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "input"), "the case `young` fails: the number is too large for `age`"),
        (job(cases=[{**CASES[0], "input": {"agee": 20}}]), IssueKind.SPEC_MISMATCH, data_location("c.yaml", 0, "input", "agee"), "the scorecard has no input `agee`"),
        (job(cases=[{**CASES[0], "input": [20, "own"]}]), IssueKind.SPEC_MISMATCH, data_location("c.yaml", 0, "input"), "the input of the case `young` is not a map: its inputs have names"),
        (changed_job((LESS, f"{LESS}<ComplexPartialScore/>"), cases=[{**CASES[0], "output": {"points": 0}}]), IssueKind.NOT_RUN, card_position(17), "`ComplexPartialScore` is not supported, and no case was run"),
        (job(files=("card.pmml", "more.pmml")), IssueKind.NOT_RUN, line_location("more.pmml"), "cases run the first model, `card.pmml`; `more.pmml` was not run"),
    ],
)  # fmt: skip
def test_one_change_is_one_remark_at_its_place(requested_job, kind, spot, message) -> None:
    [(found, where, text)] = issues_of(requested_job)
    assert (found, where) == (kind, spot)
    assert message is None or text == message


def test_an_input_by_another_name_is_reported_from_both_sides() -> None:
    assert [item[2] for item in issues_of(naming("inputs", name="agee"))] == [
        "the scorecard has no input `agee`",
        "the scorecard requires `age`, which the interface does not declare",
    ]


UNKNOWN_PREDICATE = '<SimplePredicate field="home" operator="equal" value="own"/>'


def compound(operator: str, *parts: str) -> str:
    return f'<CompoundPredicate booleanOperator="{operator}">{"".join(parts)}</CompoundPredicate>'


@pytest.mark.parametrize(
    ("predicate", "points"),
    [
        (compound("and", "<True/>", UNKNOWN_PREDICATE), 1),
        (compound("and", "<False/>", UNKNOWN_PREDICATE), 1),
        (compound("or", "<True/>", UNKNOWN_PREDICATE), 2),
        (compound("or", "<False/>", UNKNOWN_PREDICATE), 1),
        (compound("xor", "<True/>", UNKNOWN_PREDICATE), 1),
        (compound("xor", "<True/>", "<False/>"), 2),
        (compound("xor", "<True/>", "<True/>"), 1),
        (compound("surrogate", UNKNOWN_PREDICATE, "<True/>"), 2),
        (compound("surrogate", UNKNOWN_PREDICATE, "<False/>"), 1),
        (UNKNOWN_PREDICATE, 1),
        ('<SimplePredicate field="home" operator="isMissing"/>', 2),
        ('<SimplePredicate field="home" operator="isNotMissing"/>', 1),
        ('<SimpleSetPredicate field="home" booleanOperator="isNotIn"><Array n="1" type="string">own</Array></SimpleSetPredicate>', 1),
    ],
)  # fmt: skip
def test_what_is_missing_is_unknown_and_neither_true_nor_false(predicate, points) -> None:
    attributes = f'<Attribute partialScore="2">{predicate}</Attribute><Attribute partialScore="1"><True/></Attribute>'
    text = card(
        (
            "</Characteristics>",
            f'<Characteristic name="x" reasonCode="X">{attributes}</Characteristic></Characteristics>',
        )
    )
    home = '<Attribute partialScore="40">'
    text = text.replace(
        home, f'<Attribute partialScore="0"><SimplePredicate field="home" operator="isMissing"/></Attribute>{home}'
    )
    case = {"name": "no home", "input": {"age": 40}, "output": {"points": 150 + points}}
    assert issues_of(job(text, [case])) == []


def test_what_cost_nothing_is_no_reason() -> None:
    case = {
        "name": "more than the baseline",
        "input": {"age": 40, "home": "own"},
        "output": {"points": 200, "second": None},
    }
    better = card(('partialScore="50"', 'partialScore="60"'))
    assert issues_of(job(better, [case])) == []


def test_the_last_attribute_may_take_what_is_left() -> None:
    rest = '<Attribute partialScore="9"><True/></Attribute></Characteristic>'
    assert issues_of(job(card(("</Characteristic>", rest)), [])) == []


def test_numbers_that_a_field_cannot_have_need_no_points() -> None:
    bounds = '<DataField name="age" optype="continuous" dataType="double"><Interval closure="closedOpen" leftMargin="18" rightMargin="99"/></DataField>'
    field = '<DataField name="age" optype="continuous" dataType="double"/>'
    floor = compound("and", LESS, '<SimplePredicate field="age" operator="greaterOrEqual" value="18"/>')
    bounded = card((field, bounds), (LESS, floor))
    assert issues_of(job(bounded, [])) == []
    [(kind, spot, message)] = issues_of(job(bounded.replace(bounds, field), []))
    assert (kind, spot) == (IssueKind.COVERAGE_GAP, card_position(15))
    assert message == "the characteristic `ageScore` gives `age` below 18 no points"


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{index} "{f"&a{index - 1 if index else str()};" * 10}">' for index in range(12)
)  # fmt: skip
HOSTILE = [
    (f"{BOMB}]>\n<PMML>&a11;</PMML>", IssueKind.INVALID),
    ('<!DOCTYPE PMML SYSTEM "http://x.example/pmml.dtd">\n<PMML/>', IssueKind.EXTERNAL_ACCESS),
    ('<!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/hostname">]>\n<PMML>&f;</PMML>', IssueKind.INVALID),
    ("<PMML>" + "<a>" * 200_000, IssueKind.INVALID),
    ("", IssueKind.INVALID),
    ("\x00\x01", IssueKind.INVALID),
]


@pytest.mark.parametrize(("text", "kind"), HOSTILE)
def test_hostile_files_are_a_finding_and_no_hang(text, kind) -> None:
    with WorkerProcess(ResourceLimits(cpu_seconds=5)) as child:
        [remark] = child.run(job(text))
        assert remark.kind is kind
        assert child.run(job()) == ()


def test_an_unknown_encoding_is_a_finding() -> None:
    [(kind, spot, _)] = issues_of(job('<?xml version="1.0" encoding="nonsense"?><PMML/>'))
    assert (kind, spot.line) == (IssueKind.INVALID, 1)
