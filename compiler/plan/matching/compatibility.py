"""Whether a target can deploy a model: support, requirements, unsupported features and adoption, each with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Json, Pointer, format_path
from compiler.foundation.suggestions import closest_match
from compiler.json_schema.validator import Validator
from compiler.plan.context.emitter_evaluation import EmitterEvaluation, condition_variables
from compiler.plan.context.field_origins import accessed_fields
from compiler.plan.emitters.conditions import ConditionEvaluator, ConditionResults
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.matching.blamed_elements import blamed_fields, without_elements
from compiler.plan.matching.dropped_fields import DroppedFieldChecker
from compiler.plan.matching.field_findings import finding_at_field
from compiler.plan.matching.option_quantities import quantity_errors
from compiler.resolve.fleet import Fleet
from compiler.resolve.match_selectors import matches_selector
from compiler.resolve.placement import adoption_config
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import EmitterSettingData, LimitationData, RequirementData, UnsupportedFeatureData
from compiler.spec.portfolio import EnvironmentSpec, ProjectSpec, Spec
from compiler.spec.schema_findings import schema_finding

_PASSING_RESULTS: dict[str | int, bool] = {"requires": True, "unsupported": False, "limitations": False}
"""The results of conditions that report nothing."""


class CompatibilityChecker:
    """Evaluates the conditions of emitters for models."""

    def __init__(self, fleet: Fleet, emitters: Emitters, conditions: ConditionEvaluator) -> None:
        self._fleet = fleet
        self._emitters = emitters
        self._conditions = conditions
        self._dropped_fields = DroppedFieldChecker(fleet, conditions)
        self._last_reported: dict[str, tuple[ConditionResults, Sequence[tuple[Pointer, bool | Finding]]]] = {}

    def resolve_target(self, model: ResolvedModel) -> Emitter | Finding:
        """The target of the model, if it supports the model."""
        target_id = model.data.get("deploy", {}).get("target", "")
        emitter = self._emitters.by_id.get(target_id)
        if emitter is None or not emitter.is_target:
            suggestion = closest_match(target_id, self._emitters.target_ids) if target_id else None
            help_ = (
                f"did you mean `{suggestion}`?"
                if suggestion
                else f"set `deploy.target` to one of: {', '.join(self._emitters.target_ids)}"
            )
            message = f"there is no target `{target_id}`" if target_id else f"{model.name} has no target"
            return model.finding(codes.UNKNOWN_TARGET, message, ("deploy", "target"), help_)
        selector = emitter.model_selector
        for field, value, supported_values in (
            ("type", model.data["type"], selector.get("types")),
            ("lifecycle", model.data["lifecycle"], selector.get("lifecycle")),
        ):
            if supported_values and value not in supported_values:
                message = f"{emitter.title} does not support models of {field} {value}"
                return model.finding(
                    codes.UNSUPPORTED_MODEL, message, ("deploy", "target"), self._alternatives_help(model)
                )
        return emitter

    def unsupported_findings(self, evaluation: EmitterEvaluation) -> Iterator[Finding]:
        """Unmet requirements and unsupported features."""
        emitter, model = evaluation.emitter, evaluation.model
        option_findings = list(self._option_findings(emitter, model))
        yield from option_findings
        if option_findings:
            return
        yield from self._unsupported_adoption_findings(emitter, model)
        for pointer, result in self._reported_results(evaluation):
            if isinstance(result, Finding):
                yield result
            else:
                yield from self._rule_findings(emitter, model, pointer)
        if emitter.is_target and not emitter.is_builtin:
            yield from self._dropped_fields.findings(evaluation, self._rejected_fields(evaluation))

    def _reported_results(self, evaluation: EmitterEvaluation) -> Sequence[tuple[Pointer, bool | Finding]]:
        """The results of conditions that report something; environments of a model mostly share their results."""
        results = evaluation.condition_results
        last_entry = self._last_reported.get(evaluation.emitter.id)
        if last_entry is None or last_entry[0] is not results:
            get_passing = _PASSING_RESULTS.get
            entries = [
                (pointer, result)
                for pointer, result in results.items()
                if result is not get_passing(pointer[0], result)
            ]
            last_entry = self._last_reported[evaluation.emitter.id] = (results, entries)
        return last_entry[1]

    def _rejected_fields(self, evaluation: EmitterEvaluation) -> Iterator[Pointer]:
        """The fields that the failed rules of emitter.yaml are about."""
        emitter = evaluation.emitter
        model = evaluation.model
        language = self._fleet.language.type_language(model.data["type"])
        source_keys = tuple(model.release.source) if model.release else ()
        rules: Mapping[str | int, list[tuple[str, str]]] = {
            "requires": [(rule["expression"], rule.get("field", "")) for rule in emitter.data.get("requires", ())],
            "unsupported": [(rule["when"], rule.get("field", "")) for rule in emitter.data.get("unsupported", ())],
            "limitations": [(rule["when"], rule.get("field", "")) for rule in emitter.data.get("limitations", ())],
        }
        for (section, index, *_), result in evaluation.condition_results.items():
            if section in rules and result is not _PASSING_RESULTS[section]:
                text, field = rules[section][int(index)]
                for path in [without_elements(tuple(field.split(".")))] if field else self._fields_read(emitter, text):
                    yield from accessed_fields(path, language, source_keys)

    def _rule_findings(self, emitter: Emitter, model: ResolvedModel, pointer: Pointer) -> Iterator[Finding]:
        """The findings about the failed rule of emitter.yaml at a pointer; none if it reads a team that is invalid."""
        index = int(pointer[1])
        if pointer[0] == "requires":
            requirement = emitter.data.get("requires", ())[index]
            if self._is_readable(model, requirement):
                yield self._requirement_finding(emitter, model, requirement, pointer)
        elif pointer[0] == "limitations":
            yield from self._limitation_findings(emitter, model, emitter.data.get("limitations", ())[index], pointer)
        else:
            feature = emitter.data.get("unsupported", ())[index]
            if self._is_readable(model, feature):
                yield from self._unsupported_findings(emitter, model, feature, pointer)

    def _is_readable(self, model: ResolvedModel, rule: RequirementData | UnsupportedFeatureData) -> bool:
        """Whether the field of a rule is known: that of an invalid or missing team is not."""
        is_team_field = rule.get("field", "").startswith("team.")
        return not is_team_field or model.data["owner"] in self._fleet.portfolio.by_kind("Team")

    def _option_findings(self, emitter: Emitter, model: ResolvedModel) -> Iterator[Finding]:
        if not emitter.is_target:
            return
        options = model.data.get("deploy", {}).get("options") or {}
        for violation in emitter.option_validator.violations(options):
            finding = model.schema_finding(replace(violation, pointer=("deploy", "options", *violation.pointer)))
            yield replace(finding, code=codes.BAD_OPTION, message=f"{emitter.title}: {finding.message}")
        for pointer, error in quantity_errors(emitter, options):
            option: Pointer = ("deploy", "options", *pointer)
            message = f"{emitter.title}: {format_path(option)}: {error}"
            yield model.finding(codes.BAD_OPTION, message, option, error.help)

    def _unsupported_adoption_findings(self, emitter: Emitter, model: ResolvedModel) -> Iterator[Finding]:
        """Properties of live objects that the target cannot adopt."""
        adoption = adoption_config(model) if emitter.is_target else {}
        for field in adoption:
            if field not in emitter.adoptable_fields:
                message = f"{emitter.title} does not support this: it cannot keep the {field} of existing objects"
                finding = model.finding(
                    codes.UNSUPPORTED_FEATURE,
                    message,
                    ("deploy", "adopt", field),
                    f"remove it, and change the callers to the new {field}",
                )
                yield replace(
                    finding,
                    notes=(Note(f"what {emitter.id} adopts is declared here", emitter.location(("adoptable",))),),
                )

    def _requirement_finding(
        self, emitter: Emitter, model: ResolvedModel, requirement: RequirementData, pointer: Pointer
    ) -> Finding:
        environment = model.environment
        if environment is None:
            raise ValueError("requirements are checked only for deployed models")
        requirement_note, help_ = (
            Note(f"what {emitter.id} needs is declared here", emitter.location(pointer)),
            requirement.get("remedy"),
        )
        field = requirement.get("field", "")
        if field.startswith("environment."):
            return self._environment_finding(emitter, environment, requirement, pointer)
        if field:
            message = f"a requirement of {emitter.title} is not met: {requirement['message']}"
            return replace(
                self._missing_field_finding(emitter, model, tuple(field.split(".")), message, help_),
                notes=(requirement_note,),
            )
        message = f"{emitter.title} cannot run {model.name} in {environment.name}: {requirement['message']}"
        notes = (Note("the environment", environment.document.location(("capabilities",))), requirement_note)
        return replace(
            model.finding(codes.REQUIREMENT_NOT_MET, message, ("deploy", "target"), help_, per_environment=True),
            notes=notes,
        )

    def _missing_field_finding(
        self, emitter: Emitter, model: ResolvedModel, field: Pointer, message: str, help_: str | None
    ) -> Finding:
        """An unmet requirement, at the document that can meet it; so one missing value is one finding for all models."""
        root, rest = field[0], field[1:]
        spec: Spec | None = None
        if root == "options" and not emitter.is_target:
            spec, rest = self._fleet.portfolio.project, ("emitters", emitter.id, *field)
        elif root == "team":
            spec = self._fleet.find("Team", model.data["owner"])
        if spec is None:
            return model.finding(
                codes.REQUIREMENT_NOT_MET, message, rest if root == "model" else field, help_, per_environment=True
            )
        return Finding(
            codes.REQUIREMENT_NOT_MET,
            message,
            spec.document.location(rest),
            Subject(spec.kind, spec.name, None, rest),
            help_,
        )

    @staticmethod
    def _environment_finding(
        emitter: Emitter, environment: EnvironmentSpec, requirement: RequirementData, pointer: Pointer
    ) -> Finding:
        """A value that an Environment lacks, reported without a model, because it concerns all of them."""
        field_pointer: Pointer = tuple(requirement.get("field", "").split(".")[1:])
        message = f"{emitter.title} cannot work in {environment.name}: {requirement['message']}"
        note = Note(f"what {emitter.id} needs is declared here", emitter.location(pointer))
        subject = Subject("Environment", environment.name, None, field_pointer)
        return Finding(
            codes.REQUIREMENT_NOT_MET,
            message,
            environment.document.location(field_pointer),
            subject,
            requirement.get("remedy"),
            (note,),
        )

    def _unsupported_findings(
        self, emitter: Emitter, model: ResolvedModel, rule: UnsupportedFeatureData, pointer: Pointer
    ) -> Iterator[Finding]:
        alternative = rule.get("alternative")
        help_ = rule.get("remedy") or (f"remove it, or use the target `{alternative}`" if alternative else "remove it")
        message = f"{emitter.title} does not support this: {rule['message']}"
        note = Note(f"what {emitter.id} cannot do is declared here", emitter.location(pointer))
        for field in self._blamed_fields(emitter, model, rule, pointer):
            yield replace(finding_at_field(model, field, message, help_), notes=(note,))

    def _limitation_findings(
        self, emitter: Emitter, model: ResolvedModel, rule: LimitationData, pointer: Pointer
    ) -> Iterator[Finding]:
        message = f"{emitter.title} supports this with a limitation: {rule['message']}"
        note = Note(f"the limitation of {emitter.id} is declared here", emitter.location(pointer))
        for field in self._blamed_fields(emitter, model, rule, pointer):
            finding = finding_at_field(model, field, message, rule["remedy"])
            yield replace(finding, code=codes.LIMITED_FEATURE, notes=(note,))

    def _blamed_fields(
        self, emitter: Emitter, model: ResolvedModel, rule: UnsupportedFeatureData | LimitationData, pointer: Pointer
    ) -> Iterator[Pointer]:
        """The field that the rule is about, or the elements of its list that the rule is about."""

        def is_true(changed_variables: Mapping[str, Json]) -> bool:
            return self._conditions.evaluate_condition(emitter, rule["when"], pointer, changed_variables) is True

        field = self._blamed_field(emitter, model, rule)
        yield from blamed_fields(field, condition_variables(self._fleet, model, emitter), is_true)

    def _blamed_field(
        self, emitter: Emitter, model: ResolvedModel, rule: UnsupportedFeatureData | LimitationData
    ) -> Pointer:
        """The field that the rule names, or the first that its expression reads and a model sets; it begins with a variable's name."""
        field = rule.get("field")
        for pointer in [tuple(field.split("."))] if field else self._fields_read(emitter, rule["when"]):
            root = str(pointer[0])
            if root in {"model", "deploy"}:
                return pointer
            if pointer[1:] and root in {"release", "canary"} and (model.release if root == "release" else model.canary):
                return pointer
            if root not in {"release", "environment", "capabilities", "options"}:
                return ("model", *pointer)
        return ("deploy", "target")

    def _fields_read(self, emitter: Emitter, text: str) -> list[Pointer]:
        expression = self._conditions.compile_expression(emitter, text)
        return sorted(getattr(expression, "read_paths", frozenset()), key=lambda pointer: (-len(pointer), str(pointer)))

    def _alternatives_help(self, model: ResolvedModel) -> str:
        alternatives = [
            emitter.id
            for emitter in self._emitters.by_id.values()
            if emitter.is_target and matches_selector(emitter.model_selector, model.data, None)
        ]
        return (
            f"use one of: {', '.join(alternatives)}"
            if alternatives
            else "no target supports this model; add an emitter, or change the type or the lifecycle"
        )


