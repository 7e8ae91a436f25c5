"""Corrections of URIs: a local path, a host without a scheme, or a misspelled scheme."""

import re
from posixpath import basename

from compiler.json_schema.corrections.correction import Correction, guess

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+-]+):[/\\]+(?P<rest>[^/\\\s].*)")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?(?:/\S*)?")
_FILE_ENDING = re.compile(r".*\.[A-Za-z][A-Za-z0-9]{0,10}")
_WINDOWS_DRIVE = re.compile(r"[A-Za-z]:[/\\].*")


def uri(text: str) -> Correction | None:
    """Corrections of `S3://bucket/x`, `s3:/bucket/x`, `example.com/x` or a URI with spaces."""
    plain = text.strip().replace(" ", "%20")
    match = _SCHEME.fullmatch(plain)
    if match and not _WINDOWS_DRIVE.fullmatch(plain):
        return guess(f"{match['scheme'].lower()}://{match['rest']}")
    if "/" in plain and _HOST.fullmatch(plain):
        return guess(f"https://{plain}")
    return None


def artifact_uri(text: str) -> Correction | None:
    """Corrections of the same URIs, or of a path, which belongs in `files`."""
    correction = None if _is_local(text) else uri(text)
    if correction is not None:
        return correction
    name = basename(text.strip().replace("\\", "/"))
    example = name if _FILE_ENDING.fullmatch(name) else "model.onnx"
    return Correction(
        f"for a file of this repository, remove `uri` and `digest`, and write its path relative to this spec: "
        f"`files: [{example}]`; for a file elsewhere, write a URI such as `s3://models/{example}`"
    )


def _is_local(text: str) -> bool:
    """Whether it is the path of a file: it begins like one, or ends like a file name."""
    path = text.strip()
    return path.startswith((".", "/", "~", "\\")) or bool(_WINDOWS_DRIVE.fullmatch(path))
