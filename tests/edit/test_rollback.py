"""An environment goes back to what ran before: without the canary, or to the release that the history knows."""

import pytest

from compiler.edit.rollback import rollback
from compiler.foundation.errors import UsageError
from compiler.source.memory_tree import MemoryTree

from .conftest import PLACES, edit_errors, edit_of


def fail_on_history(_path: str):
    raise AssertionError("the history was read")


def fleet_at_release(fleet, release: str):
    return fleet(PLACES.replace("prod-us: {release: 1.0.0}", f"prod-us: {{release: {release}}}"))


def test_a_canary_is_removed_without_reading_the_history(fleet) -> None:
    run = fleet()
    made = rollback(run, "refunds", "prod-eu", None, fail_on_history)
    assert edit_of(run, made) == ["-    canary: {release: 2.0.0, weight: 10%}"]
    assert made.summary == "Remove the canary 2.0.0 of refunds from prod-eu"


def test_the_release_before_comes_back(fleet) -> None:
    run = fleet_at_release(fleet, "2.0.0")
    requested_paths = []

    def history(path: str):
        requested_paths.append(path)
        yield run.tree
        yield fleet(PLACES.replace("prod-us: {release: 1.0.0}", "prod-us: {release: 2.0.0, deploy: {env: []}}")).tree
        yield fleet_at_release(fleet, "3.0.0").tree
        yield fleet_at_release(fleet, "1.0.0").tree

    made = rollback(run, "refunds", "prod-us", None, history)
    assert edit_of(run, made) == ["-  prod-us: {release: 2.0.0}", "+  prod-us: {release: 3.0.0}"]
    assert (requested_paths, made.summary) == (["models/refunds.yaml"], "Roll refunds back to 3.0.0 in prod-us")


def test_states_that_cannot_be_read_are_passed_over(fleet) -> None:
    run = fleet_at_release(fleet, "2.0.0")
    states = [
        MemoryTree({"other.txt": "x"}),
        MemoryTree({"modelyard.yaml": "kind: [", "models/a.yaml": "a: 1"}),
        fleet_at_release(fleet, "1.0.0").tree,
    ]
    assert (
        rollback(run, "refunds", "prod-us", None, lambda _: states).summary == "Roll refunds back to 1.0.0 in prod-us"
    )


def test_a_release_can_be_named_and_ends_a_canary(fleet) -> None:
    run = fleet()
    assert edit_of(run, rollback(run, "refunds", "prod-eu", "1.0.0", fail_on_history)) == [
        "-    canary: {release: 2.0.0, weight: 10%}"
    ]
    assert rollback(run, "refunds", "prod-us", "1.0.0", fail_on_history).files == {}


def test_a_rollback_evaluates_no_gate(fleet) -> None:
    gates = 'pipeline: {evaluate: {gates: [{metric: auc, op: ">=", value: 0.99}]}}'
    run = fleet(PLACES.replace("prod-us: {release: 1.0.0}", "prod-us: {release: 2.0.0}"), pipeline=gates)
    assert (
        rollback(run, "refunds", "prod-us", "1.0.0", fail_on_history).summary == "Roll refunds back to 1.0.0 in prod-us"
    )


@pytest.mark.parametrize(
    ("states", "says"),
    [([], "the history of models/refunds.yaml contains no other release"),
     (["9.0.0"], "9.0.0 before, which is no longer published")],
)  # fmt: skip
def test_without_a_release_before_one_has_to_be_named(fleet, states, says) -> None:
    run = fleet_at_release(fleet, "2.0.0")

    def history(_: str):
        for version in states:
            text = (
                fleet_at_release(fleet, version)
                .tree.read("models/refunds.yaml")
                .decode()
                .replace("  3.0.0:\n", f"  {version}:\n")
            )
            files = {path: run.tree.read(path) for path in run.tree.paths()}
            yield MemoryTree(
                {**files, "models/refunds.yaml": text.replace("dev: {release: 3.0.0}", "dev: {release: 1.0.0}")}
            )

    with pytest.raises(UsageError, match=says):
        rollback(run, "refunds", "prod-us", None, history)


def test_nothing_is_taken_back_where_nothing_runs(fleet) -> None:
    with pytest.raises(UsageError, match="refunds is not deployed in prod-us"):
        rollback(fleet("  dev: {release: 3.0.0}"), "refunds", "prod-us", None, fail_on_history)


def test_an_anchor_is_for_people(fleet) -> None:
    run = fleet(PLACES.replace("canary: {release", "canary: &try {release"))
    assert [name for name, _, _ in edit_errors(rollback(run, "refunds", "prod-eu", None, fail_on_history))] == [
        "not-editable"
    ]
