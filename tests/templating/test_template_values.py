"""What a template sees of plain data."""

import json

import pytest

from compiler.foundation.provenance import Origin
from compiler.templating.template_values import ListView, MapView, wrap, wrap_derived
from compiler.templating.traced_values import (
    OMIT,
    EncodedStr,
    TracedBool,
    TracedFloat,
    TracedInt,
    TracedNull,
    TracedStr,
    encoded_str,
    origins_of,
)

DATA = {
    "name": "card-fraud",
    "port": 8080,
    "share": 0.5,
    "on": True,
    "off": False,
    "nothing": None,
    "items": ["a", {"b": 1}],
    "values": {"keys": "k"},
    "keys": 1,
    "deploy": {"scaling": {"min": 2}},
}


@pytest.fixture
def model():
    return MapView(DATA, Origin("model"))


def test_each_leaf_knows_where_it_stands(model):
    found = model["deploy"]["scaling"]["min"]
    assert (found, type(found)) == (2, TracedInt)
    assert found.origins == (Origin("model", ("deploy", "scaling", "min")),)
    kinds = {key: type(model[key]) for key in DATA}
    assert kinds == {
        "name": TracedStr,
        "port": TracedInt,
        "share": TracedFloat,
        "on": TracedBool,
        "off": TracedBool,
        "nothing": TracedNull,
        "items": ListView,
        "values": MapView,
        "keys": TracedInt,
        "deploy": MapView,
    }
    assert model["items"][1]["b"].origins == (Origin("model", ("items", 1, "b")),)
    assert [key.origins for key in model["values"]] == [(Origin("model", ("values", "keys")),)]


def test_it_behaves_as_the_data_do(model):
    assert model == DATA
    assert model["items"] == ["a", {"b": 1}]
    assert model["items"] != ["a"]
    assert {"b": 1} in model["items"]
    assert "name" in model
    assert "nam" not in model
    assert len(model["items"]) == 2
    assert list(model) == list(DATA)
    assert not MapView({}, Origin("x"))
    assert not model["off"]
    assert model["nothing"] == None  # noqa: E711
    assert model["items"][-1] == {"b": 1}
    assert json.dumps([model["name"], model["port"], model["share"]]) == '["card-fraud", 8080, 0.5]'
    assert str(model["name"]) == "card-fraud"
    assert [character.origins for character in model["name"]] == [model["name"].origins] * 10


@pytest.mark.parametrize(("key", "error"), [("nam", KeyError), ("__class__", KeyError)])
def test_what_is_missing_is_missing(model, key, error):
    with pytest.raises(error):
        model[key]
    with pytest.raises(IndexError):
        model["items"][2]


def test_a_member_is_the_same_value_each_time(model):
    assert model["deploy"] is model["deploy"]
    assert model["items"][1] is model["items"][-1]
    assert [*model["items"]][1] is model["items"][1]


def test_a_derived_value_names_what_it_was_computed_from():
    origins = (Origin("model", ("name",)), Origin("environment", ("cluster",)))
    host = wrap_derived("card-fraud.example.com", *origins)
    assert (host, host.origins) == ("card-fraud.example.com", origins)
    tree = wrap_derived({"a": [1, {"b": True}], "own": host, "c": wrap("x", (Origin("z"),))}, Origin("y"))
    assert tree["a"][1]["b"].origins == (Origin("y"),)
    assert tree["own"].origins == origins
    assert tree["c"].origins == (Origin("z"),)
    assert [key.origins for key in tree] == [(Origin("y"),)] * 3
    assert wrap_derived(tree) is tree
    assert wrap_derived("alone").origins == ()
    assert wrap_derived(OMIT) is OMIT


def test_what_is_no_plain_data_is_refused():
    with pytest.raises(TypeError, match="bytes is not JSON data"):
        wrap_derived(b"x")
    with pytest.raises(TypeError):
        MapView({"a": object()}, Origin("m"))["a"]


def test_origins_of_many_values_are_each_named_once():
    a, b = Origin("a"), Origin("b")
    assert origins_of([wrap(1, (a,)), {"k": wrap("x", (b,))}], wrap(2, (a,)), "constant", None) == (a, b)
    made = encoded_str("'x y'", "shell", (a,))
    assert isinstance(made, EncodedStr)
    assert (made.encoder_name, made.origins) == ("shell", (a,))
    assert str(Origin("model", ("deploy", "secrets", 0))) == "model.deploy.secrets[0]"
