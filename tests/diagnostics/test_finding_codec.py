"""A finding is the same after it was stored or sent."""

import json
import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import codes
from compiler.diagnostics.built_in_codes import all_codes
from compiler.diagnostics.finding import Code, Enforcement, Finding, Fix, Location, Note, Severity, Status, Subject
from compiler.diagnostics.finding_codec import decode_findings, encode_findings

texts = st.text(max_size=8)
counts = st.integers(1, 10**6)
pointers = st.lists(st.one_of(texts, st.integers(0, 99)), max_size=4).map(tuple)
text_tuples = st.lists(texts, max_size=3).map(tuple)
locations = st.builds(Location, texts, counts, counts, counts, counts)
policy_codes = st.builds(
    Code,
    texts,
    texts,
    st.sampled_from(Severity),
    st.sampled_from(Enforcement),
    texts,
    texts,
    texts,
    text_tuples,
    st.none() | texts,
)
changed_codes = st.builds(
    replace, st.sampled_from(all_codes()), enforcement=st.sampled_from(Enforcement), severity=st.sampled_from(Severity)
)
findings = st.builds(
    Finding,
    st.one_of(st.sampled_from(all_codes()), policy_codes, changed_codes),
    texts,
    st.none() | locations,
    st.none() | st.builds(Subject, texts, texts, st.none() | texts, pointers),
    st.none() | texts,
    st.lists(st.builds(Note, texts, st.none() | locations), max_size=3).map(tuple),
    st.none() | st.builds(Fix, locations, texts, st.booleans()),
    st.sampled_from(Status),
    st.none() | texts,
    st.none() | pointers,
    texts,
    text_tuples,
)


@given(st.lists(findings, max_size=5))
def test_findings_survive_json_and_a_pipe_between_processes(items) -> None:
    rows = encode_findings(items)
    assert decode_findings(rows) == tuple(items)
    assert decode_findings(json.loads(json.dumps(rows))) == tuple(items)
    assert decode_findings(pickle.loads(pickle.dumps(rows))) == tuple(items)
    assert encode_findings(decode_findings(rows)) == rows


@pytest.mark.parametrize("code", all_codes(), ids=lambda code: code.id)
def test_a_decoded_built_in_code_is_the_same_object(code) -> None:
    (finding,) = decode_findings(encode_findings([Finding(code, "message")]))
    assert finding.code is code


def test_a_built_in_code_with_another_severity_keeps_it() -> None:
    code = replace(codes.POLICY_SKIPPED, severity=Severity.LOW)
    (finding,) = decode_findings(encode_findings([Finding(code, "message")]))
    assert finding.code == code != codes.POLICY_SKIPPED


def test_findings_of_one_policy_share_its_code() -> None:
    code = Code("pack/rule", "rule", Severity.HIGH, Enforcement.MANDATORY, "A rule", "why", "do it", ("a:1",))
    rows = encode_findings(Finding(replace(code), message) for message in ("one", "two"))
    assert len(rows.codes) == 1
    first, second = decode_findings(rows)
    assert first.code is second.code is decode_findings(rows)[0].code


@pytest.mark.parametrize("rows", [[[], [[0]]], [["MY999"], []], [[["one"]], []], [[]], None])
def test_rows_of_another_form_are_an_error(rows) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        decode_findings(rows)
