"""A value is a secret by the name next to it, in data and in text that does not parse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.foundation.named_secrets import has_secret_name, mentions_secret, secrets_in_data, secrets_in_text


@pytest.mark.parametrize(
    "name",
    ["password", "dbPassword", "DB_PASSWD", "Password1", "apiKey", "API_KEY", "api-key", "token", "githubToken", "GH_TOKEN2", "secret",
     "client-secret", "AWS_SECRET_ACCESS_KEY", "passphrase"],
)  # fmt: skip
def test_the_name_of_a_secret_is_recognised(name) -> None:
    assert has_secret_name(name)
    assert mentions_secret(f"{name}: x".encode())


FRAGMENTS = st.sampled_from(
    ["passw", "passwd", "PassWord", "passphrase", "PWD", "secret", "first", "First_", "token", "TOKEN", "credential", "key", "API", "auth",
     "signing", "encryption", "account", "_", "-", ". ", "\n", ":", "x", "s", "7"]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=6).map("".join))
def test_a_file_mentions_a_secret_if_a_part_of_it_is_a_name_of_one(text) -> None:
    expected = any(has_secret_name(text[:end]) for end in range(1, len(text) + 1))
    assert mentions_secret(text.encode()) == expected


@pytest.mark.parametrize(
    "name",
    ["tokens", "tokenizer", "maxTokens", "tokensPerDay", "timeToFirstToken", "time_to_first_token", "secretStore", "secrets", "key",
     "passwordless", "name", ""],
)  # fmt: skip
def test_another_name_is_not_that_of_a_secret(name) -> None:
    assert not has_secret_name(name)


@pytest.mark.parametrize(
    ("data", "secrets"),
    [
        ({"password": "hunter2"}, ["hunter2"]),
        ({"password": 12345678}, ["12345678"]),
        ({"a": [{"token": ["hunter2"]}]}, ["hunter2"]),
        ({"name": "DB_PASSWORD", "value": "hunter2"}, ["hunter2"]),
        ({"token": {"value": "hunter2", "from": "vault"}}, ["hunter2"]),
        ({"name": "LOG_LEVEL", "value": "info"}, []),
        ({"properties": {"password": {"type": "string"}}}, []),
        ({"password": None, "token": True}, []),
    ],
)
def test_the_secrets_in_data(data, secrets) -> None:
    assert list(secrets_in_data(data)) == secrets


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password: hunter2", "hunter2"), ('password: "hunter 2', "hunter 2"), ("password: 'hunter 2'", "hunter 2"),
        ("password: hunter 2 # of the test system", "hunter 2"), ("{password: hunter2, a: [", "hunter2"),
        ("{name: DB_PASSWORD, value: hunter2}", "hunter2"), ("- name: DB_PASSWORD\n  value: hunter2\n", "hunter2"),
        ('"password": "hun\\"ter2",', 'hun\\"ter2'), ("password:\n  hunter2\n", "hunter2"), ("password: |-\n  hunter2\n", "hunter2"),
        ("password: &a !!str hunter2", "hunter2"), ("password: [hunter2]", "hunter2"), ("password = hunter2", "hunter2"),
        ("token:\n  - hunter2", "hunter2"),
    ],
)  # fmt: skip
def test_the_secret_in_a_text(text, secret) -> None:
    assert secret in set(secrets_in_text(text))


def test_a_text_without_the_name_of_a_secret_has_none() -> None:
    assert list(secrets_in_text("timeToFirstToken: 1500ms\ntokens: 100000\nname: value\n")) == []
