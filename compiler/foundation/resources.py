"""Where the shipped `schemas/` and `templates/` lie."""

import importlib.util
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from compiler.foundation.errors import SurroundingsError
from compiler.foundation.json_data import Object


def shipped(name: Literal["schemas", "templates"]) -> Path:
    """The folder: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise SurroundingsError(
        f"the shipped folder `{name}` is missing from this installation",
        help="Install modelyard again from its wheel; it cannot run from inside a zip file.",
    )


class PublishedSchemas(Mapping[str, Object]):
    """The JSON Schemas of a folder by a name made of the file's; each is read when it is first asked for."""

    def __init__(self, folder: Path, name_of: Callable[[str], str]) -> None:
        ending = ".schema.json"
        self._paths = {name_of(path.name.removesuffix(ending)): path for path in sorted(folder.glob(f"*{ending}"))}
        self._read: dict[str, Object] = {}

    def __getitem__(self, name: str) -> Object:
        if name not in self._read:
            self._read[name] = json.loads(self._paths[name].read_bytes())
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def kind_schemas() -> PublishedSchemas:
    """The schema of each kind by its name: `use-case.schema.json` is that of UseCase."""
    return PublishedSchemas(
        shipped("schemas") / "modelyard" / "v1", lambda name: "".join(map(str.capitalize, name.split("-")))
    )


def type_schemas() -> PublishedSchemas:
    """The schema of each type of model by its name."""
    return PublishedSchemas(shipped("schemas") / "modelyard" / "v1" / "types", str)


def emitter_schema() -> Object:
    """The schema of emitter.yaml."""
    return PublishedSchemas(shipped("schemas") / "modelyard" / "v1" / "emitter", str)["emitter"]


def shipped_text(path: str) -> str:
    """A file below the shipped `schemas/`."""
    return (shipped("schemas") / path).read_text(encoding="utf-8")


def package_file(package: str, path: str) -> bytes | None:
    """A data file of an installed package; `None` where package or file is missing. The package is not imported."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        file = Path(folder) / path
        if file.is_file():
            return file.read_bytes()
    return None


def has_package(package: str) -> bool:
    """Whether a package is installed; it is not imported."""
    return importlib.util.find_spec(package) is not None
