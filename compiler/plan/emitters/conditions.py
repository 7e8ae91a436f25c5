"""The CEL expressions of emitters: checked against the language, then evaluated for models."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from types import MappingProxyType

from compiler.cel import Activation, CelEnvironment, CompileError, Expression, ExpressionBatch, Failure, compile_batch
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import (
    FieldReads,
    Json,
    Object,
    Pointer,
    merge_reads,
    pick_fields,
    strictly_equal,
)
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.emitters.emitter_loader import emitter_finding
from compiler.plan.emitters.features import feature_schema
from compiler.spec.cel_variables import dataset_variable_schema, model_variable_schema, release_variable_schema
from compiler.spec.data_types import EmitterData, RequiredFieldData
from compiler.spec.language import Language

ConditionResults = Mapping[Pointer, bool | Finding]
"""The value of each expression of emitter.yaml for a model, by pointer; a finding if it could not be evaluated."""

ConditionSections = tuple[tuple[str, str], ...]
"""The lists in emitter.yaml whose elements have conditions, each with the key of the condition."""

COMPATIBILITY_SECTIONS: ConditionSections = (
    ("requires", "expression"),
    ("unsupported", "when"),
    ("limitations", "when"),
    ("images", "when"),
    ("enforces", "when"),
)
"""The sections that decide whether an emitter can deploy a model."""
CONTROL_SECTIONS: ConditionSections = (("enforces", "when"),)
"""The section that decides which controls are in force."""
ALL_SECTIONS: ConditionSections = (*COMPATIBILITY_SECTIONS, ("files", "when"))
"""The sections above, and the files that the emitter renders."""
_CACHED_RESULTS = 4
"""Cached results per emitter: about as many as a model has environments."""
NAME_SECTIONS: ConditionSections = (("objectNames", "when"),)
"""The section that names objects in the cluster, evaluated only for models whose names can collide."""
SLI_SECTIONS: ConditionSections = (("sli", "when"),)
"""The section that defines SLIs, evaluated only for monitoring."""


@dataclass(frozen=True)
class _CompiledSections:
    """The expressions of some sections of an emitter, compiled as a few lists, and the fields that they read."""

    pointers: tuple[Pointer, ...]
    condition_batch: ExpressionBatch | None
    fields_by_variable: FieldReads
    recent_results: deque[tuple[Object, ConditionResults]] = field(
        default_factory=partial(deque[tuple[Object, ConditionResults]], maxlen=_CACHED_RESULTS)
    )
    """Results with the values that they were computed from, the last ones first."""


class ConditionEvaluator:
    """Compiles each expression once, against the schemas of its variables.

    Tests check the expressions of shipped emitters, so that a run need not.
    """

    def __init__(self, language: Language, emitters: Emitters) -> None:
        self._language = language
        self._emitters = emitters
        self._cel_environments: dict[str, CelEnvironment] = {}
        self._expressions: dict[tuple[str, str], Expression | CompileError] = {}
        self._fields_by_expression: dict[tuple[str, str], FieldReads] = {}
        self._compiled_sections: dict[tuple[str, ConditionSections], _CompiledSections] = {}

    def evaluate_sections(
        self, emitter: Emitter, sections: ConditionSections, data: Mapping[str, Json]
    ) -> ConditionResults:
        """The values of the expressions in these sections of an emitter.

        Results are memoised by the fields that the expressions read: environments of a model mostly agree in them.
        """
        section = self._compile_sections(emitter, sections)
        reads = section.fields_by_variable
        inputs = {name: data[name] for name in reads if name in data}
        for cached_inputs, cached_results in section.recent_results:
            if cached_inputs.keys() == inputs.keys() and all(
                _is_read_equally(reads[name], cached_inputs[name], value) for name, value in inputs.items()
            ):
                return cached_results
        outcomes = (
            section.condition_batch.evaluate(self._cel_environment(emitter).activation(inputs, reads), bool)
            if section.condition_batch
            else None
        )
        if outcomes is None:
            activation = self._cel_environment(emitter).activation(data)
            return {
                pointer: self._evaluate(emitter, text, pointer, activation)
                for pointer, text in deployment_conditions(emitter, sections)
            }
        results = dict(zip(section.pointers, outcomes, strict=True))
        section.recent_results.appendleft((inputs, results))
        return results

    def evaluate_condition(
        self, emitter: Emitter, text: str, pointer: Pointer, data: Mapping[str, Json]
    ) -> bool | Finding:
        """Whether an expression is true for the data; a finding if it could not be evaluated."""
        activation = self._cel_environment(emitter).activation(data, self._fields_read(emitter, text))
        return self._evaluate(emitter, text, pointer, activation)

    def _fields_read(self, emitter: Emitter, text: str) -> FieldReads:
        key = (emitter.id, text)
        if key not in self._fields_by_expression:
            expression = self.compile_expression(emitter, text)
            self._fields_by_expression[key] = _group_by_variable(
                () if isinstance(expression, CompileError) else expression.read_paths
            )
        return self._fields_by_expression[key]

    def has_conditions(self, emitter: Emitter, sections: ConditionSections) -> bool:
        """Whether these sections of an emitter contain expressions."""
        return bool(self._compile_sections(emitter, sections).pointers)

    def reads_variable(self, emitter: Emitter, sections: ConditionSections, variable: str) -> bool:
        """Whether an expression in these sections reads a variable; true if that is unknown."""
        section = self._compile_sections(emitter, sections)
        return variable in section.fields_by_variable or section.condition_batch is None

    def compile_findings(self, emitter: Emitter) -> Iterator[Finding]:
        """Compile errors in the expressions of an emitter."""
        for pointer, text in all_conditions(emitter):
            expression = self.compile_expression(emitter, text)
            if isinstance(expression, CompileError):
                yield emitter_finding(emitter, f"{text!r}: {expression.message}", pointer, expression.help)

    def compile_expression(self, emitter: Emitter, text: str) -> Expression | CompileError:
        """The compiled expression, or its first error."""
        key = (emitter.id, text)
        if key not in self._expressions:
            self._expressions[key] = self._cel_environment(emitter).compile(text, check_types=not emitter.is_builtin)
        return self._expressions[key]

    def _evaluate(self, emitter: Emitter, text: str, pointer: Pointer, activation: Activation) -> bool | Finding:
        expression = self.compile_expression(emitter, text)
        if isinstance(expression, CompileError):
            return emitter_finding(emitter, f"{text!r}: {expression.message}", pointer, expression.help)
        result = expression.evaluate(activation)
        if isinstance(result, Failure):
            return emitter_finding(
                emitter,
                f"{text!r}: {result.message}",
                pointer,
                "test with `has(…)` first whether an optional field is present",
            )
        return result

    def _compile_sections(self, emitter: Emitter, sections: ConditionSections) -> _CompiledSections:
        key = (emitter.id, sections)
        if key not in self._compiled_sections:
            entries = list(deployment_conditions(emitter, sections))
            candidate_batch = compile_batch(self._cel_environment(emitter), [text for _, text in entries])
            valid_batch = candidate_batch if emitter.is_builtin or not any(self.compile_findings(emitter)) else None
            fields_by_variable = _group_by_variable(
                path for group in (valid_batch.lists if valid_batch else ()) for path in group.read_paths
            )
            self._compiled_sections[key] = _CompiledSections(
                tuple(pointer for pointer, _ in entries), valid_batch, fields_by_variable
            )
        return self._compiled_sections[key]

    def _cel_environment(self, emitter: Emitter) -> CelEnvironment:
        if emitter.id not in self._cel_environments:
            self._cel_environments[emitter.id] = self._common_environment.with_variables(
                {"options": emitter.option_schema, "features": feature_schema(emitter)}
            )
        return self._cel_environments[emitter.id]

    @cached_property
    def _common_environment(self) -> CelEnvironment:
        capabilities = {"capabilities": self._emitters.capability_schema}
        return _language_environment(self._language).with_variables(capabilities)


_EGRESS_PEER_SCHEMA: Object = MappingProxyType(
    {
        "type": "object",
        "properties": {
            **{key: {"type": "string"} for key in ("host", "scheme", "namespace", "name")},
            "port": {"type": "integer"},
            "internal": {"type": "boolean"},
            **{key: {"type": "array", "items": {"type": "string"}} for key in ("cidrs", "gatewayNamespaces")},
            "podSelector": {
                "type": "object",
                "properties": {"matchLabels": {"type": "object", "additionalProperties": {"type": "string"}}},
            },
            "ports": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"port": {"type": "integer"}, "protocol": {"type": "string"}},
                },
            },
        },
    }
)
"""A destination of egress, as expressions of emitters see it."""
_OBJECTIVE_SCHEMA: Object = MappingProxyType(
    {
        "type": "object",
        "properties": {
            **{key: {"type": "string"} for key in ("name", "indicator", "period")},
            **{key: {"type": "number"} for key in ("target", "budget", "thresholdSeconds", "limitSeconds")},
        },
    }
)
"""An objective of a model, as expressions of emitters see it."""
_METRICS_SCHEMA: Object = MappingProxyType(
    {
        "type": "object",
        "properties": {
            **{key: {"type": "string"} for key in ("path", "service", "scheme")},
            "port": {"type": "integer"},
        },
    }
)
"""The endpoint of a model's metrics, as expressions of emitters see it."""


