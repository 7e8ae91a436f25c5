"""The CEL expressions of emitters: checked against the language, then asked of single models."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from compiler.cel import Expression, Expressions, Failure, Mistake, Together, Values, together
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import (
    Json,
    Object,
    Pointer,
    Reads,
    as_list,
    as_object,
    as_str,
    identical,
    only,
    widened,
)
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.emitters.emitter_loader import mistake
from compiler.spec.cel_variables import dataset_view, model_view, release_view
from compiler.spec.language import Language

Verdicts = Mapping[Pointer, bool | Finding]
"""What each expression of emitter.yaml says of one model, by its place; a finding where it could not be asked."""

Sections = tuple[tuple[str, str], ...]
"""Lists in emitter.yaml whose elements have conditions, each with the key of those."""

JUDGED: Sections = (("needs", "that"), ("cannot", "when"), ("images", "when"))
"""Those that say whether an emitter can do what a model asks."""
ALL: Sections = (*JUDGED, ("files", "when"))
"""Those, and which files it makes."""
_REMEMBERED = 4
"""Answers of an emitter that are kept: as many as a model has environments, mostly."""
METERS: Sections = (("sli", "when"),)
"""Those that say what measures a model: asked only by who watches it."""


@dataclass(frozen=True)
class _Questions:
    """Expressions of an emitter as few lists, so that they cost few evaluations, and the fields that they read."""

    pointers: tuple[Pointer, ...]
    together: Together | None
    fields: Reads


class Conditions:
    """Expressions compiled once each, against the schemas of what they speak of.

    Those of shipped emitters are checked against the schemas by the tests that ship them, and not again in each run.
    """

    def __init__(self, language: Language, emitters: Emitters) -> None:
        self._language = language
        self._emitters = emitters
        self._variables: dict[str, Expressions] = {}
        self._compiled: dict[tuple[str, str], Expression | Mistake] = {}
        self._questions: dict[tuple[str, Sections], _Questions] = {}
        self._answered: dict[tuple[str, Sections], deque[tuple[Object, Verdicts]]] = {}

    def verdicts(self, emitter: Emitter, sections: Sections, data: Mapping[str, Json]) -> Verdicts:
        """What the expressions of these sections of an emitter say of the data.

        Where they read what they read lately, they say what they said: of a model in its next environment, mostly.
        """
        asked = self._asked(emitter, sections)
        read = {name: only(fields, data[name]) for name, fields in asked.fields.items() if name in data}
        answered = self._answered.setdefault((emitter.id, sections), deque(maxlen=_REMEMBERED))
        for before, verdicts in answered:
            if identical(before, read):
                return verdicts
        answers = asked.together.answers(self._of(emitter).values(read), bool) if asked.together else None
        if answers is None:
            whole = self._of(emitter).values(data)
            return {pointer: self._one(emitter, text, pointer, whole) for pointer, text in expressions(emitter, sections)}
        found = dict(zip(asked.pointers, answers, strict=True))
        answered.appendleft((read, found))
        return found

    def holds(self, emitter: Emitter, text: str, pointer: Pointer, data: Mapping[str, Json]) -> bool | Finding:
        """Whether one expression holds for the data; a finding where it could not be asked."""
        compiled = self.compiled(emitter, text)
        fields = _fields(() if isinstance(compiled, Mistake) else compiled.reads)
        values = self._of(emitter).values({name: only(fields[name], data[name]) for name in fields if name in data})
        return self._one(emitter, text, pointer, values)

    def has_any(self, emitter: Emitter, sections: Sections) -> bool:
        """Whether there are expressions in these sections of an emitter."""
        return bool(self._asked(emitter, sections).pointers)

    def reads(self, emitter: Emitter, sections: Sections, variable: str) -> bool:
        """Whether an expression of these sections asks for a variable; all are given where that cannot be told."""
        asked = self._asked(emitter, sections)
        return variable in asked.fields or asked.together is None

    def mistakes(self, emitter: Emitter) -> Iterator[Finding]:
        """What is wrong with the expressions of an emitter, before any model is asked."""
        for pointer, text in all_expressions(emitter):
            compiled = self.compiled(emitter, text)
            if isinstance(compiled, Mistake):
                yield mistake(emitter, f"{text!r}: {compiled.message}", pointer, compiled.help)

    def compiled(self, emitter: Emitter, text: str) -> Expression | Mistake:
        """The expression, or what is wrong with it."""
        key = (emitter.id, text)
        if key not in self._compiled:
            self._compiled[key] = self._of(emitter).compile(text, checked=not emitter.shipped)
        return self._compiled[key]

    def _one(self, emitter: Emitter, text: str, pointer: Pointer, data: Values) -> bool | Finding:
        compiled = self.compiled(emitter, text)
        if isinstance(compiled, Mistake):
            return mistake(emitter, f"{text!r}: {compiled.message}", pointer, compiled.help)
        found = compiled.evaluate(data)
        if isinstance(found, Failure):
            return mistake(
                emitter, f"{text!r}: {found.message}", pointer, "ask `has(…)` first of a field that may be absent"
            )
        return found

    def _asked(self, emitter: Emitter, sections: Sections) -> _Questions:
        key = (emitter.id, sections)
        if key not in self._questions:
            asked = list(expressions(emitter, sections))
            joined = together(self._of(emitter), [text for _, text in asked])
            sound = joined if emitter.shipped or not any(self.mistakes(emitter)) else None
            fields = _fields(path for one in (sound.lists if sound else ()) for path in one.reads)
            self._questions[key] = _Questions(tuple(pointer for pointer, _ in asked), sound, fields)
        return self._questions[key]

    def _of(self, emitter: Emitter) -> Expressions:
        if emitter.id not in self._variables:
            options = as_object(emitter.data.get("options")) or {"type": "object", "additionalProperties": False}
            self._variables[emitter.id] = self._common.also({"options": options})
        return self._variables[emitter.id]

    @cached_property
    def _common(self) -> Expressions:
        return Expressions(variables(self._language, self._emitters))


_PEER: Object = MappingProxyType(
    {
        "type": "object",
        "properties": {
            **{key: {"type": "string"} for key in ("host", "scheme", "namespace", "name")},
            "port": {"type": "integer"},
            "internal": {"type": "boolean"},
            **{key: {"type": "array", "items": {"type": "string"}} for key in ("cidrs", "via")},
        },
    }
)
"""What is reached, as expressions of emitters see it."""
_WATCHED: Object = MappingProxyType(
    {
        "type": "object",
        "properties": {
            **{key: {"type": "string"} for key in ("name", "indicator", "period")},
            **{key: {"type": "number"} for key in ("target", "budget", "withinSeconds", "limitSeconds")},
            "days": {"type": "integer"},
        },
    }
)
"""What is watched of a model, as expressions of emitters see it."""
_METRICS: Object = MappingProxyType(
    {
        "type": "object",
        "properties": {**{key: {"type": "string"} for key in ("path", "service", "scheme")}, "port": {"type": "integer"}},
    }
)
"""Where a target says that the model tells what it counts."""


def _fields(reads: Iterable[Pointer]) -> Reads:
    """The variables that are read, each with the fields of it."""
    return widened((str(path[0]), None if len(path) == 1 else frozenset({str(path[1])})) for path in reads)


def variables(language: Language, emitters: Emitters) -> Mapping[str, Object]:
    """The schema of each variable but `options`, which differs by emitter."""
    release = release_view(language)
    canary = {**release, "properties": {**as_object(release["properties"]), "weight": {"type": "number"}}}
    return {
        "name": {"type": "string"},
        "model": model_view(language),
        "deploy": {"$ref": "#/$defs/PartialDeploy", "$defs": as_object(language.model_schema()["$defs"])},
        "release": release,
        "canary": canary,
        "environment": language.kind_schema("Environment"),
        "project": language.kind_schema("Project"),
        "useCase": language.kind_schema("UseCase"),
        "team": language.kind_schema("Team"),
        "dataset": dataset_view(language),
        "network": {"type": "object", "properties": {"egress": {"type": "array", "items": _PEER}}},
        "objectives": {"type": "array", "items": _WATCHED},
        "signals": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "action": {"type": "string"}}}},
        "metrics": _METRICS,
        "capabilities": emitters.capabilities,
    }


def expressions(emitter: Emitter, sections: Sections = ALL) -> Iterator[tuple[Pointer, str]]:
    """Every expression of these sections of emitter.yaml that is asked of a model where it runs, with its place."""
    for section, key in sections:
        for index, entry in enumerate(as_list(emitter.data.get(section))):
            text = as_str(as_object(entry).get(key))
            if text and (section != "files" or emitter.files[index].per == "deployment"):
                yield (section, index, key), text


def all_expressions(emitter: Emitter) -> Iterator[tuple[Pointer, str]]:
    """Every expression in emitter.yaml, with its place."""
    yield from expressions(emitter)
    when = as_str(emitter.takes.get("when"))
    if when:
        yield ("takes", "when"), when
    for index, entry in enumerate(as_list(emitter.data.get("facts"))):
        yield from _asked_for(index, as_object(entry))
    for section in ("files", "facts", "sli"):
        for index, entry in enumerate(as_list(emitter.data.get(section))):
            text = as_str(as_object(entry).get("when"))
            if text and (section != "files" or emitter.files[index].per != "deployment"):
                yield (section, index, "when"), text


def _asked_for(index: int, fact: Object) -> Iterator[tuple[Pointer, str]]:
    """The fields that a fact names, as the question whether there is such a one, which only fields of the language answer."""
    yield ("facts", index, "field"), _asking(as_str(fact["field"]))
    for at, field in enumerate(as_list(fact.get("or"))):
        yield ("facts", index, "or", at), _asking(as_str(field))


def _asking(field: str) -> str:
    root, *below = field.split(".")
    known = {"organisation": "project.organisation", "datasets[]": "dataset", "risks[]": "model.governance.risk.risks[0]"}
    return f"has({'.'.join((known.get(root, root), *(part if part.isidentifier() else f'`{part}`' for part in below)))})"
