"""Which fields of a model a target uses, from its templates and conditions alone."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from compiler.cel import Expression
from compiler.foundation.json_data import Pointer, iter_texts
from compiler.plan.context.field_origins import accessed_fields
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.spec.language import TypeLanguage
from compiler.spec.target_fields import ELEMENT, TargetFields
from compiler.templating.accessed_paths import TemplateAccess, TemplateLine

_WHOLE_MAPS = ((), ("model",), ("release",))
"""The beginnings of paths that lead to maps of a spec; other variables are made of single fields."""
_IDENTITY_PATHS = (("model", "type"), ("model", "lifecycle"), ("release", "source"))


@dataclass(slots=True)
class FieldUse:
    """The fields that a target uses.

    `whole`: those that it uses with everything below, with the template line where it is known. `accessed`: those, the ones that it only
    tests, and all fields above them.
    """

    whole: dict[Pointer, TemplateLine | None] = field(default_factory=dict)
    accessed: set[Pointer] = field(default_factory=set)

    def add(self, pointer: Pointer, line: TemplateLine | None) -> None:
        """Add a field that is used with everything below."""
        self.whole.setdefault(pointer, line)
        self.accessed.update(_prefixes(pointer))

    def map_above(self, pointer: Pointer) -> Pointer | None:
        """The highest map above the field that is used with everything below."""
        return next((pointer[:end] for end in range(len(pointer)) if pointer[:end] in self.whole), None)

    def uses(self, pointer: Pointer) -> bool:
        """Whether a field without fields of its own is used."""
        return pointer in self.accessed or self.map_above(pointer) is not None


@dataclass(frozen=True, slots=True)
class _Access:
    """What one file, or all other parts of an emitter access."""

    values: dict[Pointer, TemplateLine | None]
    presences: frozenset[Pointer]


class EmitterAccess:
    """The paths of the context that one emitter accesses."""

    def __init__(self, emitter: Emitter, conditions: ConditionEvaluator) -> None:
        self._emitter = emitter
        self._conditions = conditions
        self._files = tuple(self._file_access(rule) for rule in emitter.files)
        self._other = self._other_access()
        self.identity_rules = tuple(rule for rule in emitter.files if self._reads_identity_only(rule))
        """The files whose condition depends only on what the model is, so that they never apply to some models."""

    def fields(self, language: TypeLanguage, absent_files: frozenset[int], source_keys: Collection[str]) -> FieldUse:
        """The fields that the emitter uses, except in the files with these indexes."""
        use, declared = FieldUse(), language.target_fields
        accesses = (access for index, access in enumerate(self._files) if index not in absent_files)
        for access in (self._other, *accesses):
            for path, line in access.values.items():
                named_line = line if path[:1] in _WHOLE_MAPS else None
                for pointer in accessed_fields(path, language, source_keys):
                    use.add(_known_part(pointer, declared), named_line)
            for path in access.presences:
                for pointer in accessed_fields(path, language, source_keys):
                    use.accessed.update(_prefixes(pointer))
        return use

    def _file_access(self, rule: FileRule) -> _Access:
        templates = self._emitter.template_set
        texts = [text for text in (rule.path, rule.commit_path) if text and "{{" in text]
        return _merged([templates.access(rule.template), *map(templates.inline_access, texts)])

    def _other_access(self) -> _Access:
        """The exported values, the conditions of files and images, and the values that other conditions compare."""
        templates, data = self._emitter.template_set, self._emitter.data
        exported = _merged(
            templates.inline_access(text) for text in iter_texts(self._emitter.json.get("exports")) if "{{" in text
        )
        values, presences = dict(exported.values), set(exported.presences)
        file_conditions = (entry.get("when") for entry in data["files"])
        for text in (*file_conditions, *(entry.get("when") for entry in data.get("images", ()))):
            for expression in self._expressions(text):
                values |= dict.fromkeys(expression.value_paths)
                presences |= expression.presence_paths
        rejected = [entry["when"] for entry in (*data.get("unsupported", ()), *data.get("limitations", ()))]
        for text in (*rejected, *(entry["expression"] for entry in data.get("requires", ()))):
            for expression in self._expressions(text):
                values |= dict.fromkeys(expression.value_paths)
        return _Access(values, frozenset(presences))

    def _expressions(self, text: str | None) -> Iterator[Expression]:
        """The compiled expression; none without a text, or with one that does not compile, which another check reports."""
        expression = self._conditions.compile_expression(self._emitter, text) if text else None
        if isinstance(expression, Expression):
            yield expression

    def _reads_identity_only(self, rule: FileRule) -> bool:
        expressions = list(self._expressions(rule.condition))
        return bool(expressions) and all(
            path[:2] in _IDENTITY_PATHS for expression in expressions for path in expression.read_paths
        )


def _prefixes(pointer: Pointer) -> Iterator[Pointer]:
    return (pointer[:end] for end in range(len(pointer) + 1))


def _known_part(pointer: Pointer, fields: TargetFields) -> Pointer:
    """The pointer up to the map of declared fields whose keys a template computes, if it does."""
    for length, part in enumerate(pointer):
        if part == ELEMENT and fields.children and ELEMENT not in fields.children:
            return pointer[:length]
        fields = fields.children.get(str(part), TargetFields())
    return pointer


def _merged(accesses: Iterable[TemplateAccess | None]) -> _Access:
    """The accesses of templates; the empty path where one is broken."""
    values: dict[Pointer, TemplateLine | None] = {}
    presences: set[Pointer] = set()
    for access in accesses:
        if access is None:
            values[()] = None
            continue
        for path, line in access.values.items():
            values.setdefault(path, line)
        presences |= access.presences
    return _Access(values, frozenset(presences))
