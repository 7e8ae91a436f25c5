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
        self._secrets = sorted(
            {part for secret in secrets for part in _parts(secret)}, key=lambda part: (-len(part), part)
        )

    def redact(self, text: str) -> str:
        """The text with secrets masked."""
        if any(hint in text for hint in _HINTS):
            text = _shapes().sub(_masked_match, text)
        return self._known.sub(_masked_match, text) if self._secrets else text

    @property
    def knows_secrets(self) -> bool:
        """Whether secrets are known by their text."""
        return bool(self._secrets)

    def holds_secret(self, text: str) -> bool:
        """Whether something in the text would be masked."""
        return self.redact(text) != text

    @cached_property
    def _known(self) -> re.Pattern[str]:
        whole = (re.escape(secret) for secret in self._secrets)
        shortened = (
            f"{re.escape(secret[:length])}(?=…|\\.\\.\\.)"
            for secret in self._secrets
            for length in range(min(len(secret) - 1, _MAX_PREFIX), _MIN_PREFIX - 1, -1)
        )
        return re.compile("|".join((*whole, *shortened)))


@cache
def _shapes() -> re.Pattern[str]:
    """Compiled when a text first needs it: that takes 3 ms, which `--version` and `--help` need not take."""
    return re.compile(_SHAPES, re.VERBOSE)


def _masked_match(match: re.Match[str]) -> str:
    return mask(match[0])


def _parts(secret: str) -> Iterable[str]:
    """The lines of a secret that are long enough to recognise it, as they are and as JSON escapes them."""
    for line in (secret, *secret.splitlines()):
        if len(line) >= _MIN_PREFIX:
            yield line
            yield line.replace("\\", "\\\\").replace('"', '\\"')
