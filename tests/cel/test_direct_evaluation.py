"""The direct evaluation of an expression gives the same result as the engine, or none."""

import random
from functools import cache
from pathlib import Path

import pytest
from cel_expr_python import cel

from compiler.cel import CelEnvironment, Failure
from compiler.cel.cel_types import Scalar, to_cel_value
from compiler.cel.direct_evaluation import direct_evaluation
from compiler.cel.direct_operations import NotDirectError
from compiler.cel.field_access import PRESENCE_TEST, collect_field_access
from compiler.cel.identifiers import expand_has_calls
from compiler.source.yaml_parse import parse

ROOT = Path(__file__).parents[2]
VARIABLES = [
    "a", "b", "name", "model", "deploy", "project", "useCase", "team", "release", "canary", "environment",
    "capabilities", "features", "options", "network", "objectives", "signals", "metrics", "dataset", "datasets",
    "dependencies", "dependents", "compositeSla", "secretCandidates", "object", "models", "quantities",
]  # fmt: skip
WORDS = ("", "a", "ml", "llm", "high", "production", "sklearn", "x{{y", "gorules", "Knative", "keda")
NUMBERS = (0, 1, 2, 2.0, 2.5, -1, 1000, 2**60)


@cache
def environment():
    return cel.NewEnv(variables=dict.fromkeys(VARIABLES, cel.Type.DYN))


def program(text):
    return environment().compile(expand_has_calls(text), disable_check=True)


def engine_result(compiled, data):
    """What the engine makes of the data, converted as for every expression; the message of its error."""
    plain = {name: to_cel_value(value, Scalar.DYN) for name, value in data.items()}
    try:
        return compiled.eval(environment().Activation(plain)).plain_value()
    except RuntimeError as error:
        return str(error)


def direct_result(text, data):
    return direct_evaluation(program(text).serialize())(data)


def shipped_conditions():
    files = [*ROOT.glob("templates/*/*/emitter.yaml"), *ROOT.glob("schemas/policies/**/*.yaml")]
    texts = set()
    queue = [document.data for file in sorted(files) for document in parse(file.read_text(), file.name).documents]
    while queue:
        value = queue.pop()
        if isinstance(value, dict):
            texts |= {value[key] for key in ("when", "expression") if isinstance(value.get(key), str)}
        queue += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sorted(texts)


class RandomData:
    """Data with values at the paths that an expression reads: often such as it expects, often not."""

    def __init__(self, seed, text, access):
        self.random = random.Random(seed)
        self.words = (*WORDS, *text.replace("'", '"').split('"')[1::2])
        self.access = access

    def value(self, depth=0):
        kind = self.random.choice(("word", "word", "number", "truth", "null", "list", "map"))
        if kind in {"list", "map"} and depth < 3:
            members = [self.value(depth + 1) for _ in range(self.random.randrange(4))]
            return members if kind == "list" else {self.random.choice(self.words): member for member in members}
        return {"word": self.random.choice(self.words), "number": self.random.choice(NUMBERS), "null": None}.get(
            kind, self.random.random() < 0.5
        )

    def data(self):
        paths = {(path, ()) for path in self.access.paths} | self.access.element_paths
        data = {str(path[0]): {} for path, _ in paths}
        for path, element_path in sorted(paths, key=str):
            if len(path) > 1 and self.random.random() < 0.8:
                self._put(data, [str(part) for part in path], element_path)
        return data

    def _put(self, parent, path, element_path):
        for part in path[:-1]:
            parent[part] = parent[part] if isinstance(parent.get(part), dict) else {}
            parent = parent[part]
        has_elements = element_path and element_path[0] != PRESENCE_TEST
        parent[path[-1]] = (
            [{str(element_path[0]): self.value()} for _ in range(self.random.randrange(3))]
            if has_elements
            else self.value()
        )


