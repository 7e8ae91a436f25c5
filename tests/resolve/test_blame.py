"""Every value of a merged model can say who set it, and whom that layer beat."""

import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Pointer, value_at
from compiler.resolve.blame import blame
from compiler.resolve.layers import Layer
from compiler.resolve.merge import DELETE, merge
from compiler.resolve.normalise import Normaliser
from compiler.source.yaml_parse import parse
from compiler.spec.language import Language
from compiler.spec.merge_rules import ANY_KEY, MergeRules

ML = Language(resources.kind_schemas(), resources.type_schemas()).type_language("ml")

words = st.sampled_from(["one", "two", "three"])
absent = st.none()


def optional_fields(**fields: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({}, optional={name: absent | value for name, value in fields.items()})


def keyed_list(key: str, names: st.SearchStrategy, element: st.SearchStrategy) -> st.SearchStrategy:
    deleted = st.just({"$delete": True})
    elements = st.dictionaries(names, deleted | element, max_size=3)
    return elements.map(lambda found: [{key: name, **rest} for name, rest in found.items()])


def text_or_map_list(key: str, texts: st.SearchStrategy, element: st.SearchStrategy) -> st.SearchStrategy:
    """A keyed list, in which an element without other values can be text."""
    maps = keyed_list(key, texts, element)
    return maps.map(lambda found: [one[key] if len(one) == 1 else one for one in found])


LAYERS = st.lists(
    optional_fields(
        owner=words,
        labels=st.dictionaries(words, words, max_size=2),
        policies=st.lists(words, max_size=3, unique=True),
        sla=optional_fields(availability=st.sampled_from(["99.0%", "99%", "99.9 %"]),
        latency=optional_fields(p99=st.sampled_from(["1s", "1000ms"]))),
        monitoring=keyed_list(
            "signal",
            st.sampled_from(["cost", "dataDrift"]),
            optional_fields(threshold=st.integers(0, 3), action=st.sampled_from(["page", "ticket"])),
        ),
        deploy=optional_fields(
            target=words,
            resources=optional_fields(cpu=st.sampled_from(["500m", 0.5, "0.5", 1]), memory=st.sampled_from(["1Gi", "1024Mi"])),
            env=keyed_list("name", words, optional_fields(value=words)),
            egress=text_or_map_list("url", words, optional_fields(namespace=words)),
            options=optional_fields(cidrs=st.lists(words, max_size=2), port=st.integers(0, 3)),
        ),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip


def make_layers(datas: list[dict]) -> tuple[list[Layer], dict]:
    """Layers in documents of their own, and what they merge to."""
    layers, result = [], {}
    for index, data in enumerate(datas):
        document = parse(json.dumps({"overlay": data}), f"layer-{index}.yaml").documents[0]
        layers.append(Layer(str(index), document.data["overlay"], document, ("overlay",)))
        result = merge(result, data, ML.merge_rules)
    return layers, result


def leaves(data: Json, rules: MergeRules, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Every value that one layer sets alone: neither a map nor a list that merges."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, rules.child(key), (*pointer, key))
    elif isinstance(data, list) and rules.list_strategy:
        for index, value in enumerate(data):
            yield from leaves(value, rules.child(ANY_KEY), (*pointer, index))
    else:
        yield pointer


def says(data: Json, rules: MergeRules, value: Json, pointer: Pointer) -> Json:
    """What a layer says of a value, by following names as a reader would; `None` where it says nothing."""
    for part in pointer:
        if isinstance(part, int):
            element, key = value[part], rules.list_strategy
            elements = data if isinstance(data, list) else []
            if key == "union":
                data = element if element in elements else None
            else:
                maps = [{key: it} if isinstance(it, str) else it for it in elements]
                name = element if isinstance(element, str) else element.get(key)
                data = next((it for it in maps if it.get(key) == name and it.get(DELETE) is not True), None)
                # an element that is marked for deletion says no value
        else:
            data = data.get(part) if isinstance(data, dict) else None
        value, rules = value[part], rules.child(ANY_KEY if isinstance(part, int) else part)
    return data


@given(LAYERS)
def test_each_value_was_set_by_the_first_layer_that_does_not_delete_it(datas: list[dict]) -> None:
    layers, result = make_layers(datas)
    canonical = Normaliser(ML.quantities)
    for pointer in leaves(result, ML.merge_rules):
        winner = next(
            layer_value for layer_value in blame(layers, ML.merge_rules, result, pointer) if not layer_value.deletes
        )
        assert winner.value == value_at(result, pointer)
        assert value_at(winner.layer.document.data, winner.document_pointer) == winner.value
        assert winner.layer.document.scalar_text(winner.document_pointer) in {None, json.dumps(winner.value)}
    assert canonical(canonical(result)[0]) == canonical(result)


@given(LAYERS)
def test_the_beaten_are_the_weaker_layers_that_set_it_and_no_others(datas: list[dict]) -> None:
    layers, merged = make_layers(datas)
    for pointer in leaves(merged, ML.merge_rules):
        labels = [found.layer.label for found in blame(layers, ML.merge_rules, merged, pointer) if not found.deletes]
        expected = [
            layer.label for layer in reversed(layers) if says(layer.data, ML.merge_rules, merged, pointer) is not None
        ]
        assert labels == expected


@given(LAYERS)
def test_a_stronger_layer_than_the_winner_says_nothing_of_the_value(datas: list[dict]) -> None:
    layers, merged = make_layers(datas)
    for pointer in leaves(merged, ML.merge_rules):
        winner = next(
            layer_value for layer_value in blame(layers, ML.merge_rules, merged, pointer) if not layer_value.deletes
        )
        above = layers[int(winner.layer.label) + 1 :]
        assert all(says(layer.data, ML.merge_rules, merged, pointer) is None for layer in above)
