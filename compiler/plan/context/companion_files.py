"""Companion files as templates see them."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache

from compiler.foundation.json_data import Json, Object, iter_texts, plain_data
from compiler.foundation.provenance import ComputedValue, ContextValue, Origin
from compiler.resolve.digests import digest
from compiler.resolve.resolved_model import CompanionFile, Release


def companion_file_factories(release: Release) -> dict[str, Callable[[], ContextValue]]:
    """The values: for each key of the release's source that names files, the files and their hash; `files` and `filesHash` for `files`."""
    files_by_path = {file.relative: file for file in release.files}
    paths_by_key = {
        key: [text for text in iter_texts(value) if text in files_by_path]
        for key, value in plain_data(release.source).items()
        if files_by_path
    }

    @cache
    def group(key: str) -> Object:
        files: list[Json] = [_file_value(files_by_path[relative]) for relative in dict.fromkeys(paths_by_key[key])]
        return {"hash": digest(files).removeprefix("sha256:")[:10], "files": files}

    source_origins, files_origins = (Origin("release", ("source",)),), (Origin("release", ("source", "files")),)
    factories: dict[str, Callable[[], ContextValue]] = {
        "sourceFiles": lambda: ComputedValue(
            {key: group(key) for key, files in paths_by_key.items() if files}, source_origins
        )
    }
    if paths_by_key.get("files"):
        factories["files"] = lambda: ComputedValue(group("files")["files"], files_origins)
        factories["filesHash"] = lambda: ComputedValue(group("files")["hash"], files_origins)
    return factories


def _file_value(file: CompanionFile) -> Object:
    entry: Object = {"path": file.relative, "name": flatten_path(file.relative)}
    text = file.text
    return {**entry, "text": text} if text is not None else {**entry, "base64": b64encode(file.content).decode()}


def flatten_path(path: str) -> str:
    """A path as a valid key of an object that holds files (letters, digits, `-`, `_`, `.`)."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in path)