def _is_read_equally(fields: frozenset[str] | None, left: Json, right: Json) -> bool:
    """Whether two values of a variable agree in the fields that are read."""
    return left is right or strictly_equal(pick_fields(fields, left), pick_fields(fields, right))


def _group_by_variable(paths: Iterable[Pointer]) -> FieldReads:
    """The variables that are read, each with its fields."""
    return merge_reads((str(path[0]), None if len(path) == 1 else frozenset({str(path[1])})) for path in paths)


@lru_cache(maxsize=4)
def _language_environment(language: Language) -> CelEnvironment:
    """The variables that depend on the language alone; the sessions of a process share the types that it derives."""
    return CelEnvironment(_language_variables(language))


def _language_variables(language: Language) -> Mapping[str, Object]:
    """The schema of each variable except `capabilities`, which projects extend, `options` and `features`, which emitters declare."""
    release = release_variable_schema(language)
    canary = release_variable_schema(language, {"weight": {"type": "number"}})
    return {
        "name": {"type": "string"},
        "model": model_variable_schema(language),
        "deploy": {"$ref": "#/$defs/PartialDeploy", "$defs": language.model_schema()["$defs"]},
        "release": release,
        "canary": canary,
        "environment": language.kind_schema("Environment"),
        "project": language.kind_schema("Project"),
        "useCase": language.kind_schema("UseCase"),
        "team": language.kind_schema("Team"),
        "dataset": dataset_variable_schema(language),
        "network": {"type": "object", "properties": {"egress": {"type": "array", "items": _EGRESS_PEER_SCHEMA}}},
        "requests": {"type": "object", "properties": {"isCounted": {"type": "boolean"}}},
        "objectives": {"type": "array", "items": _OBJECTIVE_SCHEMA},
        "signals": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "action": {"type": "string"}}},
        },
        "metrics": _METRICS_SCHEMA,
    }


