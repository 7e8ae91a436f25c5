"""A stranger's schema neither hangs nor reaches out."""

import time

import pytest

from compiler.json_schema.metaschema import SchemaError
from compiler.json_schema.validator import Validator


@pytest.mark.parametrize(
    "pattern",
    ["^(a+)+$", r"^(?=a)(a|a)*\1$", r"^(a|aa)+(?=c)$", "^((a{1,1000}){1,1000}){1,100}$", "^(a{1,1000}){1,100}$"],
)
def test_a_regular_expression_ends_soon(pattern):
    start = time.process_time()
    try:
        validator = Validator({"pattern": pattern})
    except SchemaError:
        return
    validator.violations("a" * 20_000 + "b")
    assert time.process_time() - start < 5


def test_a_reference_is_never_fetched(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the network was used")

    monkeypatch.setattr("socket.socket.connect", refuse)
    with pytest.raises(SchemaError, match=r"schema\.example"):
        Validator({"$ref": "https://schema.example/remote.json"})


def test_a_schema_that_only_refers_to_itself_ends():
    assert Validator({"$ref": "#"}).violations({}) == ()
