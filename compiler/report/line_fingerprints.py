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


def line_hashes(text: str, line_numbers: Container[int]) -> dict[int, str]:
    """The wanted lines' hashes; none where a line ends with a carriage return alone, which places do not count."""
    unix_text = text.replace("\r\n", "\n")
    if "\r" in unix_text:
        return {}
    window_counts: Counter[bytes] = Counter()
    hashes = {}
    for number, window in enumerate(_windows(unix_text), start=1):
        window_counts[window] += 1
        if number in line_numbers:
            hashes[number] = f"{_hash(window):x}:{window_counts[window]}"
    return hashes


def _windows(text: str) -> Iterator[bytes]:
    """What follows the start of each line, the end of the text and zeros after it."""
    dense_text = (text + _END).replace(" ", "").replace("\t", "")
    units = dense_text.encode("utf-16-le", "surrogatepass")
    size = _WINDOW * _UNIT
    start = 0
    for line in dense_text.split("\n"):
        yield units[start : start + size].ljust(size, b"\0")
        start += len(f"{line}\n".encode("utf-16-le", "surrogatepass"))


def _hash(window: bytes) -> int:
    total = 0
    for offset in range(0, len(window), _UNIT):
        total = (total * _BASE + int.from_bytes(window[offset : offset + _UNIT], "little")) % 2**64
    return total
