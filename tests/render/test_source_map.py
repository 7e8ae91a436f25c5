"""The source map names the places that each leaf and key was made of."""

import pytest

from compiler.foundation.provenance import Origin
from compiler.templating.template_values import MapView, wrap_derived

MODEL = {
    "name": "a",
    "port": 1,
    "on": True,
    "env": [{"n": "X", "v": "x"}, {"n": "Y", "v": "y"}],
    "labels": {"k": "v", "l": ["w"]},
}


def origins(text, render, **context):
    made = render(text, trace=True, **context)
    return {
        pointer: [str(origin) for origin in found]
        for (document, pointer), found in made.source_map.items()
        if document == 0
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k: {{ m.name }}\nl: 1\n", {("k",): ["m.name"]}),
        ("k: '{{ m.port }}'\n", {("k",): ["m.port"]}),
        ("k: {{ m.name }}-{{ m.port }}\n", {("k",): ["m.name", "m.port"]}),
        ("k: {{ m.on }}\n", {("k",): ["m.on"]}),
        ("k: {{ m.name | upper }}\n", {("k",): ["m.name"]}),
        ("k: a {{ m.name | shell }}\n", {("k",): ["m.name"]}),
        ("k: {{ [m.name, m.port] | join('-') }}\n", {("k",): ["m.name", "m.port"]}),
        ("k: {{ m.nope | default(m.name) }}\n", {("k",): ["m.name"]}),
        ("k: {{ m.name if m.on else m.port }}\n", {("k",): ["m.name"]}),
        ("{% if m.on %}\nk: {{ m.name }}\n{% endif %}\n", {("k",): ["m.name"]}),
        ("{% set x = m.name %}\nk: {{ x }}\n", {("k",): ["m.name"]}),
        ("{% set x %}{{ m.name }}-{{ m.port }}{% endset %}\nk: {{ x }}\n", {("k",): ["m.name", "m.port"]}),
        ("{% macro f(x) %}{{ x }}-{{ m.port }}{% endmacro %}\nk: z-{{ f(m.name) }}\n", {("k",): ["m.name", "m.port"]}),
        (
            "{% for e in m.env %}\n- {name: {{ e.n }}, value: '{{ e.v }}'}\n{% endfor %}\n",
            {
                (0, "name"): ["m.env[0].n"],
                (0, "value"): ["m.env[0].v"],
                (1, "name"): ["m.env[1].n"],
                (1, "value"): ["m.env[1].v"],
            },
        ),
        ("{{ m.name }}: {x: {{ m.port }}}\n", {("a", "x"): ["m.port"], ("a",): ["m.name"]}),
        ("{{ m.name }}: {{ m.port }}\n", {("a",): ["m.port", "m.name"]}),
        ("{{ m.name }}: 1\n", {("a",): ["m.name"]}),
        (
            "k: {{ m.labels }}\n",
            {
                ("k",): ["m.labels"],
                ("k", "k"): ["m.labels.k"],
                ("k", "l"): ["m.labels.l"],
                ("k", "l", 0): ["m.labels.l[0]"],
            },
        ),
        (
            "{% for k, v in m.labels|items %}\n{{ k }}: {{ v }}\n{% endfor %}\n",
            {("k",): ["m.labels.k"], ("l",): ["m.labels.l"], ("l", 0): ["m.labels.l[0]"]},
        ),
        (
            "- {{ m.nope | default(omit) }}\n- {{ m.name }}\n- {a: {{ m.nope | default(omit) }}, b: {{ m.port }}}\n",
            {(0,): ["m.name"], (1, "b"): ["m.port"]},
        ),
        ("{{ m.name }}: {{ omit }}\nb: {{ [omit, {'c': m.port}] }}\n", {("b", 0, "c"): ["m.port"]}),
        (
            "- {{ m.env | sort('v') | last }}\n",
            {(0,): ["m.env[1]"], (0, "n"): ["m.env[1].n"], (0, "v"): ["m.env[1].v"]},
        ),
        (
            "k: {{ d }}\nl: {{ t }}\n",
            {("k",): ["m.name", "e.cluster"], ("l",): ["e"], ("l", "x"): ["e"], ("l", "y"): ["m.name", "e.cluster"]},
        ),
    ],
)
def test_each_leaf_and_key_names_its_origins(text, expected, render):
    host = wrap_derived("h", Origin("m", ("name",)), Origin("e", ("cluster",)))
    tree = wrap_derived({"x": 1, "y": host}, Origin("e"))
    found = origins(text, render, m=MapView(MODEL, Origin("m")), d=host, t=tree)
    if "y" in str(expected.get(("l", "y"))) or ("l", "y") in expected:
        expected = {**expected, ("l", "y"): ["m.name", "e.cluster", "e"]}
    assert found == expected


def test_documents_have_maps_of_their_own(render):
    made = render("a: {{ x }}\n---\nb: {{ y }}\n", x=1, y=2, trace=True)
    assert made.source_map == {(0, ("a",)): (Origin("x"),), (1, ("b",)): (Origin("y"),)}


def test_a_source_map_is_built_only_on_request(render):
    assert render("a: {{ x }}\n", x=1).source_map is None


def test_every_place_of_a_large_value_is_named(render):
    tree = {"a": [{"b": {"c": [1, 2]}}]}
    made = render("k: {{ x }}\n", x=tree, trace=True)
    assert made.source_map[0, ("k", "a", 0, "b", "c", 1)] == (Origin("x", ("a", 0, "b", "c", 1)),)
