"""Files beside a spec, as templates see them."""

from base64 import b64encode
from collections.abc import Mapping

from compiler.provenance import Derived, Origin
from compiler.resolve.digests import digest
from compiler.resolve.model import CompanionFile, Release
from compiler.spec.portfolio import texts
from compiler.values import Json, Object


def file_context(release: Release) -> dict[str, Derived]:
    """`beside`: for each key of the release's source that names files, those and their id; `files` and `filesId`: those of `files`."""
    known = {file.relative: file for file in release.files}
    groups: dict[str, Object] = {}
    for key, said in release.source.items() if known else ():
        named = dict.fromkeys(text for text in texts(said) if text in known)
        if named:
            files: list[Json] = [_file(known[relative]) for relative in named]
            groups[key] = {"id": digest(files).removeprefix("sha256:")[:10], "files": files}
    return {"beside": Derived(groups, (Origin("release", ("source",)),)), **_own(groups)}


def _own(groups: Mapping[str, Object]) -> dict[str, Derived]:
    if "files" not in groups:
        return {}
    origins = (Origin("release", ("source", "files")),)
    return {"files": Derived(groups["files"]["files"], origins), "filesId": Derived(groups["files"]["id"], origins)}


def _file(file: CompanionFile) -> Object:
    named: Object = {"path": file.relative, "name": flat(file.relative)}
    text = file.text
    return {**named, "text": text} if text is not None else {**named, "base64": b64encode(file.content).decode()}


def flat(path: str) -> str:
    """A path as a name that a key of an object may have (letters, digits, `-`, `_`, `.`)."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in path)
