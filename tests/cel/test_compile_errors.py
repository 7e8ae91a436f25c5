"""Findings about an expression before any data is read."""

import pytest

from compiler.cel import CelEnvironment, CompileError, Expression

MODEL = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "type": {"enum": ["ml", "llm"]},
        "useCase": {"type": "string"},
        "use_case": {"type": "string"},
        "x-y": {"type": "string"},
        "in": {"type": "string"},
        "4xx": {"type": "integer"},
        "slo": {"$ref": "#/$defs/slo"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "uses": {"type": "array", "items": {"type": "object", "properties": {"as": {"$ref": "#/$defs/as"}}}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "stages": {"type": "object", "additionalProperties": {"$ref": "#/$defs/slo"}},
        "grid": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        "anything": {},
        "mixed": {"type": ["string", "integer"]},
        "summary": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "source": {"type": "object"},
        "tree": {"$ref": "#/$defs/tree"},
    },
    "allOf": [
        {
            "if": {"properties": {"type": {"const": "llm"}}},
            "then": {"properties": {"source": {"required": ["base"], "properties": {"base": {"type": "string"}}}}},
            "else": {"properties": {"source": {"properties": {"uri": {"type": "string"}}}}},
        }
    ],
    "$defs": {
        "as": {"type": "object", "properties": {"env": {"type": "string"}}},
        "slo": {
            "type": "object",
            "properties": {"x": {"type": "number"}, "n": {"type": "integer"}, "ok": {"type": "boolean"}},
        },
        "tree": {
            "type": "object",
            "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
        },
    },
}
EXPRESSIONS = CelEnvironment({"model": MODEL, "env": {"type": "object", "properties": {"stage": {"type": "string"}}}})


def wrong(text, **options):
    found = EXPRESSIONS.compile(text, **options)
    assert isinstance(found, CompileError), text
    return found


def underlined_text(text):
    """What a mistake underlines."""
    found = wrong(text)
    return text.split("\n")[found.line - 1][found.column - 1 :][: found.length]


@pytest.mark.parametrize(
    "text",
    [
        'model.name == "a"',
        "has(model.slo) && model.slo.ok",
        "model.slo.x > 1",
        "model.slo.x > 1.5",
        "model.slo.n >= 2.5 || model.slo.n == 3.0",
        "model.slo.x > model.slo.n",
        "model.slo.x in [1, 2]",
        'model.`x-y` == "a" && model.`in` == "b" && model.`4xx` == 4',
        'model.useCase == model.use_case && model.labels["a/b"] == "c"',
        "model.stages.all(s, model.stages[s].x > 0)",
        "model.stages.prod.ok",
        'model.uses.exists(u, has(u.as) && u.as.env.startsWith("A"))',
        "model.grid.all(row, row.all(cell, cell > 0))",
        "model.anything.at.all == 3",
        'model.mixed == 3 || model.mixed == "3"',
        'has(model.summary) && model.summary != ""',
        'has(model.source.base) || model.source.uri == "x"',
        "model.tree.kids.all(k, k.kids.all(l, l.v > 0))",
        "model.slo == model.stages.prod && model.tree != model.slo",
        'env.stage == "prod"',
        "model.tags.size() > 0 // `not-a-name`",
        "model.name == \"`x-q`\" || model.name == r'`\\d' || model.name == '''`x'''",
        'duration("5m") > duration("4m")',
        "dyn(model).whatever",
    ],
)
def test_what_fits_the_schema_compiles(text):
    assert isinstance(EXPRESSIONS.compile(text), Expression)


