"""What environments and models share while they are resolved is what each of them alone comes to."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from compiler.foundation import resources
from compiler.pipeline.session import Session
from compiler.resolve.fleet import Fleet
from compiler.resolve.merge import merge
from compiler.resolve.normalise import Normaliser
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree
from compiler.spec.language import Language
from compiler.spec.spec_loader import load_portfolio

ROOT = Path(__file__).parents[2]
LANGUAGE = Language(resources.kind_schemas(), resources.type_schemas())
PLACES = ("dev", "staging", "prod")
HEAD = {"apiVersion": "modelyard/v1"}

OPTIONS = [{"deploy": {"options": {"storageCidrs": [number]}}} for number in (1, 1.0, True, "1", -0.0, 0.0)]
"""What Python takes for the same, and no reader of YAML does."""
ENTRIES = [
    *OPTIONS,
    {},
    {"deploy": {"scaling": {"min": 2, "max": 3}}},
    {"deploy": {"scaling": {"max": 3, "min": 2}}},
    {"deploy": {"scaling": None}},
    {"deploy": {"scaling": {"min": None, "max": 3}}},
    {"deploy": {"resources": {"cpu": "500m"}}},
    {"deploy": {"resources": {"cpu": "0.5"}}},
    {"deploy": {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}},
    {"deploy": {"env": [{"name": "A", "$delete": True}]}},
    {"lifecycle": "pilot"},
]
WRONG = [
    {"deploy": {"resources": {"cpu": "0.0001"}}},
    {"lifecycle": None},
    {"deploy": {"env": [{"name": "C", "$delete": True}]}},
]
ENTRY = st.sampled_from([*ENTRIES, *ENTRIES, *WRONG])
RELEASE_ENTRY = st.builds(
    lambda entry, release: {**entry, **release},
    ENTRY,
    st.sampled_from([{"release": version} for version in ("1.0.0", "1.0.0", "2.0.0", "3.0.0")]),
)


def release_fields(version: str) -> dict:
    return {"source": {"format": "onnx", "uri": f"s3://models/{version}/", "digest": f"sha256:{version[0] * 64}"}}


def model(name: str, general: dict, environments: dict) -> dict:
    return {
        **HEAD, "kind": "Model", "name": name, "type": "ml", "summary": "It is one.", "owner": "team",
        "lifecycle": "production", **general, "environments": environments,
        "releases": {version: release_fields(version) for version in ("1.0.0", "2.0.0")},
    }  # fmt: skip


@st.composite
def trees(draw) -> MemoryTree:
    """A project that sets many values twice, some of them wrong."""
    files = {
        "modelyard.yaml": {**HEAD, "kind": "Project", "name": "p", "environments": list(PLACES), "defaults": draw(ENTRY)},
        "models/team.yaml": {**HEAD, "kind": "Team", "name": "team"},
        "models/a/_defaults.yaml": {**HEAD, "kind": "Defaults", **draw(ENTRY), "types": {"ml": draw(ENTRY)},
                                    "environments": dict.fromkeys(draw(st.sets(st.sampled_from(PLACES))), draw(ENTRY))},
    }  # fmt: skip
    for place in PLACES:
        overlay = draw(st.sampled_from([{}, {"overlay": draw(ENTRY)}]))
        files[f"models/{place}.yaml"] = {**HEAD, "kind": "Environment", "name": place, "stage": place, **overlay}
    for name in ("one", "two"):
        environments = draw(st.fixed_dictionaries(dict.fromkeys(PLACES, RELEASE_ENTRY)))
        files[f"models/a/{name}.yaml"] = model(name, draw(ENTRY), environments)
    return MemoryTree({path: json.dumps(data) for path, data in files.items()})


def resolved_text(fleet: Fleet, name: str, place: str | None) -> str:
    """All that is resolved, kinds of numbers included."""
    found, findings = fleet.resolve(name, place)
    return repr((found and (found.data, found.layers, found.base_layer_count, found.release, found.canary), findings))


@given(trees(), st.permutations([(name, place) for name in ("one", "two") for place in (*PLACES, None)]))
def test_each_place_is_resolved_as_if_it_were_the_only_one(tree, order) -> None:
    portfolio = load_portfolio(tree, LANGUAGE)
    together = Fleet(portfolio, LANGUAGE, tree)
    for name, place in order:
        if name in portfolio.by_kind("Model"):
            assert resolved_text(together, name, place) == resolved_text(Fleet(portfolio, LANGUAGE, tree), name, place)


@given(trees())
def test_what_is_resolved_is_its_layers_laid_over_each_other(tree) -> None:
    portfolio = load_portfolio(tree, LANGUAGE)
    fleet, ml = Fleet(portfolio, LANGUAGE, tree), LANGUAGE.type_language("ml")
    for name in portfolio.by_kind("Model"):
        for place in PLACES:
            resolved_model, _ = fleet.resolve(name, place)
            if resolved_model is None:
                continue
            data = {}
            for layer in resolved_model.layers:
                data = merge(data, layer.data, ml.merge_rules)
            whole, mistakes = Normaliser(ml.quantities)(data)
            assert not mistakes
            assert repr(resolved_model.data) == repr({**whole, "release": resolved_model.release.version})


def test_environments_that_say_the_same_share_what_comes_of_it() -> None:
    fleet = Session(WorkTree(ROOT)).fleet
    prod, staging = (fleet.model("atm-demand", place) for place in ("prod", "staging"))
    assert prod.data is staging.data
    assert prod.release is staging.release
