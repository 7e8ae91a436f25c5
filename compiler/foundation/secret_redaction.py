"""Masks secrets in text that is shown or kept: known ones, and those with the form of a well-known credential."""

import re
from collections.abc import Iterable
from functools import cache, cached_property

MASK_CHARACTER = "*"
_MIN_PREFIX = 6
"""A message may shorten a value: this many characters of a secret, before an ellipsis, are masked too."""
_MAX_PREFIX = 160

_SHAPES = r"""
    (?P<private_key>-----BEGIN[ A-Z]*PRIVATE\ KEY-----(?:[\s\S]*?-----END[ A-Z]*-----|[\s\S]*))
    | (?<=://)[^\s:/@'"]*:(?!\d+/)[^\s@'"]+(?=@)                     # user information of a URL
    | \b(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}\b    # AWS
    | \bAIza[0-9A-Za-z_-]{35}                                # Google
    | \bgh[pousr]_[A-Za-z0-9_]{20,}
    | \bgithub_pat_[A-Za-z0-9_]{20,}
    | \bgl(?:pat|dt|ft|soat|rt|ptt|imt|agent)-[A-Za-z0-9_-]{20,}
    | \bxox[a-z]-[A-Za-z0-9-]{10,}                           # Slack
    | \bhooks\.slack\.com/services/[A-Za-z0-9/]+
    | \b[sr]k_(?:live|test)_[0-9a-zA-Z]{16,}                 # Stripe
    | \bsk-[A-Za-z0-9_-]{20,}                                # OpenAI, Anthropic
    | \bnpm_[A-Za-z0-9]{36}
    | \bhf_[A-Za-z0-9]{30,}                                  # Hugging Face
    | \bpypi-AgE[A-Za-z0-9_-]{20,}
    | \bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}             # SendGrid
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?  # JSON Web Token
    | \bsq0[a-z]{3}-[0-9A-Za-z_-]{22,}                       # Square
    | (?<=AccountKey=)[a-zA-Z0-9+/=]{40,}                    # Azure
    """

_HINTS = (
    "PRIVATE KEY", "://", "A3T", "ABIA", "ACCA", "AKIA", "ASIA", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
    "gldt-",
    "glft-", "glsoat-", "glrt-", "glptt-", "glimt-", "glagent-", "xox", "hooks.slack", "k_live_",
    "k_test_", "sk-", "npm_", "hf_", "pypi-", "SG.", "eyJ", "sq0", "AccountKey=",
)  # fmt: skip
"""Each match contains one of these, and searching for them is much cheaper."""


def mask(text: str) -> str:
    """As many mask characters as the text has characters, so that columns stay right; line breaks stay."""
    return "".join(character if character == "\n" else MASK_CHARACTER for character in text)


class Redactor:
    """Masks known secrets, and whatever has the form of a credential."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        parts = {part for secret in secrets for part in _parts(secret)}
        self._secrets: dict[str, list[str]] = {}
        for part in sorted(parts, key=lambda part: (-len(part), part)):
            self._secrets.setdefault(part[:_MIN_PREFIX], []).append(part)

    def redact(self, text: str) -> str:
        """The text with secrets masked."""
        text = _mask_shapes(text)
        return self._redact_known(text) if self._secrets else text

    @property
    def knows_secrets(self) -> bool:
        """Whether secrets are known by their text."""
        return bool(self._secrets)

    def holds_secret(self, text: str) -> bool:
        """Whether something in the text would be masked."""
        return self.redact(text) != text

    def _redact_known(self, text: str) -> str:
        parts: list[str] = []
        end, match = 0, self._starts.search(text)
        while match:
            start = match.start()
            length = self._match_length(text, start)
            if length:
                parts += text[end:start], mask(text[start : start + length])
                end = start + length
            match = self._starts.search(text, max(end, start + 1))
        return "".join((*parts, text[end:]))

    def _match_length(self, text: str, start: int) -> int:
        """How many characters from there on are a secret, or a shortened one; 0 if none are."""
        secrets = self._secrets[text[start : start + _MIN_PREFIX]]
        for secret in secrets:
            if text.startswith(secret, start) and not _is_json_key(secret, text, start):
                return len(secret)
        return max(_prefix_length(secret, text, start) for secret in secrets)

    @cached_property
    def _starts(self) -> re.Pattern[str]:
        """Matches where a secret may start. Nested by first letter, since alternatives are tried one after the other."""
        by_letter: dict[str, list[str]] = {}
        for start in self._secrets:
            by_letter.setdefault(start[0], []).append(re.escape(start[1:]))
        return re.compile(
            "|".join(f"{re.escape(letter)}(?:{'|'.join(starts)})" for letter, starts in by_letter.items())
        )


def _is_json_key(secret: str, text: str, start: int) -> bool:
    """Whether a word of letters is a key of JSON there, which may be a key of a report."""
    return secret.isalpha() and text.startswith('":', start + len(secret))


def _prefix_length(secret: str, text: str, start: int) -> int:
    """The length of the secret's prefix there, if an ellipsis follows it."""
    for length in range(min(len(secret) - 1, _MAX_PREFIX), _MIN_PREFIX - 1, -1):
        if text.startswith(("…", "..."), start + length) and text.startswith(secret[:length], start):
            return length
    return 0


@cache
def _shapes() -> re.Pattern[str]:
    """Compiled when a text first needs it: that takes 3 ms, which `--version` and `--help` need not take."""
    return re.compile(_SHAPES, re.VERBOSE)


def _mask_shapes(text: str) -> str:
    """The text with credentials masked. Only a private key has several lines; elsewhere, lines without a hint need no search."""
    hints = [hint for hint in _HINTS if hint in text]
    if not hints or "PRIVATE KEY" in hints:
        return _shapes().sub(_masked_match, text) if hints else text
    lines = text.split("\n")
    return "\n".join(
        _shapes().sub(_masked_match, line) if any(hint in line for hint in hints) else line for line in lines
    )


def _masked_match(match: re.Match[str]) -> str:
    return mask(match[0])


def _parts(secret: str) -> Iterable[str]:
    """The lines of a secret that are long enough to recognise it, as they are and as JSON escapes them."""
    for line in (secret, *secret.splitlines()):
        if len(line) >= _MIN_PREFIX:
            yield line
            yield line.replace("\\", "\\\\").replace('"', '\\"')
