"""A large content is packed, and its parts and its digest are those of the content as a whole."""

import pytest

from compiler.foundation.packed_content import (
    PackedContent,
    content_bytes,
    content_digest,
    content_parts,
    pack_texts,
)


def test_a_large_content_is_packed_and_a_small_one_is_not() -> None:
    small, large = ["a", "é"], [f"line {number} é\n" for number in range(100_000)]
    assert pack_texts(small) == "aé".encode()
    packed = pack_texts(large)
    assert isinstance(packed, PackedContent)
    assert len(packed.parts) > 1
    assert sum(map(len, packed.parts)) < len("".join(large)) / 2
    assert content_bytes(packed) == b"".join(content_parts(packed)) == "".join(large).encode()
    assert content_digest(packed) == content_digest("".join(large).encode())


def test_a_damaged_content_is_an_error() -> None:
    with pytest.raises(ValueError, match="damaged"):
        content_bytes(PackedContent((b"x",), ""))
