"""Secrets are collected from each file that is parsed, in whatever state it is."""

import pytest

from compiler.pipeline.secret_collector import SecretCollector
from compiler.source.yaml_parse import parse


@pytest.mark.parametrize(
    "text",
    ["password: hunter2\n", 'password: "hunter\\x32"\n', "password: hunter2\npassword: hunter3\n", "password: hunter2\na: [\n",
     "- password: hunter2\n", "a: &a\n  password: hunter2\nb: *a\n"],
)  # fmt: skip
def test_a_secret_is_collected(text) -> None:
    collector = SecretCollector()
    content = text.encode()
    assert not collector.add_parsed(content, "a.yaml", parse(content, "a.yaml")), "the file must not be stored"
    assert "hunter2" in set(collector.secrets())


def test_the_spelling_of_an_escaped_secret_is_collected_too() -> None:
    collector = SecretCollector()
    collector.add(b'password: "hunter\\x32"\n', "a.yaml")
    assert set(collector.secrets()) == {"hunter2", "hunter\\x32"}


def test_only_files_of_data_are_added() -> None:
    collector = SecretCollector()
    collector.add(b"password: {{ name }}\n", "note.yaml.j2")
    assert list(collector.secrets()) == []
    collector.add(b"password: hunter2\n", "emitter.yaml")
    assert list(collector.secrets()) == ["hunter2"]


def test_prose_in_a_valid_file_is_no_secret() -> None:
    collector = SecretCollector()
    content = b"summary: 'The token: a number'\n"
    assert collector.add_parsed(content, "a.yaml", parse(content, "a.yaml"))
    assert list(collector.secrets()) == []
