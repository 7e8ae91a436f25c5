"""The published schemas, as people ask for them, and as a repository keeps them for editors."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from compiler.foundation import resources
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Object, as_object, as_str
from compiler.foundation.suggestions import nearest
from compiler.spec.language import Language

EDITOR_FOLDER = ".modelyard/schemas"
"""Where a repository keeps the schemas that its editors read."""
_ENDING = ".schema.json"


@dataclass(frozen=True, slots=True)
class Published:
    """A schema by the word that asks for it: `model`, `use-case`, `model/llm`."""

    word: str
    summary: str
    path: Path


@dataclass(frozen=True)
class Catalogue:
    """Every kind of document and every type of model."""

    folder: Path

    @cached_property
    def language(self) -> Language:
        """The language that the schemas describe."""
        return Language(resources.kind_schemas(), resources.type_schemas())

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The word for each kind of file to the kind's name: documents of the language, and what lies beside them."""
        return dict(sorted({word(kind): kind for kind in (*self.language.kinds, *self._beside)}.items()))

    @cached_property
    def documents(self) -> frozenset[str]:
        """The kinds that are documents of the language."""
        return frozenset(self.language.kinds)

    def listed(self) -> Iterator[Published]:
        """Every schema, the types after the kinds."""
        for asked, kind in self.words.items():
            yield Published(asked, as_str(self.kind(kind).get("description")), self._path(asked))
        for name in self.language.types:
            path = self.folder / "types" / f"{name}{_ENDING}"
            yield Published(f"model/{name}", self.language.type(name).title, path)

    def known_kind(self, said: str) -> str:
        """The kind that a word stands for, however it is spelled; raises `UsageError` with the nearest."""
        for asked, kind in self.words.items():
            if _folded(said) == _folded(asked):
                return kind
        near = nearest(said, self.words)
        known = f"did you mean `{near}`?" if near else f"one of: {', '.join(self.words)}"
        raise UsageError(f"there is no kind `{said}`", help=known)

    def known_type(self, said: str) -> str:
        """The type of model; raises `UsageError` with the nearest."""
        if said in self.language.types:
            return said
        near = nearest(said, self.language.types)
        known = f"did you mean `{near}`?" if near else f"one of: {', '.join(self.language.types)}"
        raise UsageError(f"there is no type of model `{said}`", help=known)

    def kind(self, name: str) -> Object:
        """The schema of a kind."""
        path = self._beside.get(name)
        return as_object(json.loads(path.read_bytes())) if path else self.language.kind_schema(name)

    def type(self, name: str) -> Object:
        """The schema of a Model document of one type, as it is written."""
        schema = resources.type_schemas()[name]
        spec = as_object(as_object(schema["$defs"])["Spec"])
        head = {key: schema[key] for key in ("$schema", "$id", "title")}
        return {**head, **spec, "$defs": _needed(spec, as_object(schema["$defs"]))}

    def for_editors(self) -> Mapping[str, bytes]:
        """One file a kind, by its name, as they were published."""
        return {f"{asked}{_ENDING}": self._path(asked).read_bytes() for asked in self.words}

    def stale(self, folder: Path) -> tuple[str, ...]:
        """Names of files in a folder that differ from what this version publishes, or are missing."""
        made = self.for_editors()
        return tuple(name for name, content in made.items() if _read(folder / name) != content)

    @cached_property
    def _beside(self) -> Mapping[str, Path]:
        """Schemas of files that are no documents of the language, each in a folder of its own, such as an emitter's."""
        paths = (folder / f"{folder.name}{_ENDING}" for folder in sorted(self.folder.iterdir()) if folder.is_dir())
        return {path.parent.name.capitalize(): path for path in paths if path.is_file()}

    def _path(self, asked: str) -> Path:
        return self._beside.get(self.words[asked], self.folder / f"{asked}{_ENDING}")


def catalogue() -> Catalogue:
    """The schemas that came with this version."""
    return Catalogue(resources.shipped("schemas") / "modelyard" / "v1")


def word(kind: str) -> str:
    """A kind as people type it: `UseCase` is `use-case`."""
    return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(kind))


def as_text(schema: Object) -> str:
    """A schema as it is printed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _folded(said: str) -> str:
    return said.lower().replace("-", "").replace("_", "")


def _needed(root: Object, definitions: Object) -> Object:
    """The definitions that the root refers to, and those that they refer to."""
    wanted: dict[str, None] = {}
    pending: list[object] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            name = as_str(node.get("$ref")).removeprefix("#/$defs/")
            if name and name not in wanted:
                wanted[name] = None
                pending.append(definitions[name])
        pending.extend(node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ())
    return {name: definitions[name] for name in sorted(wanted)}


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
