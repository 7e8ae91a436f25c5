"""The content of a large file, which is never in memory as a whole."""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

_COMPRESSION_LEVEL = 1
_PART_SIZE = 1 << 18


class PackedContent(NamedTuple):
    """Compressed parts, and the digest of the content."""

    parts: tuple[bytes, ...]
    digest: str


Content: TypeAlias = bytes | PackedContent
"""The content of a file."""


def pack_texts(texts: Iterable[str]) -> Content:
    """The content that consists of some texts: packed if it is large."""
    digest, parts, pending, size = hashlib.sha256(), list[bytes](), list[str](), 0
    for text in texts:
        pending.append(text)
        size += len(text)
        if size >= _PART_SIZE:
            parts.append(_pack(pending, digest.update))
            pending, size = [], 0
    if not parts:
        return "".join(pending).encode()
    parts.append(_pack(pending, digest.update))
    return PackedContent(tuple(parts), f"sha256:{digest.hexdigest()}")


def _pack(texts: Iterable[str], update_digest: Callable[[bytes], object]) -> bytes:
    content = "".join(texts).encode()
    update_digest(content)
    return zlib.compress(content, _COMPRESSION_LEVEL)


def content_digest(content: Content) -> str:
    """`sha256:` and the digest of a content."""
    return content.digest if isinstance(content, PackedContent) else f"sha256:{hashlib.sha256(content).hexdigest()}"


def content_parts(content: Content) -> Iterator[bytes]:
    """The content in parts; raises `ValueError` if it is damaged."""
    if isinstance(content, bytes):
        yield content
        return
    try:
        yield from map(zlib.decompress, content.parts)
    except zlib.error as error:
        raise ValueError("a packed content is damaged") from error


def content_bytes(content: Content) -> bytes:
    """The content as a whole."""
    return content if isinstance(content, bytes) else b"".join(content_parts(content))
