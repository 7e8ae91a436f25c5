"""What to do about a key set with keys that must not be in a repository."""

from compiler.foundation.json_data import Json, Pointer, value_at

_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
"""RFC 7518, sections 6.2.2 and 6.3.2; RFC 8037, section 2."""
_ADVICE = (
    "Whoever can read the repository can sign tokens with it: revoke it, and publish the public key of another one"
)


def secret_key_help(pointer: Pointer, data: Json) -> str | None:
    """The help for a member of a private key, or for the kind of a shared secret; `None` for anything else."""
    match pointer[-4:]:
        case ("jwks", "keys", int(), str(member)) if member in _PRIVATE_MEMBERS:
            return f"this is a private key. {_ADVICE}"
        case ("jwks", "keys", int(), "k") | ("jwks", "keys", int(), "kty") if _kind_of(pointer, data) == "oct":
            return f"`oct` is a shared secret. {_ADVICE}"
    return None


def _kind_of(pointer: Pointer, data: Json) -> Json:
    try:
        return value_at(data, (*pointer[:-1], "kty"))
    except (KeyError, IndexError, TypeError):
        return None
