"""The published schemas, by the words that people use, and as a repository stores them for editors."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from compiler.foundation import resources
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Object
from compiler.foundation.suggestions import closest_match, hyphenate
from compiler.json_schema.schema_node import SchemaNode
from compiler.spec.language import Language

EDITOR_FOLDER = ".modelyard/schemas"
"""The folder of a repository that holds the schemas for its editors."""
_SUFFIX = ".schema.json"


@dataclass(frozen=True, slots=True)
class SchemaEntry:
    """A schema by its word on the command line: `model`, `use-case`, `model/llm`."""

    word: str
    summary: str
    path: Path


@dataclass(frozen=True)
class SchemaCatalog:
    """Every kind of document and every model type."""

    folder: Path

    @cached_property
    def language(self) -> Language:
        """The language that the schemas describe."""
        return Language(resources.kind_schemas(), resources.type_schemas())

    @cached_property
    def kinds_by_word(self) -> Mapping[str, str]:
        """The command-line word of each kind to the kind's name: documents of the language, and companion files."""
        return dict(
            sorted({hyphenate(kind): kind for kind in (*self.language.kinds, *self._standalone_schemas)}.items())
        )

    @cached_property
    def document_kinds(self) -> frozenset[str]:
        """The kinds that are documents of the language."""
        return frozenset(self.language.kinds)

    def entries(self) -> Iterator[SchemaEntry]:
        """Every schema, kinds before types."""
        for kind_word, kind in self.kinds_by_word.items():
            summary = SchemaNode(self.kind_schema(kind)).text("description")
            yield SchemaEntry(kind_word, summary, self._schema_path(kind_word))
        for name in self.language.types:
            path = self.folder / "types" / f"{name}{_SUFFIX}"
            yield SchemaEntry(f"model/{name}", self.language.type_language(name).title, path)

    def find_kind(self, text: str) -> str:
        """The kind that a word names, in any spelling; raises `UsageError` with the closest match."""
        for kind_word, kind in self.kinds_by_word.items():
            if _normalize(text) == _normalize(kind_word):
                return kind
        suggestion = closest_match(text, self.kinds_by_word)
        help_text = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(self.kinds_by_word)}"
        raise UsageError(f"there is no kind `{text}`", help=help_text)

    def find_type(self, name: str) -> str:
        """The model type; raises `UsageError` with the closest match."""
        if name in self.language.types:
            return name
        suggestion = closest_match(name, self.language.types)
        help_text = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(self.language.types)}"
        raise UsageError(f"there is no model type `{name}`", help=help_text)

    def kind_schema(self, name: str) -> Object:
        """The schema of a kind."""
        path = self._standalone_schemas.get(name)
        schema: Object = json.loads(path.read_bytes()) if path else self.language.kind_schema(name)
        return schema

    def type_schema(self, name: str) -> Object:
        """The schema of a Model document of one type."""
        schema = resources.type_schemas()[name]
        definitions, spec = SchemaNode(schema).definitions, SchemaNode(schema).definition("Spec").keywords
        head = {key: schema[key] for key in ("$schema", "$id", "title")}
        return {**head, **spec, "$defs": _used_definitions(spec, definitions)}

    def editor_schemas(self) -> Mapping[str, bytes]:
        """One file per kind, by file name."""
        return {f"{kind_word}{_SUFFIX}": self._schema_path(kind_word).read_bytes() for kind_word in self.kinds_by_word}

    def stale_files(self, folder: Path) -> tuple[str, ...]:
        """The names of files in a folder that are missing or differ from those of this version."""
        schemas = self.editor_schemas()
        return tuple(name for name, content in schemas.items() if _read_or_none(folder / name) != content)

    @cached_property
    def _standalone_schemas(self) -> Mapping[str, Path]:
        """Schemas of files that are not documents of the language, such as emitter.yaml, each in a folder of its own."""
        paths = (folder / f"{folder.name}{_SUFFIX}" for folder in sorted(self.folder.iterdir()) if folder.is_dir())
        return {path.parent.name.capitalize(): path for path in paths if path.is_file()}

    def _schema_path(self, kind_word: str) -> Path:
        return self._standalone_schemas.get(self.kinds_by_word[kind_word], self.folder / f"{kind_word}{_SUFFIX}")


def load_catalog() -> SchemaCatalog:
    """The schemas of this version."""
    return SchemaCatalog(resources.shipped_folder("schemas") / "modelyard" / "v1")


def schema_text(schema: Object) -> str:
    """A schema as printed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _normalize(text: str) -> str:
    return text.lower().replace("-", "").replace("_", "")


def _used_definitions(root: Object, definitions: Object) -> Object:
    """The definitions that the root references, directly or indirectly."""
    used_names: dict[str, None] = {}
    queue: list[Json] = [root]
    while queue:
        node = queue.pop()
        name = SchemaNode.parse(node).text("$ref").removeprefix("#/$defs/")
        if name and name not in used_names:
            used_names[name] = None
            queue.append(definitions[name])
        queue.extend(node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ())
    return {name: definitions[name] for name in sorted(used_names)}


def _read_or_none(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
