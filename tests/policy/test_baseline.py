"""A baseline knows as many findings as it counts, and only shrinks."""

import json

import pytest

from compiler.diagnostics import Status
from compiler.policy.baseline import applied, dumped, loaded

RULE = """rules:
  - {that: "model.deploy.secrets.all(s, s.key == '')", message: not so}
examples:
  good: [{model: {deploy: {secrets: [{name: x, key: "", as: {env: X}}]}}}]
  bad: [{model: {deploy: {secrets: [{name: x, key: a/b, as: {env: X}}]}}}]
"""


@pytest.fixture
def two(found):
    rule = RULE.replace('key: ""', "key: x/y").replace("s.key == ''", "s.key == 'x/y'")
    items = found(rule)
    assert [item.code.id for item in items] == ["rule", "rule"]
    return items


def test_what_it_knows_does_not_count(two) -> None:
    known = loaded(dumped(two))
    assert [item.status for item in applied(two, known)] == [Status.BASELINE] * 2
    assert not any(item.mandatory for item in applied(two, known))


def test_a_swap_does_not_pass(two) -> None:
    known = loaded(dumped(two[:1]))
    assert [item.status for item in applied(two, known)] == [Status.BASELINE, Status.OPEN]


def test_it_counts(two) -> None:
    known = loaded(dumped(two[:1]))
    assert [item.status for item in applied([two[0], two[0]], known)] == [Status.BASELINE, Status.OPEN]


def test_it_only_shrinks(two) -> None:
    known = loaded(dumped(two[:1]))
    assert loaded(dumped(two, known)) == known
    assert loaded(dumped(two[1:], known)) == {}


def test_another_order_of_a_list_is_the_same(two, found, tree) -> None:
    model = tree().read("models/refunds.yaml").decode()
    one, other = (
        "    - {name: one, key: shop/one, as: {env: ONE}}\n",
        "    - {name: two, key: other/two, as: {env: TWO}}\n",
    )
    rule = RULE.replace('key: ""', "key: x/y").replace("s.key == ''", "s.key == 'x/y'")
    turned = found(rule, models__refunds=model.replace(one + other, other + one))
    assert {item.fingerprint for item in turned} == {item.fingerprint for item in two}


def test_what_the_language_refuses_cannot_be_known(found) -> None:
    items = found(RULE.replace("message: not so", "mesage: not so"))
    assert json.loads(dumped(items))["findings"] == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "findings": {}}', '{"version": 1, "findings": {"a": {"count": true}}}']
)
def test_what_is_no_baseline_is_said(text) -> None:
    with pytest.raises(ValueError, match=r"it is no|has no count"):
        loaded(text)
