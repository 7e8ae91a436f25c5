"""The front door: the templates of one emitter, and what they make of a context."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from jinja2 import Template

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Pointer, Reads
from compiler.foundation.provenance import Origin, Origins
from compiler.render import skeleton
from compiler.render import text_renderer as text_fill
from compiler.render.embedded_languages import Rules, rules_of
from compiler.render.interpolation import CLOSING, OPENING, Glued, Part, token
from compiler.render.jinja_runner import FailedError, Printed, compiled, lines, run
from compiler.render.jinja_sandbox import DELIMITERS, Environment
from compiler.render.output_formats import FORMATS, Format, dump, format_of, remarked, with_header
from compiler.render.plain_values import Budget, place
from compiler.render.skeleton_nodes import Filling, Hole
from compiler.render.source_map import remarks as remarks_by_pointer
from compiler.render.source_map import trace as origins_by_pointer
from compiler.render.template_errors import Flaw, Limits, Problem, RefusedError
from compiler.render.template_reads import looks
from compiler.render.template_values import Value, wrap
from compiler.render.traced_values import OMIT, Flag, Noted, Text, text

Problems: TypeAlias = tuple[Problem, ...]
SourceMap: TypeAlias = Mapping[tuple[int, Pointer], Origins]
"""By document and pointer: the origins of leaves, of keys that are values, and of maps and lists placed whole."""

Remarks: TypeAlias = Mapping[tuple[int, Pointer], str]
"""By document and pointer: what stands behind a leaf, as a comment."""

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_LIMITS: Final = Limits()
_MOST_SKELETONS = 512
_FRONT = re.compile(r"---\n(.*?^)---(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOKENS = re.compile(f"{OPENING}([0-9]+){CLOSING}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file: its data (of a text, what stands before it), its text ready to be encoded, and where all of it came from if asked."""

    documents: tuple[Json, ...]
    text: str
    source_map: SourceMap | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A file before it is dumped, for a caller who still changes the data; a text is complete."""

    documents: tuple[Json, ...]
    text: str | None = None
    source_map: SourceMap | None = None
    remarks: Remarks = field(default_factory=dict)


class Renderer:
    """Keeps what it compiled and parsed, for as long as it lives; for one thread at a time."""

    def __init__(
        self, templates: Mapping[str, str], *, delimiters: Mapping[str, str] = _NOTHING, limits: Limits = _LIMITS
    ) -> None:
        if unknown := sorted(set(delimiters.values()) - set(DELIMITERS)):
            raise UsageError(f"`{unknown[0]}` are no delimiters", help=f"there are {', '.join(DELIMITERS)}")
        self._environment = Environment(templates, delimiters, limits)
        self._limits = limits
        self._compiled: dict[tuple[str, bool], Template | FailedError] = {}
        self._skeletons: dict[tuple[str, Rules], skeleton.Skeleton] = {}
        self._rules: dict[tuple[tuple[str, str], ...], Rules] = {}

    def render(
        self, template: str, context: Mapping[str, object], *, format: str, header: str | None = None,  # noqa: A002 - as in emitter.yaml
        languages: Mapping[str, str] = _NOTHING, trace: bool = False,
    ) -> Rendered | Problems:  # fmt: skip
        """The file that the template makes of the context, or all that is wrong with it."""
        filled = self.fill(template, context, format=format, languages=languages, trace=trace)
        if not isinstance(filled, Filled):
            return filled
        chosen = format_of(format)
        body = filled.text or ""
        if filled.text is None and chosen.dump is not None:
            body = chosen.dump(remarked(filled.documents, filled.remarks))
        return Rendered(filled.documents, with_header(body, chosen, header), filled.source_map)

    def fill(
        self, template: str, context: Mapping[str, object], *, format: str,  # noqa: A002
        languages: Mapping[str, str] = _NOTHING, trace: bool = False,
    ) -> Filled | Problems:  # fmt: skip
        """The data that the template makes of the context, to be changed and then dumped; or all that is wrong."""
        chosen = format_of(format)
        rules = self._rules_of(languages)
        seen = _seen(context)
        try:
            running = self._template(template, text=False)
            printed = run(self._environment, running, seen)
            data = self._data(printed, chosen, rules, trace=trace) if chosen.dump else None
            made = self._text(printed, chosen, rules, trace=trace) if data is None else data
        except FailedError as failed:
            return failed.problems
        return made if isinstance(made, Filled) else self._located(made, running, seen)

    def evaluate(self, text: str, context: Mapping[str, object]) -> "Value | bool | Problems":
        """The value of a template in one line, such as a path: a single value keeps its type, anything else is text.

        The text stands in its problems for the template's path. What to do about `omit` is the caller's to decide.
        """
        try:
            printed = run(self._environment, self._template(text, text=True), _seen(context))
            return self._value(printed)
        except FailedError as failed:
            return failed.problems
        except RefusedError as refused:
            return (Problem(refused.message, text, 1, refused.origins, refused.help),)

    def looks(self, text: str) -> Reads | None:
        """What of a context a template in one line looks at; `None` where that cannot be told, or it is no template."""
        try:
            self._template(text, text=True)
        except FailedError:
            return None
        return looks(self._environment.parse(text))

    def _value(self, printed: Printed) -> "Value | bool":
        if len(printed.values) == 1 and _TOKENS.fullmatch(printed.text):
            value = printed.values[0]
            if place(value, Budget(self._limits.values)) is OMIT:
                return OMIT
            if isinstance(value, Flag):
                return bool(value)  # a caller may ask `is True`
            if not isinstance(value, (str, Glued)):
                return wrap(value, ()) if not isinstance(value, bool) else value
        parts: list[Part] = []
        for odd, part in enumerate(_TOKENS.split(printed.text)):
            parts.append(token(printed.values[int(part)]) if odd % 2 else part)
        glued = Glued([part for part in parts if part])
        whole = printed.values[0] if len(glued.parts) == 1 and printed.values else glued
        return whole if isinstance(whole, Text) else text(str(whole), glued.origins)

    def _template(self, name: str, *, text: bool) -> Template:
        found = self._compiled.get((name, text))
        if found is None:
            try:
                found = compiled(self._environment, name, name if text else None)
            except FailedError as failed:
                found = failed
            self._compiled[name, text] = found
        if isinstance(found, FailedError):
            raise found
        return found

    def _rules_of(self, languages: Mapping[str, str]) -> Rules:
        key = tuple(languages.items())
        if key not in self._rules:
            self._rules[key] = rules_of(languages)
        return self._rules[key]

    def _skeleton(self, printed: str, rules: Rules) -> skeleton.Skeleton:
        key = (printed, rules)
        found = self._skeletons.get(key)
        if found is None:
            if len(self._skeletons) >= _MOST_SKELETONS:
                self._skeletons.clear()
            found = self._skeletons[key] = skeleton.parse(printed, rules)
        return found

    def _data(self, printed: Printed, chosen: Format, rules: Rules, *, trace: bool) -> Filled | tuple[Flaw, ...]:
        bones = self._skeleton(printed.text, rules)
        flaws = list(bones.flaws)
        if chosen.name == "json" and len(bones.documents) != 1 and not flaws:
            flaws.append(Flaw(1, f"a JSON file is one document, and the template makes {len(bones.documents)}"))
        if flaws:
            return tuple(flaws)
        filling = Filling(printed.values, Budget(self._limits.values), flaws)
        try:
            documents = tuple([node.fill(filling) for node in bones.documents])
        except RecursionError:
            return (Flaw(1, "a value that is placed nests too deep"),)
        for node, document in zip(bones.documents, documents, strict=True):
            if document is OMIT and isinstance(node, Hole):
                flaws.append(Flaw(node.line, "`omit` cannot be a document", (), "leave it out with `{% if %}`"))
        if flaws:
            return tuple(flaws)
        found = self._traced(bones, printed.values) if trace else None
        return Filled(documents, None, found, self._remarks(bones, printed.values))  # type: ignore[arg-type]  # no document is omit

    def _text(self, printed: Printed, chosen: Format, rules: Rules, *, trace: bool) -> Filled | tuple[Flaw, ...]:
        """Text, and the data that stands before it between two lines of `---`, where the format has such."""
        if chosen.place is None:
            raise UsageError(f"`{chosen.name}` writes no text")
        front = _FRONT.match(printed.text) if chosen.has_front else None
        above = front[0].count("\n") if front else 0
        body, flaws = text_fill.fill(printed.text[front.end() if front else 0 :], printed.values, chosen.place())
        flaws = tuple(replace(flaw, line=flaw.line + above) for flaw in flaws)
        if front is None:
            return flaws or Filled((), body)
        found = self._data(Printed(f"\n{front[1]}", printed.values), FORMATS["yaml"], rules, trace=trace)
        if not isinstance(found, Filled):
            return (*found, *flaws)
        if len(found.documents) != 1 or not isinstance(found.documents[0], dict):
            flaws = (Flaw(1, "what stands before the text between two lines of `---` is no map"), *flaws)
        return flaws or replace(found, text=f"---\n{dump(found.documents, 'yaml')}---\n{body}")

    def _traced(self, bones: skeleton.Skeleton, values: list[object]) -> SourceMap:
        return {
            (number, pointer): origins
            for number, node in enumerate(bones.documents)
            for pointer, origins in origins_by_pointer(node, values).items()
        }

    def _remarks(self, bones: skeleton.Skeleton, values: list[object]) -> Remarks:
        if not any(isinstance(value, Noted) for value in values):
            return {}
        return {
            (number, pointer): remark
            for number, node in enumerate(bones.documents)
            for pointer, remark in remarks_by_pointer(node, values).items()
        }

    def _located(self, flaws: tuple[Flaw, ...], template: Template, context: Mapping[str, object]) -> Problems:
        self._environment.steps = 0
        places = lines(template, context) or [(template.name or "", 1)]
        found: dict[Problem, None] = {}
        for flaw in flaws:
            path, line = places[min(flaw.line, len(places)) - 1]
            found[Problem(flaw.message, path, line, flaw.origins, flaw.help)] = None
        return tuple(found)


def _seen(context: Mapping[str, object]) -> dict[str, object]:
    return {name: wrap(value, (Origin(name),)) for name, value in context.items()}
