"""Models are deployed in waves: dependencies before their dependents, and as late as these allow."""

from hypothesis import given
from hypothesis import strategies as st

from compiler.plan.sync_waves import dependency_chains, sync_waves

NAMES = [f"m{number}" for number in range(12)]


def test_dependencies_come_first_and_models_without_dependents_last() -> None:
    asks = {"agent": ["writer", "score"], "writer": ["vectors"], "vectors": [], "score": [], "alone": []}
    assert sync_waves(asks) == {"vectors": 0, "writer": 1, "score": 1, "agent": 2, "alone": 2}


def chains(dependencies: dict[str, list[str]]) -> dict[str, dict[str, int]]:
    return {chain.name: dict(chain.waves) for chain in dependency_chains(dependencies)}


def test_each_chain_has_its_own_waves_and_the_name_of_a_model_that_depends_on_no_other() -> None:
    uses = {
        "agent": ["writer", "score"],
        "writer": ["vectors"],
        "vectors": [],
        "score": [],
        "alone": [],
        "b": ["a"],
        "a": [],
    }
    assert chains(uses) == {
        "score": {"vectors": 0, "writer": 1, "score": 1, "agent": 2},
        "alone": {"alone": 0},
        "a": {"a": 0, "b": 1},
    }
    assert [chain.is_ordered for chain in dependency_chains(uses)] == [True, False, True]
    assert chains({**uses, "above": ["agent"]})["score"]["above"] == 3, "a new dependent keeps the name"


def test_a_dependency_that_runs_elsewhere_and_a_cycle_make_no_chain_of_their_own() -> None:
    assert chains({"a": ["elsewhere"], "b": ["b"]}) == {"a": {"a": 0}, "b": {"b": 0}}
    assert chains({"a": ["b"], "b": ["a"]}) == {"a": {"a": 0, "b": 0}}


def test_without_relations_there_is_one_wave() -> None:
    assert sync_waves({"a": [], "b": []}) == {"a": 0, "b": 0}
    assert sync_waves({}) == {}


def test_what_does_not_run_there_counts_for_nothing() -> None:
    assert sync_waves({"a": ["elsewhere"], "b": ["a"]}) == {"a": 0, "b": 1}


def test_a_circle_which_is_reported_elsewhere_is_one_wave() -> None:
    assert sync_waves({"a": ["b"], "b": ["a"], "c": ["a"]}) == {"a": 0, "b": 0, "c": 0}
    assert sync_waves({"a": ["a"]}) == {"a": 0}


def test_a_long_chain_is_no_matter_of_depth() -> None:
    chain = {f"n{number}": [f"n{number - 1}"] if number else [] for number in range(5000)}
    found = sync_waves(chain)
    assert (found["n0"], found["n4999"]) == (0, 4999)


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11))))
def test_an_acyclic_graph_is_ordered_with_no_longer_wait_than_needed(
    pairs: list[tuple[int, int]],
) -> None:
    asks: dict[str, set[str]] = {name: set() for name in NAMES}
    for one, other in pairs:
        if one > other:
            asks[NAMES[one]].add(NAMES[other])
    wave_by_model = sync_waves(asks)
    assert all(wave_by_model[dependency] < wave_by_model[user] for user, names in asks.items() for dependency in names)
    last = max(wave_by_model.values())
    for name in NAMES:
        users = [wave_by_model[user] for user in NAMES if name in asks[user]]
        assert wave_by_model[name] == (min(users) - 1 if users else last)
    assert sorted(set(wave_by_model.values())) == list(range(last + 1))