def deployment_conditions(
    emitter: Emitter, sections: ConditionSections = ALL_SECTIONS
) -> Iterator[tuple[Pointer, str]]:
    """Every expression in these sections of emitter.yaml that is evaluated for a deployment, with its pointer."""
    for section, key in sections:
        for index, text in enumerate(_section_conditions(emitter.data, section)):
            if text and (section != "files" or emitter.files[index].scope == "deployment"):
                yield (section, index, key), text


def all_conditions(emitter: Emitter) -> Iterator[tuple[Pointer, str]]:
    """Every expression in emitter.yaml, with its pointer."""
    yield from deployment_conditions(emitter)
    condition = emitter.model_selector.get("when")
    if condition:
        yield ("supports", "when"), condition
    for index, entry in enumerate(emitter.data.get("fields", ())):
        yield from _field_conditions(index, entry)
    for section in ("files", "fields", "sli", "objectNames"):
        for index, text in enumerate(_section_conditions(emitter.data, section)):
            if text and (section != "files" or emitter.files[index].scope != "deployment"):
                yield (section, index, "when"), text


def _section_conditions(data: EmitterData, section: str) -> list[str | None]:
    """The condition of each entry in a section of emitter.yaml; `None` for an entry without one."""
    conditions: Mapping[str, list[str | None]] = {
        "requires": [entry["expression"] for entry in data.get("requires", ())],
        "unsupported": [entry["when"] for entry in data.get("unsupported", ())],
        "limitations": [entry["when"] for entry in data.get("limitations", ())],
        "images": [entry.get("when") for entry in data.get("images", ())],
        "enforces": [entry.get("when") for entry in data.get("enforces", ())],
        "fields": [entry.get("when") for entry in data.get("fields", ())],
        "sli": [entry.get("when") for entry in data.get("sli", ())],
        "objectNames": [entry.get("when") for entry in data.get("objectNames", ())],
        "files": [entry.get("when") for entry in data["files"]],
    }
    return conditions[section]


def _field_conditions(index: int, entry: RequiredFieldData) -> Iterator[tuple[Pointer, str]]:
    """The fields that a required field names, as conditions that compile only if the language has them."""
    yield ("fields", index, "field"), _field_exists_condition(entry["field"])
    for position, fallback in enumerate(entry.get("fallbackFields", ())):
        yield ("fields", index, "fallbackFields", position), _field_exists_condition(fallback)


def _field_exists_condition(field: str) -> str:
    root, *subpath = field.split(".")
    variable_paths = {
        "organisation": "project.organisation",
        "datasets[]": "dataset",
        "risks[]": "model.governance.risk.risks[0]",
    }
    return f"has({'.'.join((variable_paths.get(root, root), *(part if part.isidentifier() else f'`{part}`' for part in subpath)))})"
