"""Credentials are masked wherever they are in a text, and nothing else is."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.foundation import secret_redaction
from compiler.foundation.secret_redaction import Redactor, _shapes, mask

CREDENTIALS = {
    "AWS": "AKIA" + "ABCDEFGHIJKLMNOP",
    "GitHub": "ghp_" + "a1B2" * 9,
    "GitLab": "glpat-" + "a1B2" * 5,
    "Slack": "xoxb-" + "123456789012-abcdefghij",
    "Stripe": "sk_live_" + "a1B2" * 6,
    "OpenAI": "sk-" + "a1B2" * 8,
    "Google": "AIza" + "a1B2c" * 7,
    "token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.c2ln",
    "key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("name", CREDENTIALS)
@given(before=st.text(max_size=20), after=st.text(alphabet=" \n\"'),;", max_size=5))
def test_a_well_known_credential_is_masked_in_any_text(name, before, after) -> None:
    text = f"{before} {CREDENTIALS[name]} {after}"
    redacted = Redactor().redact(text)
    assert CREDENTIALS[name] not in redacted
    assert len(redacted) == len(text)


def test_a_password_in_an_address_is_masked_and_the_address_is_not() -> None:
    assert Redactor().redact("postgres://reader:sesame@db.example/store") == "postgres://*************@db.example/store"


@given(
    st.text(min_size=8, max_size=60).filter(lambda text: text.isprintable()), st.text(max_size=20), st.text(max_size=20)
)
def test_a_known_secret_is_in_no_text(secret, before, after) -> None:
    redactor = Redactor([secret])
    assert secret not in redactor.redact(f"{before}{secret}{after}") or secret == mask(secret)
    shown_as_json = json.dumps({"a": f"{before}{secret}"}, ensure_ascii=False)
    assert secret == mask(secret) or json.dumps(secret, ensure_ascii=False)[1:-1] not in redactor.redact(shown_as_json)


def test_a_shortened_secret_is_masked() -> None:
    assert Redactor(["hunter2hunter2"]).redact("found `hunter2hun…`") == "found `**********…`"


@pytest.mark.parametrize(
    "text",
    [
        "sha256:c52c2d835a2c9abfded7da68675706075643cb3942be850a0b5aa033c3ceee7c", "https://shop.example:8080/a@b",
        "shop/token", "write `deploy.secrets`", "registry.example/sk-learn:1.0", "",
    ],
)  # fmt: skip
def test_other_text_stays(text) -> None:
    assert Redactor().redact(text) == text


def test_a_word_that_is_a_secret_is_masked_and_no_key_of_a_report() -> None:
    assert Redactor(["message"]).redact('{"message": "the message"}') == '{"message": "the *******"}'


def test_the_longest_of_several_secrets_is_masked() -> None:
    assert (
        Redactor(["hunter2", "hunter2hunter2"]).redact("hunter2hunter2, hunter2, hunter")
        == "**************, *******, hunter"
    )


def test_many_secrets_are_masked_quickly() -> None:
    secrets = [f"{number * 7919:08x}-secret" for number in range(5000)]
    text = " ".join(secrets) + " x" * 200_000
    started = time.process_time()
    assert Redactor(secrets).redact(text) == " ".join("*" * 15 for _ in secrets) + " x" * 200_000
    assert time.process_time() - started < 5


@given(
    st.lists(
        st.sampled_from(
            [
                *CREDENTIALS.values(),
                "postgres://reader:sesame@db.example",
                "PRIVATE KEY",
                "eyJ",
                "sk-",
                "\n",
                "\r",
                "\u2028",
                " ",
                "x",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_searching_lines_with_hints_finds_what_searching_the_whole_text_does(text) -> None:
    assert Redactor().redact(text) == _shapes().sub(lambda match: mask(match[0]), text)


def test_only_lines_with_hints_are_searched(monkeypatch) -> None:
    searched: list[str] = []

    class Recorder:
        def sub(self, _: object, text: str) -> str:
            searched.append(text)
            return text

    monkeypatch.setattr(secret_redaction, "_shapes", Recorder)
    Redactor().redact("a\n" * 1000 + "https://host\n" + "b\n" * 1000)
    assert searched == ["https://host"]