def capability_findings(fleet: Fleet, emitters: Emitters) -> Iterator[Finding]:
    """Findings about capabilities of environments that neither the catalogue nor an emitter declares."""
    validator = Validator({"properties": {"capabilities": emitters.capability_schema}})
    for environment in fleet.portfolio.by_kind("Environment").values():
        document = environment.document
        for violation in validator.violations(document.data, spelling=document.scalar_text):
            yield replace(schema_finding(violation, document, environment.subject), code=codes.BAD_CAPABILITY)


def emitter_setting_findings(fleet: Fleet, emitters: Emitters) -> Iterator[Finding]:
    """Findings about project settings of emitters and images that do not exist."""
    yield from _project_option_findings(fleet, emitters)
    data = fleet.portfolio.project.data
    known_ids = {*emitters.by_id, *emitters.broken_ids}
    yield from _unknown_name_findings(
        fleet, "emitters", "there is no emitter", set(data.get("emitters", {})) - known_ids, known_ids
    )
    if not emitters.broken_ids:
        image_names = {image["name"] for emitter in emitters.by_id.values() for image in emitter.images}
        yield from _unknown_name_findings(
            fleet,
            "images",
            "no emitter uses an image",
            set(data.get("images", {})) - image_names,
            image_names,
        )


def _project_option_findings(fleet: Fleet, emitters: Emitters) -> Iterator[Finding]:
    """Findings about project options of emitters, against their schemas."""
    project = fleet.portfolio.project
    for id_, settings in project.data.get("emitters", {}).items():
        emitter, options = emitters.by_id.get(id_), settings.get("options")
        if emitter is None:
            continue
        if emitter.is_target:
            yield from _target_setting_findings(project, id_, settings)
            continue
        if options is None and settings.get("enabled") is True:
            options = {}  # the emitter checks its required options once it is enabled
        if options is None:
            continue
        pointer: Pointer = ("emitters", id_, "options")
        for violation in emitter.option_validator.violations(options):
            project_violation = replace(violation, pointer=(*pointer, *violation.pointer))
            finding = schema_finding(project_violation, project.document, project.subject)
            yield replace(finding, code=codes.BAD_OPTION, message=f"{emitter.title}: {finding.message}")
        for option, error in quantity_errors(emitter, options):
            location = project.document.location((*pointer, *option))
            subject = Subject("Project", project.name, None, (*pointer, *option))
            message = f"{emitter.title}: {format_path((*pointer, *option))}: {error}"
            yield Finding(codes.BAD_OPTION, message, location, subject, error.help)


