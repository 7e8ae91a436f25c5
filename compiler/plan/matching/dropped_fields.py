"""Fields that a model sets and its target neither uses nor rejects.

Shipped targets are not checked: tests change each field of the language, and see that the output changes or a finding is reported.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Note
from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.plan.context.emitter_evaluation import EmitterEvaluation
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.matching.field_findings import finding_at_field
from compiler.plan.matching.used_fields import EmitterAccess, FieldUse
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.language import TypeLanguage
from compiler.spec.target_fields import ELEMENT, MODEL_SECTIONS, TargetFields
from compiler.templating.accessed_paths import TemplateLine

_OPTIONS: Pointer = ("deploy", "options")
_COLLAPSED_DEPTHS = {"runtime": 1, "uses": 1}
"""The length of the shortest pointer at which several fields are reported as one; 2 for other sections."""


@dataclass(frozen=True, slots=True)
class _SetField:
    """A field without fields of its own that a model sets, and the field of the language that it is."""

    pointer: Pointer
    declared: Pointer


class DroppedFieldChecker:
    """Reports dropped fields; analyses each target once."""

    def __init__(self, fleet: Fleet, conditions: ConditionEvaluator) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._accesses: dict[str, EmitterAccess] = {}
        self._uses: dict[tuple[str, str, frozenset[int], frozenset[str]], FieldUse] = {}

    def findings(self, evaluation: EmitterEvaluation, refused_fields: Iterable[Pointer]) -> Iterator[Finding]:
        """The dropped fields of a model, except those that other findings are about; and the maps of which they are unknown."""
        model, emitter = evaluation.model, evaluation.emitter
        language = self._fleet.language.type_language(model.data["type"])
        use = self._field_use(evaluation, language)
        fields = list(_set_fields(_with_options(language.target_fields, emitter), _target_data(model), (), ()))
        yield from _unknown_use_findings(emitter, fields, use)
        refused, unread = tuple(refused_fields), [entry for entry in fields if not use.uses(entry.declared)]
        dropped = [
            entry.pointer
            for entry in unread
            if not _overlaps(entry.declared, refused) and _is_set_by_document(model, entry.pointer)
        ]
        used = [entry.pointer for entry in fields if use.uses(entry.declared)]
        for pointer in dict.fromkeys(_shortest(pointer, used) for pointer in dropped):
            yield _dropped_finding(emitter, model, pointer)

    def _field_use(self, evaluation: EmitterEvaluation, language: TypeLanguage) -> FieldUse:
        model, emitter = evaluation.model, evaluation.emitter
        if emitter.id not in self._accesses:
            self._accesses[emitter.id] = EmitterAccess(emitter, self._conditions)
        access = self._accesses[emitter.id]
        absent_files = frozenset(
            rule.index
            for rule in access.identity_rules
            if evaluation.condition_results.get((*rule.pointer, "when")) is False
        )
        source_keys = frozenset(model.release.source if model.release else ())
        key = (emitter.id, model.data["type"], absent_files, source_keys)
        if key not in self._uses:
            self._uses[key] = access.fields(language, absent_files, source_keys)
        return self._uses[key]


def _with_options(fields: TargetFields, emitter: Emitter) -> TargetFields:
    """The fields with the options that a target declares."""
    deploy = fields.children["deploy"]
    properties = emitter.data.get("options", {}).get("properties")
    names = properties if isinstance(properties, dict) else {}
    options = TargetFields(dict.fromkeys(names, TargetFields()))
    return TargetFields({**fields.children, "deploy": TargetFields({**deploy.children, "options": options})})


def _target_data(model: ResolvedModel) -> Object:
    sections = {name: model.json[name] for name in MODEL_SECTIONS if name in model.json}
    return {**sections, "source": model.release.json["source"]} if model.release else sections


def _set_fields(fields: TargetFields, data: Json, pointer: Pointer, declared: Pointer) -> Iterator[_SetField]:
    """The fields without declared fields of their own that the data set."""
    if not fields.children:
        yield _SetField(pointer, declared)
    elif isinstance(data, list):
        elements = fields.children.get(ELEMENT, TargetFields())
        named = {key: child for key, child in elements.children.items() if key != fields.identifying_key}
        for index, element in enumerate(data):
            yield from _set_fields(TargetFields(named), element, (*pointer, index), (*declared, ELEMENT))
    elif isinstance(data, dict):
        for key, value in data.items():
            if key in fields.children:
                yield from _set_fields(fields.children[key], value, (*pointer, key), (*declared, key))


def _is_set_by_document(model: ResolvedModel, pointer: Pointer) -> bool:
    """Whether a document sets the field, and not only the defaults of the type."""
    if pointer[0] == "source":
        return True
    return any(contribution.layer.document and not contribution.deletes for contribution in model.blame(pointer))


def _overlaps(declared: Pointer, refused: tuple[Pointer, ...]) -> bool:
    return any(declared[: len(field)] == field or field[: len(declared)] == declared for field in refused)


def _shortest(pointer: Pointer, used: list[Pointer]) -> Pointer:
    """The highest field with only unused fields below it."""
    for length in range(_COLLAPSED_DEPTHS.get(str(pointer[0]), 2), len(pointer)):
        if not any(other[:length] == pointer[:length] for other in used):
            return pointer[:length]
    return pointer


def _dropped_finding(emitter: Emitter, model: ResolvedModel, pointer: Pointer) -> Finding:
    field = ("release", *pointer) if pointer[0] == "source" else pointer
    message = f"the target {emitter.id} does not use `{format_path(pointer)}`"
    finding = finding_at_field(model, field, message, "remove it, or choose a target that uses it")
    note = Note(f"neither a template nor a condition of {emitter.id} reads it", emitter.location(("id",)))
    return replace(finding, code=codes.DROPPED_FIELD, notes=(note,))


def _unknown_use_findings(emitter: Emitter, fields: list[_SetField], use: FieldUse) -> Iterator[Finding]:
    """One finding for each line that passes on a map of the spec as a whole."""
    maps: dict[TemplateLine, Pointer] = {}
    for entry in fields:
        pointer = use.map_above(entry.declared)
        line = None if pointer is None or ELEMENT in pointer else use.whole[pointer]
        if pointer is not None and line is not None:
            maps.setdefault(line, pointer)
    return (_unknown_use_finding(emitter, line, pointer) for line, pointer in maps.items())


def _unknown_use_finding(emitter: Emitter, line: TemplateLine, declared: Pointer) -> Finding:
    subject = emitter.finding_subject()
    path = f"{emitter.folder}/{line.template}" if line.template in emitter.templates else emitter.document.path
    location = Location(path, line.line, 1, line.line, 1)
    if not declared:
        message, help_ = (
            f"it is unknown which fields of a model {line.template} uses",
            "use simpler macros and fragments in it",
        )
    else:
        message = f"{emitter.title} passes on `{format_path(declared)}` as a whole, so that dropped fields below it are not reported"
        help_ = "name each field that the platform uses"
    return Finding(codes.UNKNOWN_FIELD_USE, message, location, subject, help_)
