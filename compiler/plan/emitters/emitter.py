"""An emitter as it was read: its description, its templates, and the digest of its folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics.finding import Finding, Place, Subject
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.json_schema import with_defaults
from compiler.source.document import Document


@dataclass(frozen=True, slots=True)
class FileRule:
    """A file that an emitter makes: the fields of `files` in emitter.yaml."""

    index: int
    path: str
    place: str | None
    template: str
    per: str
    when: str | None
    last: int
    format: str
    content_id: str | None
    schema: str | None
    resource: bool
    delimiters: str
    languages: Mapping[str, str]

    @property
    def pointer(self) -> Pointer:
        """Where the rule stands in emitter.yaml."""
        return ("files", self.index)


@dataclass(frozen=True)
class Emitter:
    """A folder of templates; `shipped` where it came with Modelyard and not from the project."""

    id: str
    group: str
    folder: str
    shipped: bool
    document: Document
    data: Object
    templates: Mapping[str, str]
    schemas: Mapping[str, Object]
    files: tuple[FileRule, ...]
    digest: str
    folder_hash: str

    @property
    def title(self) -> str:
        """What it is called."""
        return as_str(self.data["title"])

    @cached_property
    def takes(self) -> Object:
        """What it is for."""
        return as_object(self.data.get("takes"))

    @cached_property
    def may_object(self) -> bool:
        """Whether it says anything that a model may fall short of."""
        return any(self.data.get(key) for key in ("needs", "cannot", "images", "asks")) or "when" in self.takes

    @cached_property
    def images(self) -> tuple[Object, ...]:
        """The images it needs: `name`, and `when`."""
        return tuple(as_object(image) for image in as_list(self.data.get("images")))

    @cached_property
    def options(self) -> Object:
        """The options of a model that chooses none."""
        return self.with_options({})

    def with_options(self, chosen: Object) -> Object:
        """The options that a model chooses, and the defaults of the others."""
        schema = as_object(self.data.get("options"))
        return as_object(with_defaults(schema, chosen)) if schema else chosen

    @property
    def adopts(self) -> frozenset[str]:
        """What of objects that run already it keeps to."""
        return frozenset(as_str(field) for field in as_list(self.data.get("adopts")))

    @property
    def is_target(self) -> bool:
        """Whether models choose it by `deploy.target`."""
        return self.group == TARGETS

    @property
    def only_tells(self) -> bool:
        """Whether all that it makes is made after other files, to tell of them."""
        return all(rule.last for rule in self.files)

    def mentions(self, word: str) -> bool:
        """Whether a template may read a name; what takes long to know is not made for those that do not."""
        return any(re.search(rf"\b{word}\b", text) for text in self.templates.values())

    def place(self, pointer: Pointer) -> Place:
        """A place in emitter.yaml; its path says where a shipped one lies in the package."""
        return self.document.place(pointer)

    def finding_subject(self, pointer: Pointer = ()) -> Subject:
        """The emitter, for findings about it."""
        return Subject("Emitter", self.id, None, pointer)


TARGETS = "targets"
"""The folder of emitters that models choose by `deploy.target`."""

_FORMATS = {
    ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".md": "markdown", ".html": "html",
    ".sh": "shell",
}  # fmt: skip


def file_rules(data: Object) -> tuple[FileRule, ...]:
    """The rules of `files`, with what may be left out filled in."""
    return tuple(_rule(index, as_object(entry)) for index, entry in enumerate(as_list(data["files"])))


def _rule(index: int, entry: Object) -> FileRule:
    path, last = as_str(entry["path"]), entry.get("last")
    ending = "." + path.rpartition(".")[2]
    languages = {place: as_str(encoder) for place, encoder in as_object(entry.get("languages")).items()}
    return FileRule(
        index=index,
        path=path,
        place=as_str(entry.get("place")) or None,
        template=as_str(entry["template"]),
        per=as_str(entry.get("per")) or "deployment",
        when=as_str(entry.get("when")) or None,
        last=int(last) if isinstance(last, int) else 0,
        format=as_str(entry.get("format")) or _FORMATS.get(ending, "text"),
        content_id=as_str(entry.get("contentId")) or None,
        schema=as_str(entry.get("schema")) or None,
        resource=entry.get("resource") is not False,
        delimiters=as_str(entry.get("delimiters")) or "curly",
        languages=languages,
    )


@dataclass(frozen=True)
class Emitters:
    """Every emitter of a run by id, what was wrong with their folders, and the capabilities that they know."""

    by_id: Mapping[str, Emitter]
    capabilities: Object
    findings: tuple[Finding, ...]
    broken: frozenset[str] = frozenset()
    """Ids of the emitters that cannot be used: naming one of them is no second mistake."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Ids that `deploy.target` may say."""
        return tuple(sorted(emitter.id for emitter in self.by_id.values() if emitter.is_target))
