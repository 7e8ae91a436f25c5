"""Locates the shipped `schemas/` and `templates/`."""

import importlib.util
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from compiler.foundation.errors import HostError
from compiler.foundation.json_data import Object

SHIPPED_TEMPLATES, SHIPPED_SCHEMAS = "modelyard:templates/", "modelyard:schemas/"
"""What the paths of shipped files begin with in findings."""


def shipped_folder(name: Literal["schemas", "templates"]) -> Path:
    """The folder: inside the package once installed, next to the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise HostError(
        f"the shipped folder `{name}` is missing from this installation",
        help="Install modelyard again from its wheel; it cannot run from inside a zip file.",
    )


class PublishedSchemas(Mapping[str, Object]):
    """The JSON Schemas of a folder, by a name derived from the file name; each is read on first use."""

    def __init__(self, folder: Path, name_from_stem: Callable[[str], str]) -> None:
        suffix = ".schema.json"
        self._paths = {
            name_from_stem(path.name.removesuffix(suffix)): path for path in sorted(folder.glob(f"*{suffix}"))
        }
        self._cache: dict[str, Object] = {}

    def __getitem__(self, name: str) -> Object:
        if name not in self._cache:
            self._cache[name] = json.loads(self._paths[name].read_bytes())
        return self._cache[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def kind_schemas() -> PublishedSchemas:
    """The schema of each kind, by name: `use-case.schema.json` is the schema of UseCase."""
    return PublishedSchemas(
        shipped_folder("schemas") / "modelyard" / "v1", lambda name: "".join(map(str.capitalize, name.split("-")))
    )


def type_schemas() -> PublishedSchemas:
    """The schema of each model type, by name."""
    return PublishedSchemas(shipped_folder("schemas") / "modelyard" / "v1" / "types", str)


def emitter_schema() -> Object:
    """The schema of emitter.yaml."""
    return PublishedSchemas(shipped_folder("schemas") / "modelyard" / "v1" / "emitter", str)["emitter"]


def read_shipped_text(path: str) -> str:
    """The text of a file below the shipped `schemas/`."""
    return (shipped_folder("schemas") / path).read_text(encoding="utf-8")


def read_package_file(package: str, path: str) -> bytes | None:
    """A data file of an installed package, without importing it; `None` if the package or the file is missing."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        file = Path(folder) / path
        if file.is_file():
            return file.read_bytes()
    return None


def package_file_versions(package: str, path: str) -> list[str]:
    """The values of `{version}` in a path for which an installed package has the file, in ascending order."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    before, _, after = path.partition("{version}")
    pattern = re.compile(f"{re.escape(before)}(.+){re.escape(after)}")
    files = [
        file.relative_to(folder).as_posix()
        for folder in folders or ()
        for file in Path(folder).glob(f"{before}*{after}")
    ]
    versions = [match[1] for match in map(pattern.fullmatch, files) if match]
    return sorted(versions, key=lambda version: [int(part) for part in re.findall("[0-9]+", version)])


def has_package(package: str) -> bool:
    """Whether a package is installed. The package is not imported."""
    return importlib.util.find_spec(package) is not None
