"""The hash by which GitHub knows a line again after others moved.

Its action for uploading computes the same from the checkout and warns of any other value; whoever uploads without it
gets each alert twice unless the report holds it (github/codeql-action, issue 4052).
"""

from collections import Counter
from collections.abc import Container, Iterator

_WINDOW = 100  # units of UTF-16, spaces and tabs left out
_UNIT = 2  # bytes
_BASE = 37
_END = "\uffff"


def line_hashes(text: str, wanted: Container[int]) -> dict[int, str]:
    """The wanted lines' hashes; none where a line ends with a carriage return alone, which places do not count."""
    joined = text.replace("\r\n", "\n")
    if "\r" in joined:
        return {}
    seen: Counter[bytes] = Counter()
    out = {}
    for number, window in enumerate(_windows(joined), start=1):
        seen[window] += 1
        if number in wanted:
            out[number] = f"{_hash(window):x}:{seen[window]}"
    return out


def _windows(text: str) -> Iterator[bytes]:
    """What follows the start of each line, the end of the text and zeros after it."""
    kept = (text + _END).replace(" ", "").replace("\t", "")
    units = kept.encode("utf-16-le", "surrogatepass")
    size = _WINDOW * _UNIT
    start = 0
    for line in kept.split("\n"):
        yield units[start : start + size].ljust(size, b"\0")
        start += len(f"{line}\n".encode("utf-16-le", "surrogatepass"))


def _hash(window: bytes) -> int:
    total = 0
    for at in range(0, len(window), _UNIT):
        total = (total * _BASE + int.from_bytes(window[at : at + _UNIT], "little")) % 2**64
    return total
