"""The hashes by which GitHub recognises a line after other lines moved.

GitHub's upload action computes the same hashes from the checkout and warns about others. Without the action, a report that lacks
them shows each alert twice (github/codeql-action, issue 4052).
"""

from collections import Counter
from collections.abc import Container, Iterator

_WINDOW = 100  # UTF-16 code units without spaces and tabs
_UNIT = 2  # bytes
_BASE = 37
_END = "\uffff"


def line_hashes(text: str, line_numbers: Container[int]) -> dict[int, str]:
    """The hashes of the lines; none if a line ends with a lone carriage return, which locations do not count as a line end."""
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
    """The text that follows the start of each line, padded with zeros after its end."""
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
