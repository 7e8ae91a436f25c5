"""The reference of the language: a section for each kind and each part of a kind, generated from the published schemas."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from examples import Examples, block_style, example_of, example_value, shows
from fields import table
from sections import Field, Section, sections

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.spec.quantities import QUANTITIES

_LONGEST_EXAMPLE = 70
"""An example file with more lines is linked; its parts are shown where they belong."""

_KIND, _PART, _SUBPART = 2, 3, 4
"""Levels of headings."""

_INTRODUCTION = """\
Each YAML document is one object: `apiVersion: modelyard/v1`, a `kind`, a `name`, and the fields of that kind. An unknown key is an error.

Tables mark a field as *required* when the resolved document must have it. A layer, such as a `_defaults.yaml`, can supply the value.

- **Merge.** Maps merge key by key, and `null` deletes a value. Any other value replaces the value of a lower layer. Two kinds of list
  merge instead: a list *merged by* a key merges elements that have the same key, and `{name: x, $delete: true}` removes an element;
  where an element can be text, the text is its key. A *union* keeps the elements of all layers.
- **Digest.** Each field of a Model belongs to at most one of two digests: `runtime` covers what runs, `governance` covers who is
  responsible for the model. A nested field belongs to the digest of its top-level field.
- **Name.** A *name* consists of lower-case letters, digits and hyphens, 63 characters at most.
"""


@dataclass(frozen=True)
class Part:
    """A section of the page: where it is linked from, and its text."""

    title: str
    anchor: str
    text: str
    level: int


def language() -> Iterator[str]:
    """The page without its title: an introduction, a table of contents, and the parts."""
    parts = list(_parts(Examples()))
    yield _INTRODUCTION
    yield f"## Contents\n\n{_contents(parts)}"
    for part in parts:
        yield f'<a id="{part.anchor}"></a>\n\n{"#" * part.level} {part.title}\n\n{part.text}'


def _parts(examples: Examples) -> Iterator[Part]:
    yield Part("Quantities", "quantities", _quantities(), _KIND)
    yield from _model(examples)
    for kind, schema in sorted(resources.kind_schemas().items()):
        if kind != "Model":
            yield from _kind(kind, _without_model_fields(schema) if kind == "Defaults" else schema, schema, examples)


def _contents(parts: Sequence[Part]) -> str:
    """One line for each kind, and below it one line with links to its parts."""
    text = ""
    for part in parts:
        link = f"[{part.title}](#{part.anchor})"
        if part.level == _KIND:
            text += f"\n- {link}"
        elif part.level == _PART:
            text += f" · {link}" if text.rpartition("\n")[2].startswith("  ") else f"\n  - {link}"
    return f"{text.strip()}\n"


def _quantities() -> str:
    meanings = {name: as_str(quantity.__doc__).splitlines()[0] for name, quantity in QUANTITIES.items()}
    lines = table(("quantity", "meaning"), ((f"`{name}`", text) for name, text in meanings.items()))
    return f"Equal quantities have one canonical form, which digests, conditions and templates use.\n\n{lines}"


def _kind(kind: str, schema: Object, root: Object, examples: Examples) -> Iterator[Part]:
    documents = examples.of_kind(kind)
    first, *rest = sections(schema, root)
    page = _Page(kind.lower(), documents)
    yield Part(
        kind, kind.lower(), f"{root['description']}\n\n{_example_file(kind, page, first)}\n{page.fields(first)}", _KIND
    )
    yield from (page.part(section) for section in rest)


def _without_model_fields(schema: Object) -> Object:
    """`Defaults` without the fields that are Model's: those are in Model's own section, and so is all that its layers hold."""
    properties = as_object(schema["properties"])
    layers = {
        key: {k: v for k, v in as_object(properties[key]).items() if k != "additionalProperties"}
        for key in ("types", "environments")
    }
    return {**schema, "properties": {**{key: properties[key] for key in ("apiVersion", "kind")}, **layers}}


def _model(examples: Examples) -> Iterator[Part]:
    types = dict(sorted(resources.type_schemas().items()))
    common = next(iter(types.values()))
    page = _Page("model", examples.of_kind("Model"))
    first, *rest = sections(_whole_model(common, types), common, each_map=True)
    text = f"{common['description']}\n\n{page.example(first)}\n{_link_to_file('model-ml')}\n\n{page.fields(first)}"
    yield Part("Model", "model", text, _KIND)
    yield from (page.part(section) for section in rest)
    for name, schema in types.items():
        yield from _type(name, schema, examples)


def _whole_model(common: Object, types: dict[str, Object]) -> Object:
    """The fields of a document: those of every resolved model, and those that say what was published and where it runs."""
    definitions = as_object(common["$defs"])
    document_fields = as_object(as_object(definitions["Spec"])["properties"])
    model_fields = as_object(common["properties"])
    entry_fields = as_object(as_object(definitions["Entry"])["properties"])
    release = as_object(definitions["Release"])
    release_fields = {key: node for key, node in as_object(release["properties"]).items() if key != "source"}
    special_fields: Object = {
        "type": {
            "enum": list(types),
            "description": "The type of the model; it decides the fields of `source`.",
            "x-modelyard-digest": "runtime",
        },
        "source": {
            "type": "object",
            "description": "The content of the one release: see the section of the model's type.",
        },
        "releases": {
            **as_object(document_fields["releases"]),
            "additionalProperties": {
                "properties": {
                    **release_fields,
                    "source": {
                        "type": "object",
                        "description": "The content of the release: see the section of the model's type.",
                    },
                },
                "required": ["source"],
            },
        },
        "environments": {
            **as_object(document_fields["environments"]),
            "additionalProperties": {
                "properties": {key: model_fields[key] for key in ("release", "canary") if key in entry_fields}
            },
        },
    }
    fields = {key: special_fields.get(key, model_fields.get(key, node)) for key, node in document_fields.items()}
    return {**common, "properties": fields}


def _type(name: str, schema: Object, examples: Examples) -> Iterator[Part]:
    source = as_object(as_object(schema["$defs"])["Source"])
    documents = [as_object(release.get("source")) for release in examples.releases(name)]
    page = _Page(f"type-{name}", documents, heading="source")
    first, *rest = sections(source, schema)
    defaults = f"Defaults of the type: `{json.dumps(schema['x-modelyard-defaults'])}`\n"
    example = _example_file(f"model-{name}", page, first)
    text = f"{schema['x-modelyard-title']}. `source`: {source['description']}\n\n{example}\n{page.fields(first)}\n{defaults}"
    yield Part(f"Type `{name}`", f"type-{name}", text, _PART)
    yield from (page.part(section, level=_SUBPART) for section in rest)


@dataclass(frozen=True)
class _Page:
    """The sections of one kind, with the documents that show its fields."""

    anchor: str
    documents: list[Object]
    heading: str = ""

    def part(self, section: Section, level: int = 0) -> Part:
        path = f"{self.heading}.{section.path}".removeprefix(".")
        text = f"{_introduction(section)}\n\n{self.example(section)}\n{self.fields(section)}"
        return Part(
            f"`{path}`", self._anchor(section.path), text, level or (_SUBPART if "." in section.path else _PART)
        )

    def _anchor(self, path: str) -> str:
        return f"{self.anchor}-{path.replace('[]', '').replace('.*', '').replace('.', '-').lower()}"

    def example(self, section: Section) -> str:
        value = self._example(section)
        return f"```yaml\n{block_style({self.heading: value} if self.heading else value)}```\n"

    def _example(self, section: Section) -> Json:
        """What the examples say in a section, without the parts that have examples of their own."""
        hidden = section.children | ({"source"} if section.path == "" else set())
        value = example_value(self.documents, section.path, hidden)
        if value is None:
            raise ValueError(f"no example in schemas/examples/ shows {section.path}")
        return value

    def fields(self, section: Section) -> str:
        """The table of a section; a column in which every cell is empty is left out."""
        digest = any(field.digest for field in section.fields)
        example = self._example(section)
        cells = [self._example_cell(section, field, example) for field in section.fields]
        head = ("field", "type", *(("digest",) if digest else ()), "description", *(("example",) if any(cells) else ()))
        rows = (
            (
                f"`{field.path}`" + (" *required*" if field.required else ""),
                field.type,
                *((field.digest,) if digest else ()),
                self._description(section, field),
                *((cell,) if any(cells) else ()),
            )
            for field, cell in zip(section.fields, cells, strict=True)
        )
        return table(head, rows)

    def _description(self, section: Section, field: Field) -> str:
        merge = {"": "", "union": " Merge: union."}.get(field.merge, f" Merged by `{field.merge}`.")
        own = field.section == ".".join(filter(None, (section.inner_path, field.path)))
        link = f" {'See' if own else 'It has the fields of'} [`{field.section}`](#{self._anchor(field.section)})."
        return f"{field.description}{merge}{link if field.section else ''}"

    def _example_cell(self, section: Section, field: Field, example: Json) -> str:
        """An example of a field that the section's example lacks; a field without any example stops the generation."""
        path = ".".join(filter(None, (section.inner_path, field.path)))
        if field.section or shows(example, path):
            return ""
        text = example_of(self.documents, path)
        if text is None:
            raise ValueError(f"no example in schemas/examples/ shows {path}")
        return f"`{text}`" if text else ""


def _introduction(section: Section) -> str:
    facts = [section.description]
    if section.inner_path.endswith("[]"):
        facts.append("A list of maps.")
    elif section.inner_path.endswith(".*"):
        facts.append("A map whose keys you choose.")
    if section.merge:
        facts.append(
            "Merge: union." if section.merge == "union" else f"Elements with the same `{section.merge}` merge."
        )
    if section.digest:
        facts.append("In neither digest." if section.digest == "none" else f"Digest: `{section.digest}`.")
    return " ".join(facts)


def _example_file(kind: str, page: _Page, first: Section) -> str:
    """The whole example of a kind, or its own fields and a link where the file is long."""
    name = "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(kind))
    lines = resources.read_shipped_text(f"examples/{name}.yaml").splitlines()
    if len(lines) > _LONGEST_EXAMPLE:
        return f"{page.example(first)}\n{_link_to_file(name)}\n"
    text = "\n".join(line for line in lines if not line.startswith("# yaml-language-server"))
    return f"```yaml\n{text}\n```\n"


def _link_to_file(name: str) -> str:
    return f"An example with every field: [`schemas/examples/{name}.yaml`](../../schemas/examples/{name}.yaml)."
