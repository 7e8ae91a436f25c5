"""Files beside a spec, as templates see them."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache

from compiler.foundation.json_data import Json, Object
from compiler.foundation.provenance import Derived, Item, Origin
from compiler.resolve.digests import digest
from compiler.resolve.resolved_model import CompanionFile, Release
from compiler.spec.portfolio import texts


def file_makers(release: Release) -> dict[str, Callable[[], Item]]:
    """`beside`: for each key of the release's source that names files, those and their id; `files` and `filesId`: those of `files`."""
    known = {file.relative: file for file in release.files}
    named = {key: [text for text in texts(said) if text in known] for key, said in release.source.items() if known}

    @cache
    def group(key: str) -> Object:
        files: list[Json] = [_file(known[relative]) for relative in dict.fromkeys(named[key])]
        return {"id": digest(files).removeprefix("sha256:")[:10], "files": files}

    source, own = (Origin("release", ("source",)),), (Origin("release", ("source", "files")),)
    makers: dict[str, Callable[[], Item]] = {
        "beside": lambda: Derived({key: group(key) for key, files in named.items() if files}, source)
    }
    if named.get("files"):
        makers["files"] = lambda: Derived(group("files")["files"], own)
        makers["filesId"] = lambda: Derived(group("files")["id"], own)
    return makers


def _file(file: CompanionFile) -> Object:
    named: Object = {"path": file.relative, "name": flat(file.relative)}
    text = file.text
    return {**named, "text": text} if text is not None else {**named, "base64": b64encode(file.content).decode()}


def flat(path: str) -> str:
    """A path as a name that a key of an object may have (letters, digits, `-`, `_`, `.`)."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in path)
