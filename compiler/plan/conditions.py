"""The CEL expressions of emitters: checked against the language, then asked of single models."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compiler.diagnostics import Finding
from compiler.expression import Expression, Expressions, Failure, Mistake, Together, Values, together
from compiler.plan.emitter import Emitter, Emitters
from compiler.plan.load import mistake
from compiler.spec.language import Language
from compiler.spec.views import dataset_view, model_view, release_view
from compiler.values import Object, Pointer, as_list, as_object, as_str

Verdicts = Mapping[Pointer, bool | Finding]
"""What each expression of emitter.yaml says of one model, by its place; a finding where it could not be asked."""


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
        self._questions: dict[str, _Questions] = {}

    def verdicts(self, emitter: Emitter, data: Mapping[str, Object]) -> Verdicts:
        """What every expression of an emitter says of the data."""
        asked = self._asked(emitter)
        if not asked.pointers:
            return {}
        read = {name: _only(asked.fields.get(name, frozenset()), value) for name, value in data.items()}
        values = self._of(emitter).values(read)
        answers = asked.together.answers(values) if asked.together else None
        if answers is not None:
            return dict(zip(asked.pointers, answers, strict=True))
        whole = self._of(emitter).values(data)
        return {pointer: self._one(emitter, text, pointer, whole) for pointer, text in expressions(emitter)}

    def holds(self, emitter: Emitter, text: str, pointer: Pointer, data: Mapping[str, Object]) -> bool | Finding:
        """Whether one expression holds for the data; a finding where it could not be asked."""
        compiled = self.compiled(emitter, text)
        fields = _fields(() if isinstance(compiled, Mistake) else compiled.reads)
        values = self._of(emitter).values({name: _only(fields[name], data[name]) for name in fields if name in data})
        return self._one(emitter, text, pointer, values)

    def reads(self, emitter: Emitter, variable: str) -> bool:
        """Whether an expression of the emitter asks for a variable; all are given where that cannot be told."""
        asked = self._asked(emitter)
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

    def _asked(self, emitter: Emitter) -> _Questions:
        if emitter.id not in self._questions:
            asked = list(expressions(emitter))
            joined = together(self._of(emitter), [text for _, text in asked])
            sound = joined if joined is not None and not any(self.mistakes(emitter)) else None
            fields = _fields(path for one in (sound.lists if sound else ()) for path in one.reads)
            self._questions[emitter.id] = _Questions(tuple(pointer for pointer, _ in asked), sound, fields)
        return self._questions[emitter.id]

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


def _fields(reads: Iterable[Pointer]) -> dict[str, frozenset[str] | None]:
    """The variables that are read, each with the fields of it, or all (`None`)."""
    fields: dict[str, frozenset[str] | None] = {}
    for path in reads:
        root, known = str(path[0]), fields.get(str(path[0]), frozenset())
        fields[root] = None if len(path) == 1 or known is None else known | {str(path[1])}
    return fields


def _only(fields: frozenset[str] | None, value: Object) -> Object:
    return value if fields is None else {key: value[key] for key in fields if key in value}


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
        "dataset": dataset_view(language),
        "network": {"type": "object", "properties": {"egress": {"type": "array", "items": _PEER}}},
        "capabilities": emitters.capabilities,
    }


def expressions(emitter: Emitter) -> Iterator[tuple[Pointer, str]]:
    """Every expression in emitter.yaml that is asked of a model where it runs, with its place."""
    for section, key in (("needs", "that"), ("cannot", "when"), ("images", "when"), ("files", "when")):
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
    known = {"organisation": "project.organisation", "datasets[]": "dataset"}
    return f"has({'.'.join((known.get(root, root), *(part if part.isidentifier() else f'`{part}`' for part in below)))})"
