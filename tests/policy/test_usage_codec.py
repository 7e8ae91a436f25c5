"""A usage is the same after it was stored or sent, and secrets are never stored."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.policy.policy_usage import PolicyUsage, WaiverRejection, WaiverUse
from compiler.policy.usage_codec import decode_usage, encode_usage

names = st.text("abc/-", max_size=4)
pointers = st.lists(st.one_of(names, st.integers(0, 9)), max_size=3).map(tuple)
locations = st.builds(Location, names, *[st.integers(1, 9)] * 4)
rejections = st.builds(
    WaiverRejection, names, pointers, names, st.builds(Finding, st.just(codes.BAD_WAIVER), names, locations)
)
usages = st.builds(
    PolicyUsage,
    st.frozensets(st.tuples(names, st.none() | names), max_size=3),
    *[st.frozensets(names, max_size=3)] * 4,
    st.frozensets(st.tuples(names, names), max_size=3),
    st.frozensets(st.builds(WaiverUse, names, names, names, st.lists(pointers, max_size=2).map(tuple)), max_size=3),
    st.lists(rejections, max_size=3, unique_by=lambda item: (item.waiver, item.pointer)).map(frozenset),
    st.frozensets(st.tuples(locations, names), max_size=3),
    st.frozensets(locations, max_size=3),
    st.booleans(),
    st.frozensets(names, max_size=2),
)


@given(usages)
def test_a_usage_survives_json(usage) -> None:
    row = encode_usage(usage, includes_secrets=True)
    assert decode_usage(json.loads(json.dumps(row))) == usage
    assert decode_usage(row) == usage


@given(usages, st.randoms())
def test_equal_usages_have_equal_rows(usage, order: random.Random) -> None:
    def shuffled(items: frozenset | bool) -> frozenset | bool:
        if isinstance(items, bool):
            return items
        elements = list(items)
        order.shuffle(elements)
        return frozenset(elements)

    same_usage = PolicyUsage(*(shuffled(getattr(usage, name)) for name in PolicyUsage.__slots__))
    assert encode_usage(same_usage, includes_secrets=True) == encode_usage(usage, includes_secrets=True)


def test_a_usage_with_secrets_cannot_be_stored() -> None:
    usage = PolicyUsage(secrets=frozenset({"hunter2"}))
    assert not usage.is_storable
    with pytest.raises(ValueError, match="secrets"):
        encode_usage(usage)
    assert decode_usage(encode_usage(usage, includes_secrets=True)).secrets == {"hunter2"}
    assert encode_usage(PolicyUsage.EMPTY)
