"""No text gets out of a string of PromQL, and none means anything to those who read an expression on its way."""

import math
import re
from fractions import Fraction

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.plan.slo.promql import (
    Series,
    aggregate,
    apply_function,
    binary_operation,
    histogram_quantile,
    instant_vector,
    multiline_operation,
    or_zero,
    quote_string,
    range_vector,
    scalar,
)

HOSTILE = [
    '"} or vector(1) #', "\\", '\\"', "a\nb", "{{ $labels.x }}", "${datasource}", "$__interval", "[[x]]", "[[[x]]]", "{{{x}}}", "\x00\x7f",
    "`", "'", "#", "x}", "é\u2028", "]", "5m", "\\x24", "\\n",
]  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(HOSTILE)


def value_of(expression: str) -> str:
    """The value of the first matcher, as a parser of PromQL reads it."""
    return promql_parser.parse(expression).matchers.matchers[0].value


@given(TEXT)
def test_a_value_of_a_label_means_itself(text):
    assert value_of(str(instant_vector(Series("up", (("a", text),))))) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_mean_themselves(text):
    assert value_of(str(instant_vector(Series("up", (("a", text),))))) == text


@given(TEXT)
def test_no_value_opens_what_others_replace(text):
    shown = quote_string(text)
    assert not re.search(r"\$|\{\{|\[\[|[\x00-\x1f]", shown)


def test_prometheus_itself_reads_each_value_as_it_was_meant(promtool):
    rules = [{"record": "x", "expr": str(instant_vector(Series("up", (("a", text),))))} for text in HOSTILE]
    assert not promtool([{"name": "all", "rules": rules}])
    series = [{"series": 'up{a="${datasource}"}', "values": "7 7"}]
    hostile = str(instant_vector(Series("up", (("a", "${datasource}"),))))
    expected = [{"labels": 'up{a="${datasource}"}', "value": 7}]
    test = {
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{"expr": hostile, "eval_time": "1m", "exp_samples": expected}],
    }
    assert not promtool([{"name": "all", "rules": rules}], [test])


@pytest.mark.parametrize(
    "series",
    [
        Series("up{}"),
        Series("1up"),
        Series(""),
        Series("up", (("a-b", ""),)),
        Series("up", (), (("", "x"),)),
        Series("up", (('a="",b', ""),)),
    ],
)
def test_what_is_no_name_is_refused(series):
    with pytest.raises(ValueError, match="not a valid name"):
        instant_vector(series)


@pytest.mark.parametrize("window", ["", "5", "m", "5m]", "5m:1m", "05m", "5 m", "5m\n"])
def test_what_is_no_window_is_refused(window):
    with pytest.raises(ValueError, match="not a valid window"):
        range_vector(Series("up"), window)


A, B = instant_vector(Series("a")), instant_vector(Series("b"))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (
            apply_function("rate", range_vector(Series("a", (("x", "1"),), (("y", "2|3"),)), "5m")),
            'rate(a{x="1", y=~"2|3"}[5m])',
        ),
        (aggregate("sum", A, by="le"), "sum by (le) (a)"),
        (aggregate("max", A, without="w"), "max without (w) (a)"),
        (binary_operation(or_zero(A), "/", binary_operation(B, ">", scalar(0))), "(a or vector(0)) / (b > 0)"),
        (binary_operation(binary_operation(A, "-", B), "/", scalar(2)), "(a - b) / 2"),
        (histogram_quantile(Fraction(99, 100), A), "histogram_quantile(0.99, a)"),
        (multiline_operation([A], "or"), "a"),
        (multiline_operation([multiline_operation([A, B], "and"), A], "or"), "(\n  a\n  and\n  b\n)\nor\na"),
    ],
)
def test_expressions_bind_as_they_were_put_together(expression, text):
    assert str(expression) == text
    promql_parser.parse(str(expression))


@given(st.fractions(min_value=Fraction(-(10**6)), max_value=10**6, max_denominator=10**6))
def test_a_number_is_itself(value):
    assert math.isclose(float(str(scalar(value))), float(value), rel_tol=1e-15)


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(144, 10), "14.4"), (Fraction(14, 15), "0.9333333333333333"), (Fraction(6), "6"), (Fraction(1, 1000), "0.001"), (0.2, "0.2"),
     (Fraction(-1, 4), "-0.25"), (Fraction(0), "0"), (1e300, str(int(1e300)))],
)  # fmt: skip
def test_a_number_is_written_as_people_do(value, text):
    assert str(scalar(value)) == text