def _target_setting_findings(project: ProjectSpec, id_: str, settings: EmitterSettingData) -> Iterator[Finding]:
    messages: Mapping[Literal["options", "match"], tuple[str, str]] = {
        "options": (
            f"{id_} is a target; its options belong to models",
            "move them to `deploy.options` of the models, or of `defaults` for all models",
        ),
        "match": (
            f"{id_} is a target; each model selects its own target",
            "remove it, or set `deploy.target` in `defaults` or `types`",
        ),
    }
    for key, (message, help_) in messages.items():
        if key in settings:
            pointer: Pointer = ("emitters", id_, key)
            location, subject = project.document.key_location(pointer), Subject("Project", project.name, None, pointer)
            yield Finding(codes.BAD_OPTION, message, location, subject, help_)


def _unknown_name_findings(
    fleet: Fleet, section: str, message_prefix: str, names: set[str], known_names: set[str]
) -> Iterator[Finding]:
    project = fleet.portfolio.project
    for name in sorted(names):
        suggestion, pointer = closest_match(name, known_names), (section, name)
        help_ = (
            f"did you mean `{suggestion}`?"
            if suggestion
            else f"remove it, or use one of: {', '.join(sorted(known_names))}"
        )
        location, subject = project.document.key_location(pointer), Subject("Project", project.name, None, pointer)
        yield Finding(codes.MATCHES_NOTHING, f"{message_prefix} `{name}`", location, subject, help_)