def test_every_shipped_condition_has_the_result_of_the_engine():
    direct_count = engine_count = 0
    for text in shipped_conditions():
        compiled = program(text)
        evaluate = direct_evaluation(compiled.serialize())
        for seed in range(6):
            data = RandomData(seed, text, collect_field_access(compiled.serialize())).data()
            try:
                result = evaluate(data)
            except NotDirectError:
                engine_count += 1
                continue
            direct_count += 1
            expected = engine_result(compiled, data)
            assert (type(result), result) == (type(expected), expected), (text, data)
    assert direct_count > engine_count


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("has(a.b)", {"a": {"b": None}}),
        ("has(a.b.c)", {"a": {}}),
        ("has(a.b.c) && has(a.d)", {"a": {"b": {"c": 1}, "d": 0}}),
        ("a == 1", {"a": True}),
        ("a == true", {"a": 1}),
        ("a == 1", {"a": 1.0}),
        ("a == b", {"a": "1", "b": 1}),
        ("a in ['x']", {"a": "x"}),
        ("'x' in a", {"a": {"x": None}}),
        ("a < b", {"a": "é", "b": "z"}),
        ("a <= 2.5", {"a": 2}),
        ("a * 2.0 > 4.0", {"a": 2.5}),
        ("size(a) == 1", {"a": {"x": 1, "y": None}}),
        ("size(a) == 1", {"a": "é"}),
        ("a ? 1 : 2", {"a": True}),
        ("a == -1", {"a": -1}),
        ("a.all(x, x == 'y') || a.exists(x, x == 'z')", {"a": ["y", 1]}),
        ("a.exists(b, b.c == 'x') && b.c == 'y'", {"a": [{"c": "x"}], "b": {"c": "y"}}),
        (r"""a == '"]) + \'\n#'""", {"a": "\"]) + '\n#"}),
        ("a['if \\'b'] == 'x'", {"a": {"if 'b": "x"}}),
        ("a > -1.5 && a < 1.5e3", {"a": 0}),
        ("a.matches('^x$')", {"a": "x\n"}),
        ("a.startsWith('x') && a.endsWith('y') && a.contains('-')", {"a": "x-y"}),
        ("false && a", {"a": 1}),
        ("[has(a.b), a.b == 'x' ? 1 : 2]", {"a": {"b": "x"}}),
        ("!(" * 28 + "a.b == 'x'" + ")" * 28, {"a": {"b": "x"}}),
        ("".join(f"a == '{index}' ? '{index}' : " for index in range(28)) + "'z'", {"a": "x"}),
    ],
)
def test_what_is_translated_has_the_result_of_the_engine(text, data):
    result, expected = direct_result(text, data), engine_result(program(text), data)
    assert (type(result), result) == (type(expected), expected)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a.b == 'x'", {"a": {}}),
        ("a.b == 'x'", {"a": {"b": None}}),
        ("has(a.b)", {"a": ["b"]}),
        ("a && b", {"a": 1, "b": False}),
        ("!a", {"a": "x"}),
        ("a > 1", {"a": True}),
        ("a == 9007199254740993", {"a": 9007199254740993.0}),
        ("a == b", {"a": {}, "b": {}}),
        ("a + 'x' == 'yx'", {"a": "y"}),
        ("a.filter(x, x == 'y') == []", {"a": ["y"]}),
        ("a.all(x, x == 'y')", {"a": ["y"] * 201}),
        ("a.all(x, x.all(y, y == 'z'))", {"a": [["z"]]}),
        ("a.b", {"a": {"b": 1}}),
        ("timestamp(a).getHours() == 1", {"a": "2026-11-24T01:00:00Z"}),
        ("a.exists_one(x, x == 'y')", {"a": ["y"]}),
        ("a.b == null", {"a": {"b": "x"}}),
        ("a.matches('(')", {"a": "x"}),
        ("a < 1e400", {"a": 0}),
    ],
)
def test_the_engine_decides_about_errors_and_what_is_not_translated(text, data):
    with pytest.raises(NotDirectError):
        direct_result(text, data)


def test_a_part_without_a_translation_matters_only_if_it_is_evaluated():
    assert direct_result("has(a.b) && a.b + 'x' == 'yx'", {"a": {}}) is False


def test_results_do_not_change_when_an_expression_is_translated():
    expression = CelEnvironment({"a": {"type": "object", "properties": {"b": {"type": "number"}}}}).compile("a.b > 1")
    assert [expression.evaluate({"a": {"b": 2}}) for _ in range(20)] == [True] * 20
    failures = [expression.evaluate({"a": {}}) for _ in range(200)]
    assert set(failures) == {Failure("`a.b` is not there: ask has( ) first")}
    assert [expression.evaluate({"a": {"b": share}}) for share in (0, 2, 0.5)] == [False, True, False]
