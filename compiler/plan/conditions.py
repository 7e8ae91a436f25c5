"""The CEL expressions of emitters: checked against the language, then asked of single models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compiler.diagnostics import Finding
from compiler.expression import Expression, Expressions, Failure, Mistake, Together, Values, together
from compiler.plan.emitter import Emitter, Emitters
from compiler.plan.load import mistake
from compiler.spec.language import Language
from compiler.spec.views import model_view, release_view
from compiler.values import Json, Object, Pointer, as_list, as_object, as_str

Verdicts = Mapping[Pointer, bool | Finding]
"""What each expression of emitter.yaml says of one model, by its place; a finding where it could not be asked."""

Sections = tuple[str, ...]
JUDGED: Sections = ("needs", "cannot", "images")
"""The sections of emitter.yaml whose expressions say whether it can do what a model asks for."""
MADE: Sections = (*JUDGED, "files")
"""Those that say what is made of it, too: nobody asks them before something is."""
METERS: Sections = ("sli",)
"""Those that say what measures it: asked only by who watches it."""


@dataclass(frozen=True)
class _Questions:
    """All expressions of an emitter as few lists, so that they cost few evaluations, and the fields that they read."""

    pointers: tuple[Pointer, ...]
    together: Together | None
    fields: Mapping[str, frozenset[str] | None]


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

    def verdicts(self, emitter: Emitter, data: Mapping[str, Json], sections: Sections = MADE) -> Verdicts:
        """What every expression in some sections of an emitter says of the data."""
        asked = self._asked(emitter, sections)
        if not asked.pointers:
            return {}
        read = {name: _only(asked.fields.get(name, frozenset()), value) for name, value in data.items()}
        values = self._of(emitter).values(read)
        answers = asked.together.answers(values) if asked.together else None
        if answers is not None:
            return dict(zip(asked.pointers, answers, strict=True))
        whole = self._of(emitter).values(data)
        return {pointer: self._one(emitter, text, pointer, whole) for pointer, text in expressions(emitter, sections)}

    def holds(self, emitter: Emitter, text: str, pointer: Pointer, data: Mapping[str, Json]) -> bool | Finding:
        """Whether one expression holds for the data; a finding where it could not be asked."""
        compiled = self.compiled(emitter, text)
        read = {str(path[0]) for path in compiled.reads} if not isinstance(compiled, Mistake) else set()
        values = self._of(emitter).values({name: value for name, value in data.items() if name in read})
        return self._one(emitter, text, pointer, values)

    def reads(self, emitter: Emitter, variable: str, sections: Sections = MADE) -> bool:
        """Whether an expression of the emitter asks for a variable; all are given where that cannot be told."""
        asked = self._asked(emitter, sections)
        return variable in asked.fields or (bool(asked.pointers) and asked.together is None)

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
        if (emitter.id, sections) not in self._questions:
            asked = list(expressions(emitter, sections))
            joined = together(self._of(emitter), [text for _, text in asked])
            sound = joined if joined is not None and not any(self.mistakes(emitter)) else None
            fields: dict[str, frozenset[str] | None] = {}
            for path in (path for one in (sound.lists if sound else ()) for path in one.reads):
                root, known = str(path[0]), fields.get(str(path[0]), frozenset())
                fields[root] = None if len(path) == 1 or known is None else known | {str(path[1])}
            questions = _Questions(tuple(pointer for pointer, _ in asked), sound, fields)
            self._questions[emitter.id, sections] = questions
        return self._questions[emitter.id, sections]

    def _of(self, emitter: Emitter) -> Expressions:
        if emitter.id not in self._variables:
            options = as_object(emitter.data.get("options")) or {"type": "object", "additionalProperties": False}
            self._variables[emitter.id] = Expressions({**variables(self._language, self._emitters), "options": options})
        return self._variables[emitter.id]


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


def _only(fields: frozenset[str] | None, value: Json) -> Json:
    return value if fields is None or not isinstance(value, Mapping) else {key: value[key] for key in fields if key in value}


def variables(language: Language, emitters: Emitters) -> Mapping[str, Object]:
    """The schema of each variable but `options`, which differs by emitter."""
    release = release_view(language)
    canary = {**release, "properties": {**as_object(release["properties"]), "weight": {"type": "number"}}}
    return {
        "model": model_view(language),
        "deploy": {"$ref": "#/$defs/PartialDeploy", "$defs": as_object(language.model_schema()["$defs"])},
        "release": release,
        "canary": canary,
        "environment": language.kind_schema("Environment"),
        "project": language.kind_schema("Project"),
        "useCase": language.kind_schema("UseCase"),
        "team": language.kind_schema("Team"),
        "network": {"type": "object", "properties": {"egress": {"type": "array", "items": _PEER}}},
        "objectives": {"type": "array", "items": _WATCHED},
        "signals": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "action": {"type": "string"}}}},
        "metrics": _METRICS,
        "capabilities": emitters.capabilities,
    }


_SAID: Mapping[str, str] = MappingProxyType(
    {"needs": "that", "cannot": "when", "images": "when", "files": "when", "facts": "when", "sli": "when"}
)
"""Sections of emitter.yaml that hold expressions, and the key that does."""


def expressions(emitter: Emitter, sections: Sections) -> Iterator[tuple[Pointer, str]]:
    """The expressions in sections of emitter.yaml that are asked of a model where it runs, with their places."""
    for section in sections:
        for index, entry in enumerate(as_list(emitter.data.get(section))):
            text = as_str(as_object(entry).get(_SAID[section]))
            if text and (section != "files" or emitter.files[index].per == "deployment"):
                yield (section, index, _SAID[section]), text


def all_expressions(emitter: Emitter) -> Iterator[tuple[Pointer, str]]:
    """Every expression in emitter.yaml, with its place."""
    for section, key in _SAID.items():
        for index, entry in enumerate(as_list(emitter.data.get(section))):
            text = as_str(as_object(entry).get(key))
            if text:
                yield (section, index, key), text
