"""What is left of a document with mistakes is a document that its schema accepts, but for keys that the root lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.foundation import resources
from compiler.json_schema.validator import Validator
from compiler.spec.valid_parts import valid_parts

PROJECT = Validator(resources.kind_schemas()["Project"])
HEAD = {"apiVersion": "modelyard/v1", "kind": "Project", "name": "bank"}


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"environments": ["dev", "prod"]}, {"environments": ["dev", "prod"]}),
        ({"environments": ["dev", 1, ["prod", 2]]}, {"environments": ["dev", ["prod"]]}),
        ({"environments": "dev"}, {}),
        ({"environments": ["dev"], "enviroments": []}, {"environments": ["dev"]}),
        ({"environments": ["dev"], "images": {"opa": {"image": "opa"}}}, {"environments": ["dev"], "images": {}}),
        ({"environments": ["dev"], "folders": {"models": 1, "records": "r"}}, {"environments": ["dev"], "folders": {"records": "r"}}),
    ],
)  # fmt: skip
def test_a_rejected_value_is_left_out(fields, left) -> None:
    assert valid_parts({**HEAD, **fields}, PROJECT) == {**HEAD, **left}


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["dev", "prod", "models"])
KEYS = st.sampled_from(["name", "image", "digest", "takes", "types", "options", "opa", "models", "enabled", "x"])
VALUES = st.recursive(SCALARS, lambda values: st.lists(values, max_size=3) | st.dictionaries(KEYS, values, max_size=3))


@given(st.dictionaries(st.sampled_from(sorted(resources.kind_schemas()["Project"]["properties"])), VALUES))
def test_what_is_left_has_mistakes_at_its_root_alone(fields) -> None:
    violations = PROJECT.violations(valid_parts({**HEAD, **fields}, PROJECT))
    assert {violation.pointer for violation in violations} <= {()}


class CountingKey(str):
    """A key that counts how often it is compared."""

    __slots__ = ()
    comparisons = 0

    def __eq__(self, other: object) -> bool:
        CountingKey.comparisons += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


class RejectsEachNumber:
    def rejected_pointers(self, data: dict) -> set:
        return {(key, "x") for key, value in data.items() if "x" in value}


def test_each_rejected_value_is_compared_a_few_times() -> None:
    keys = [f"key{number}" for number in range(500)]
    CountingKey.comparisons = 0
    assert valid_parts({CountingKey(key): {"x": 1} for key in keys}, RejectsEachNumber()) == {key: {} for key in keys}
    assert CountingKey.comparisons < 20 * len(keys)
