"""Laws that hold for any text."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.diagnostics.finding import Finding
from compiler.source.hidden_characters import find_hidden_runs
from compiler.source.yaml_parse import parse

pytestmark = pytest.mark.usefixtures("parser")

RELAXED_SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
ROOT = Path(__file__).parents[2]
MODEL_TEXTS = [path.read_text() for path in sorted((ROOT / "models").rglob("*.yaml"))]
SPECS = [text for text in MODEL_TEXTS if "apiVersion" in text and "<<:" not in text] or [
    "a: 1\n"
]  # composing merges nothing
PIECES = st.sampled_from(
    ["- ", "? ", ": ", ":", "{", "}", "[", "]", ",", '"', "'", "&a ", "*a", "!!int ", "!x ", "|\n", ">-\n", "\n",
     "\n  ", " ", "#", "a", "b: 1", "<<: ", "---\n", "...\n", "%TAG ", "\t", "\\", "0", "1.10", "no", "~", "é", "😀",
     "@", "\r\n", "\0", '"\\0"']
)  # fmt: skip


def check(text):
    """What holds for any text: findings or documents, places within the file, and a place for everything."""
    result = parse(text, "f.yaml")
    lines = (text if isinstance(text, str) else text.decode(errors="replace")).split("\n")
    for finding in result.findings:
        assert isinstance(finding, Finding)
        assert finding.help
        assert 1 <= finding.location.line <= len(lines)
        assert 1 <= finding.location.column <= len(lines[finding.location.line - 1]) + 2
        assert (finding.location.line, finding.location.column) <= (
            finding.location.end_line,
            finding.location.end_column,
        )
    for document in result.documents:
        check_places(document, document.data, ())
    return result


def check_places(document, value, pointer):
    root = document._root_node  # noqa: SLF001
    assert root.nearest(pointer)[1]
    assert (document.scalar_text(pointer) is None) == isinstance(value, dict | list)
    if isinstance(value, dict):
        for key, inner in value.items():
            assert isinstance(key, str)
            check_places(document, inner, (*pointer, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            check_places(document, inner, (*pointer, index))
    else:
        assert value is None or isinstance(value, bool | int | float | str)
        assert not isinstance(value, float) or math.isfinite(value)


@given(st.text())
@RELAXED_SETTINGS
def test_any_text_is_documents_or_findings(text):
    check(text)


@given(st.binary())
@RELAXED_SETTINGS
def test_any_bytes_are_documents_or_findings(data):
    check(data)


@given(st.lists(PIECES, max_size=30).map("".join))
@RELAXED_SETTINGS
def test_anything_like_yaml_is_documents_or_findings(text):
    check(text)


@given(st.sampled_from(SPECS), st.data())
@RELAXED_SETTINGS
def test_a_spec_with_a_slip_of_the_hand_is_documents_or_findings(text, data):
    at = data.draw(st.integers(0, len(text)))
    check(text[:at] + data.draw(PIECES) + text[at + data.draw(st.integers(0, 3)) :])


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Zl", "Zp", "Cn"]).filter(
    lambda character: not any(find_hidden_runs(character))
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS, max_size=20)
)
KEYS = st.text(CHARACTERS, min_size=1, max_size=10)
DATA = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
    ),
)


def same_value(actual, reference):
    """Equal, and of the same types; a float that YAML 1.1 writes with an exponent may keep its digits only in value."""
    if isinstance(reference, Mapping):
        return (
            isinstance(actual, dict)
            and actual.keys() == reference.keys()
            and all(same_value(actual[key], reference[key]) for key in reference)
        )
    if isinstance(reference, list):
        return isinstance(actual, list) and len(actual) == len(reference) and all(map(same_value, actual, reference))
    return type(actual) is type(reference) and actual == reference


@given(DATA, st.sampled_from([True, False, None]))
@RELAXED_SETTINGS
def test_data_that_pyyaml_writes_is_read_back(data, flow):
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True, width=10_000)
    parsed = check(text)
    assert [finding for finding in parsed.findings if finding.is_blocking] == []
    assert same_value(parsed.documents[0].data, data)


@given(DATA)
@RELAXED_SETTINGS
def test_json_is_yaml(data):
    text = json.dumps(data, ensure_ascii=False)
    parsed = check(text)
    assert not any(finding.is_blocking for finding in parsed.findings)
    numbers_with_exponents = "e" in text.lower()
    assert numbers_with_exponents or same_value(parsed.documents[0].data, data)


@pytest.mark.parametrize("text", SPECS)
def test_the_sample_portfolio_means_what_pyyaml_composes(text):
    parsed = check(text)
    assert [finding for finding in parsed.findings if finding.is_blocking] == []
    composed = [plain(node) for node in yaml.compose_all(text, yaml.SafeLoader) if node is not None]
    assert [texts(document.data) for document in parsed.documents] == [node for node in composed if node is not None]


def plain(node):
    """What PyYAML composed, without anybody's idea of what a plain scalar means."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    return [plain(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else ...


def texts(value):
    if isinstance(value, dict):
        return {key: texts(inner) for key, inner in value.items()}
    return [texts(inner) for inner in value] if isinstance(value, list) else ...