@pytest.mark.parametrize(
    ("text", "message", "marked_text", "hint"),
    [
        ("model.nam == ''", "there is no field `nam` here", "nam", "did you mean `name`?"),
        ("has(model.nam)", "there is no field `nam` here", "nam", "did you mean `name`?"),
        ("model.uses.all(u, u.sa.env == '')", "there is no field `sa` here", "sa", "did you mean `as`?"),
        ("model.stages.prod.ko", "there is no field `ko` here", "ko", "did you mean `ok`?"),
        ("model.tree.kids[0].w == 1", "there is no field `w` here", "w", None),
        ("model.`x-z` == ''", "there is no field `x-z` here", "`x-z`", "did you mean `x-y`?"),
        ("model.source.q", "there is no field `q` here", "q", None),
        ("modl.name == ''", "there is no variable `modl`", "modl", "did you mean `model`?"),
        ("nothing", "there is no variable `nothing`", "nothing", "one of: env, model"),
        ("model.name.foo(1)", "there is no function `foo`", "foo", None),
        ("foo(model.name)", "there is no function `foo`", "foo", None),
        ("model.slo.x > 'a'", "`>` does not take a number and text", ">", None),
        ("model.name && true", "`&&` does not take text and true or false", "&&", None),
        ("!model.name", "`!` does not take text", "!", None),
        ("model.name.startsWith(1)", "`startsWith` does not take text and a whole number", "startsWith", None),
        ("model.name.x", "text has no fields", ".", None),
        ("model.name.all(x, true)", "text has no elements to go through", ".", None),
        ("model.name ? true : false", "`? :` needs a condition that is true or false, found text", "?", None),
        ("has(model)", "the argument of `has()` must be a field", "m", "write `has(model.field)`"),
        ("if", "`if` is a reserved word", "if", None),
        ("model.in == ''", "`.in` is not expected here", ".in", "a field of that name needs backticks: model.`in`"),
        ("model.name == 'é' && model.zz == ''", "there is no field `zz` here", "zz", None),
        ("model.name == ''\n  && model.zz == ''", "there is no field `zz` here", "zz", None),
        ("model.name", "the expression must return true or false", "model.name", None),
        ("\n  1 + 1\n", "the expression must return true or false", "1 + 1", None),
    ],
)
def test_a_mistake_is_reported_at_its_characters(text, message, marked_text, hint):
    found = wrong(text)
    assert (found.message, found.help) == (message, hint)
    assert underlined_text(text) == marked_text


def test_arithmetic_of_whole_and_other_numbers_is_answered_with_what_to_write():
    found = wrong("model.slo.x + 1 > 2.0")
    assert found.message == "`+` does not take a number and a whole number"
    assert "1.0" in found.help


def test_reading_a_field_by_index_is_answered_with_the_dot():
    assert "model.`x-y`" in wrong('model["x-y"] == ""').help


@pytest.mark.parametrize("text", ["", "model.name ==", "// only a remark", "(true"])
def test_an_expression_that_ends_too_early_is_reported_at_its_end(text):
    found = wrong(text)
    assert (found.line, found.column) == (1, len(text) + 1)


@pytest.mark.parametrize("text", ["(" * 400 + "true" + ")" * 400, "[" * 300 + "]" * 300])
def test_depth_is_a_mistake(text):
    assert wrong(text).message == "the expression is nested too deeply"


def test_length_is_a_mistake():
    assert "10,000" in wrong("true || " * 2000 + "true").message


def test_an_expression_can_be_compiled_for_another_result_type():
    assert isinstance(EXPRESSIONS.compile("model.name", expect="string"), Expression)
    assert wrong("model.slo.x", expect="string").message == "the expression must return text"
    assert isinstance(EXPRESSIONS.compile("model.slo", expect="any"), Expression)
    assert wrong("model.slop", expect="any").help == "did you mean `slo`?"


def test_unchecked_an_expression_only_has_to_be_one():
    assert isinstance(EXPRESSIONS.compile("model.nam + nothing", check_types=False), Expression)
    assert wrong("model.nam +", check_types=False).message == "the expression ends too early"


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('model.name == "a"', {("model", "name")}),
        ("has(model.slo) && model.slo.ok", {("model", "slo"), ("model", "slo", "ok")}),
        ("model.uses.all(u, has(u.as) && u.as.env == env.stage)", {("model", "uses"), ("env", "stage")}),
        ('model.labels["a/b"] == model.`x-y`', {("model", "labels", "a/b"), ("model", "x-y")}),
        ("model.stages.exists(s, model.stages[s].ok)", {("model", "stages")}),
        ("model.grid[0][1] > 2", {("model", "grid", 0, 1)}),
        ("[model.name].exists(model, model == '')", {("model", "name")}),
        ('{"a": model.name, model.type: 1}.a == ""', {("model", "name"), ("model", "type")}),
        ("type(model.slo.x) == double", {("model", "slo", "x")}),
        ("true", set()),
    ],
)
def test_what_an_expression_reads_is_known(text, paths):
    for checked in (True, False):
        assert EXPRESSIONS.compile(text, check_types=checked).read_paths == paths
