"""Each pair of fields that the language declares is compared, whatever the layer that sets it."""

from collections.abc import Iterator

import pytest

from compiler.foundation.json_data import Json, Pointer
from compiler.foundation.resources import kind_schemas, type_schemas
from compiler.resolve.checks.bound_checks import contradictions
from compiler.spec.language import Bounds, Language
from compiler.spec.merge_rules import ANY_KEY

LANGUAGE = Language(kind_schemas(), type_schemas())
TYPES = [LANGUAGE.type_language(name) for name in sorted(LANGUAGE.types)]
VALUES = {
    "duration": ("90s", "2m"),
    "percentage": ("9%", "10%"),
    "cpu": ("900m", "1"),
    "memory": ("900Mi", "1Gi"),
    None: (9, 10),
}
DATES = ("2026-09-30", "2026-10-01")
DATE_FIELDS = {"date", "from", "to"}


def pairs() -> Iterator[tuple[str, Bounds, Pointer, str]]:
    """Every declared pair of every type: the pointer of the value and where its bound is."""
    for language in TYPES:
        for bounds in (language.bounds, language.release_bounds):
            for annotation in bounds.at_most:
                yield language.title, bounds, annotation.pointer, annotation.value


PAIRS = {
    f"{title} {'/'.join(map(str, pointer))} {bound}": entry for entry in pairs() for title, _, pointer, bound in [entry]
}


def with_value(data: Json, pointer: Pointer, value: Json) -> Json:
    """The data with a value at a pointer; `*` is the first element of a list."""
    if not pointer:
        return value
    if pointer[0] == ANY_KEY:
        return [with_value(data[0] if isinstance(data, list) else {}, pointer[1:], value)]
    data = data if isinstance(data, dict) else {}
    return {**data, pointer[0]: with_value(data.get(pointer[0]), pointer[1:], value)}


@pytest.mark.parametrize("name", PAIRS)
def test_a_value_above_its_bound_is_a_contradiction(name) -> None:
    _, bounds, lower, bound = PAIRS[name]
    upper = tuple(bound.split("/")[1:]) if bound[0] == "/" else (*lower[:-1], *bound.split("/"))
    quantity = bounds.quantities.get(lower)
    if map_quantity := bounds.quantities.get((*lower, ANY_KEY)):
        quantity, lower, upper = map_quantity, (*lower, "p99"), (*upper, "p99")
    small, large = DATES if lower[-1] in DATE_FIELDS else VALUES[quantity]
    assert list(contradictions(with_value(with_value({}, lower, small), upper, large), bounds)) == []
    assert list(contradictions(with_value(with_value({}, lower, large), upper, large), bounds)) == []
    [contradiction] = contradictions(with_value(with_value({}, lower, large), upper, small), bounds)
    assert (contradiction.lower_value, contradiction.upper_value) == (large, small)
    assert list(contradictions(with_value({}, lower, large), bounds)) == []


def test_the_pairs_are_those_of_the_language() -> None:
    assert {(pointer[-1], bound) for _, _, pointer, bound in PAIRS.values()} >= {
        ("min", "max"),
        ("disruptionBudget", "/deploy/scaling/max"),
        ("timeToFirstToken", "latency"),
        ("date", "/retirement/date"),
        ("date", "validUntil"),
        ("date", "expires"),
        ("date", "next"),
        ("from", "to"),
        ("inputTokens", "tokensPerDay"),
        ("inputTokens", "/source/contextLength"),
        ("cpu", "limits/cpu"),
        ("memory", "limits/memory"),
        ("ephemeralStorage", "limits/ephemeralStorage"),
        ("to", "/date"),
        ("missingDataAfter", "window"),
    }


def test_percentiles_do_not_fall() -> None:
    bounds = TYPES[0].bounds
    assert list(contradictions({"sla": {"latency": {"p99": "1s", "p50": "1s", "p99.9": "1500ms"}}}, bounds)) == []
    [contradiction] = contradictions({"sla": {"latency": {"p99": "900ms", "p50": "1s"}}}, bounds)
    assert contradiction.message == "sla.latency: p50 1s is above p99 900ms"


def test_the_paths_of_fields_in_different_maps_are_written_in_full() -> None:
    data = {"sla": {"latency": {"p99": "1s"}, "timeToFirstToken": {"p99": "2s"}}}
    [contradiction] = contradictions(data, TYPES[0].bounds)
    assert contradiction.message == "sla.timeToFirstToken.p99 2s is above sla.latency.p99 1s"
    assert contradiction.help == "lower `sla.timeToFirstToken.p99` to 1s, or raise `sla.latency.p99` to 2s"


def test_limits_of_containers_in_an_environment_ascend() -> None:
    bounds = LANGUAGE.bounds("Environment")
    limit_range = {
        "min": {"cpu": "2"},
        "defaultRequest": {"cpu": "1", "memory": "2Gi"},
        "default": {"memory": "1Gi"},
        "max": {"cpu": 1},
    }
    messages = {one.message for one in contradictions({"namespaceSettings": {"limitRange": limit_range}}, bounds)}
    prefix = "namespaceSettings.limitRange."
    assert messages == {
        f"{prefix}defaultRequest.memory 2Gi is above {prefix}default.memory 1Gi",
        f"{prefix}min.cpu 2 is above {prefix}defaultRequest.cpu 1",
        f"{prefix}min.cpu 2 is above {prefix}max.cpu 1",
    }
