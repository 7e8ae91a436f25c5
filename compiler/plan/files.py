"""Files beside a spec, as templates see them."""

from compiler.provenance import Derived, Origin, Origins
from compiler.resolve.digests import digest
from compiler.resolve.model import Release
from compiler.values import Json, as_list, as_str


def file_context(release: Release) -> dict[str, Derived]:
    """`files` and `filesId` of a release that names files of text; nothing for one that names none, or others."""
    listed = {as_str(path) for path in as_list(release.source.get("files"))}
    files: list[Json] = [
        {"path": file.relative, "name": flat(file.relative), "text": file.text}
        for file in release.files
        if file.relative in listed and file.text is not None
    ]
    if not files or len(files) < len(listed):
        return {}
    origins: Origins = (Origin("release", ("source", "files")),)
    return {"files": Derived(files, origins), "filesId": Derived(digest(files).removeprefix("sha256:")[:10], origins)}


def flat(path: str) -> str:
    """A path as a name that a key of an object may have (letters, digits, `-`, `_`, `.`)."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in path)
