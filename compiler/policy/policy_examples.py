"""Runs the examples of a policy: valid ones must pass, invalid ones must fail at the stated value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, cast

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.foundation.suggestions import closest_match
from compiler.json_schema.validator import Validator
from compiler.policy.binding import section_at
from compiler.policy.composite_sla_input import (
    DependencySla,
    composite_sla_variable,
    dependency_sla,
    is_required_dependency,
)
from compiler.policy.policy_definition import Policy, PolicyViolation
from compiler.policy.policy_findings import policy_finding
from compiler.policy.policy_inputs import example_variables, suspect_entries
from compiler.policy.rule_evaluator import RuleEvaluator
from compiler.policy.secret_detection import SUSPECTS_VARIABLE, SecretCandidate, SecretDetectors, is_available
from compiler.policy.status_variables import example_status, status_validator
from compiler.policy.value_paths import parse_path
from compiler.resolve.lifecycle import ALL_STAGES
from compiler.resolve.match_selectors import matches_policy
from compiler.spec.cel_variables import DATASET_ROLES, quantities_to_numbers
from compiler.spec.data_types import (
    BadExampleData,
    EnvironmentData,
    ExampleData,
    ModelData,
    SourceData,
    UseCaseData,
)
from compiler.spec.language import Language

_IDENTITY_FIELDS = frozenset(
    {"apiVersion", "kind", "name", "type", "release", "canary", "environment", "retirement", "previousNames"}
)


class Branch(NamedTuple):
    """An operand of a rule's condition in an example: the rule, the operand's offset, and its value."""

    rule: int
    offset: int
    holds: bool


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """An example and its result."""

    kind: str
    index: int
    name: str
    violations: tuple[PolicyViolation, ...]
    findings: tuple[Finding, ...]
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyTestResult:
    """The results of all examples of a policy, and the rules that no invalid example violates."""

    policy: Policy
    example_results: tuple[ExampleResult, ...]
    findings: tuple[Finding, ...]
    untested_rules: tuple[Pointer, ...]

    @property
    def rule_count(self) -> int:
        """The number of rules; a schema counts as one."""
        return len(self.policy.rules) + ("schema" in self.policy.data)

    def branch_outcomes(self) -> dict[tuple[int, int], set[bool]]:
        """Each operand by rule and offset, with its values over all examples."""
        outcomes: dict[tuple[int, int], set[bool]] = {}
        for branch in (branch for result in self.example_results for branch in result.branches):
            outcomes.setdefault((branch.rule, branch.offset), set()).add(branch.holds)
        return outcomes

    def uncovered_branches(self) -> Iterator[str]:
        """The operands that the examples do not make both true and false, as text."""
        for (rule, offset), outcomes in sorted(self.branch_outcomes().items()):
            if len(outcomes) == 1:
                text = self.policy.rules[rule]["expression"][offset:].split(" && ")[0].split(" || ")[0]
                yield f"{self.policy.id}: rule {rule + 1}: no example makes `{text.strip()}` {'false' if outcomes == {True} else 'true'}"

    def describe_violations(self) -> Iterator[str]:
        """The violations of each example with their locations, as text."""
        for result in self.example_results:
            yield f"{self.policy.id}: {result.kind} example {result.index + 1}, {result.name}"
            for violation in result.violations:
                location = violation_location(self.policy, result, violation)
                yield f"  {location.path}:{location.line}:{location.column} {_path_text(violation) or '(the whole)'}: {violation.message}"


class _Example(NamedTuple):
    """One example in the policy's document; `expectation` is the violation that a bad example declares."""

    kind: str
    number: int
    data: ExampleData
    expectation: BadExampleData | None = None

    @property
    def name(self) -> str:
        """Its title, or its number."""
        return self.data.get("name") or f"{self.kind} {self.number + 1}"

    @property
    def pointer(self) -> Pointer:
        """Its pointer in the policy's document."""
        return ("examples", self.kind, self.number)


def run_examples(policy: Policy, evaluator: RuleEvaluator, language: Language) -> PolicyTestResult:
    """Run every example of a policy whose conditions compile."""
    results = tuple(_run_each(policy, evaluator, language))
    broken_rules = {violation.rule for result in results if result.kind == "bad" for violation in result.violations}
    required_rules: list[Pointer] = [("rules", index) for index in range(len(policy.rules))]
    required_rules += [("schema",)] if "schema" in policy.data else []
    untested_rules = tuple(pointer for pointer in required_rules if pointer not in broken_rules)
    findings = [finding for result in results for finding in result.findings]
    for pointer in () if findings else untested_rules:
        rule_label = "the schema" if pointer == ("schema",) else f"rule {int(pointer[1]) + 1}"
        findings.append(
            policy_finding(
                policy, codes.POLICY_EXAMPLE_FAILED, f"no bad example violates {rule_label}", *pointer, help_="add one"
            )
        )
    return PolicyTestResult(policy, results, tuple(findings), untested_rules)


def _run_each(policy: Policy, evaluator: RuleEvaluator, language: Language) -> Iterator[ExampleResult]:
    examples = policy.data["examples"]
    for index, example in enumerate(examples["good"]):
        yield _run_example(policy, evaluator, language, _Example("good", index, example))
    for index, bad_example in enumerate(examples["bad"]):
        yield _run_example(policy, evaluator, language, _Example("bad", index, bad_example, bad_example))


def _run_example(policy: Policy, evaluator: RuleEvaluator, language: Language, example: "_Example") -> ExampleResult:
    kind, index, name, pointer = example.kind, example.number, example.name, example.pointer
    invalid_findings = tuple(_invalid_example_findings(policy, example.data, pointer, language))
    if invalid_findings:
        return ExampleResult(kind, index, name, (), invalid_findings)
    variables = _example_variables(policy, example.data, language)
    violations, is_unselected = _evaluate_example(policy, evaluator, variables)
    if is_unselected:
        message = f"`match` does not select `{name}`, so that the example tests nothing"
        return ExampleResult(kind, index, name, violations, (_example_finding(policy, message, pointer),))
    findings = (
        _check_bad_example(policy, example.expectation, pointer, violations)
        if example.expectation
        else _check_good_example(policy, pointer, violations)
    )
    branches = tuple(_evaluate_branches(policy, evaluator, variables))
    return ExampleResult(kind, index, name, violations, tuple(findings), branches)


def _evaluate_branches(policy: Policy, evaluator: RuleEvaluator, variables: Mapping[str, Json]) -> Iterator[Branch]:
    cel_environment = evaluator.cel_environment(policy.scope)
    activation = cel_environment.activation(variables)
    for index, rule in enumerate(policy.rules):
        for offset, holds in cel_environment.evaluate_branches(rule["expression"], activation):
            yield Branch(index, offset, holds)


def _evaluate_example(
    policy: Policy, evaluator: RuleEvaluator, variables: Mapping[str, Json]
) -> tuple[tuple[PolicyViolation, ...], bool]:
    """The violations of an example, and whether the policy applies to it."""
    if policy.scope != "fleet":
        environment, use_case = (
            cast("EnvironmentData", variables["environment"]),
            cast("UseCaseData", variables["useCase"]),
        )
        if not matches_policy(policy.match, _typed_model(variables["model"]), environment, use_case):
            return (), True
    kinds = policy.data.get("objects", {}).get("kinds")
    if policy.scope == "object" and kinds:
        rendered = variables["object"]
        if not isinstance(rendered, Mapping) or rendered.get("kind") not in kinds:
            return (), True
    if evaluator.evaluate_match(policy, evaluator.batch([policy]).evaluate(variables)) is False:
        return (), True
    return tuple(evaluator.find_violations(evaluator.batch([policy]), variables)), False


def _check_good_example(policy: Policy, pointer: Pointer, violations: tuple[PolicyViolation, ...]) -> Iterator[Finding]:
    for violation in violations:
        value_pointer = (*pointer, *_example_pointer(violation))
        yield _example_finding(policy, f"a good example violates it: {violation.message}", value_pointer)


def _check_bad_example(
    policy: Policy, example: BadExampleData, pointer: Pointer, violations: tuple[PolicyViolation, ...]
) -> Iterator[Finding]:
    for violation in violations:
        if violation.is_evaluation_failure:
            yield _example_finding(policy, f"a rule could not be evaluated: {violation.message}", pointer)
            return
    if not violations:
        yield _example_finding(policy, "a bad example violates no rule", pointer)
        return
    expected_path, message = example.get("path"), example.get("message")
    matching_violations = [
        violation for violation in violations if expected_path is None or _is_at(violation, expected_path)
    ]
    if not matching_violations:
        actual_paths = ", ".join(f"`{_path_text(violation)}`" for violation in violations)
        yield _example_finding(policy, f"the finding reports {actual_paths}, not `{expected_path}`", (*pointer, "path"))
    elif message is not None and not any(violation.message == message for violation in matching_violations):
        yield _example_finding(
            policy, f"the actual message is: {matching_violations[0].message}", (*pointer, "message")
        )


def _is_at(violation: PolicyViolation, expected_path: str) -> bool:
    pointer = parse_path(expected_path)
    return pointer in {violation.pointer, (violation.root, *violation.pointer)}


def _path_text(violation: PolicyViolation) -> str:
    pointer = (
        violation.pointer
        if violation.root in {"model", "quantities", "object"}
        else (violation.root, *violation.pointer)
    )
    return format_path(pointer)


def violation_location(policy: Policy, result: ExampleResult, violation: PolicyViolation) -> Location:
    """The location in the example of the value that a violation is about."""
    return policy.location("examples", result.kind, result.index, *_example_pointer(violation))


def _example_pointer(violation: PolicyViolation) -> Pointer:
    """The pointer in an example to a value of a variable."""
    match violation.root:
        case "release":
            return ("model", "release", *violation.pointer)
        case "quantities":
            return ("model", *violation.pointer)
    return (violation.root, *violation.pointer)


def _example_variables(policy: Policy, example: ExampleData, language: Language) -> dict[str, Json]:
    """The variables of an example; properties that `match` needs and the example omits are filled in."""
    variables = example_variables(example)
    match, model = policy.match, dict(example.get("model", {}))
    source = _release_source(model.pop("release", None))
    for field, values in (
        ("type", match.get("types")),
        ("lifecycle", match.get("lifecycle")),
        ("owner", match.get("owners")),
    ):
        if values:
            model.setdefault(field, values[0])
    environment = example.get("environment", {})
    if match.get("environments") and not environment:
        name = match["environments"][0]
        environment = {"name": name, "stage": name if name in ALL_STAGES else "prod"}
    variables |= {"model": model, "environment": environment, "quantities": _model_quantities(model, language)}
    variables[SUSPECTS_VARIABLE] = list(suspect_entries(_detect_secrets(_typed_model(model), source)))
    dependencies = [_model_entry(part, language) for part in example.get("dependencies", ())]
    slas = [_dependency_sla(part) for part in example.get("dependencies", ())]
    variables["dependencies"] = [
        {**part, "required": is_required_dependency(source, sla.name)}
        for part, sla in zip(dependencies, slas, strict=True)
    ]
    variables["compositeSla"] = composite_sla_variable(source, slas)
    variables["models"] = [_model_entry(entry, language) for entry in example.get("models", ())]
    return variables


def _typed_model(model: Json) -> ModelData:
    """A model of an example: what is there has the types of the language, and required keys may be missing."""
    return cast("ModelData", model)


def _release_source(release: Json) -> SourceData:
    """The source of a release of an example, with types as `_typed_model` has them."""
    return cast("SourceData", release.get("source", {})) if isinstance(release, Mapping) else {}


def _dependency_sla(part: Object) -> DependencySla:
    return dependency_sla(
        str(part.get("name") or ""), _typed_model(part).get("sla", {}), _release_source(part.get("release"))
    )


def _detect_secrets(model: ModelData, source: SourceData) -> list[SecretCandidate]:
    return SecretDetectors().find_candidates(model, source) if is_available() else []


def _model_entry(entry: Object, language: Language) -> Object:
    """A model among others; its `release` and `environment` are separate keys."""
    model = {key: value for key, value in entry.items() if key not in {"release", "environment"}}
    return {
        "model": model,
        "quantities": _model_quantities(model, language),
        "release": section_at(entry, ("release",)),
        "environment": section_at(entry, ("environment",)),
    }


def _model_quantities(model: Object, language: Language) -> Object:
    return quantities_to_numbers(model, language.type_language(_type_name(model, language)).quantity_tree)


def _type_name(model: Object, language: Language) -> str:
    match model:
        case {"type": str(type_name)} if type_name in language.types:
            return type_name
    return language.types[0]


def _invalid_example_findings(
    policy: Policy, example: ExampleData, example_pointer: Pointer, language: Language
) -> Iterator[Finding]:
    """Findings about an example that no document could contain: a misspelled field would prove nothing."""
    types = policy.match.get("types", ())
    models: list[tuple[Pointer, Object]] = [(("model",), example.get("model", {}))]
    models += [(("dependencies", index), part) for index, part in enumerate(example.get("dependencies", ()))]
    models += [(("models", index), model) for index, model in enumerate(example.get("models", ()))]
    for pointer, model in models:
        type_name = str(model.get("type") or next(iter(types), ""))
        yield from _invalid_model_findings(policy, model, type_name, (*example_pointer, *pointer), language)
    for key, kind, data in (
        ("environment", "Environment", example.get("environment", {})),
        ("useCase", "UseCase", example.get("useCase", {})),
        ("team", "Team", example.get("team", {})),
    ):
        yield from _validation_findings(policy, language.kind_validator(kind), data, (*example_pointer, key))
    yield from _validation_findings(policy, status_validator(), example_status(example), example_pointer)
    for index, entry in enumerate(example.get("datasets", ())):
        dataset = {key: value for key, value in entry.items() if key != "role"}
        yield from _validation_findings(
            policy, language.kind_validator("Dataset"), dataset, (*example_pointer, "datasets", index)
        )
        role = entry.get("role")
        if role is not None and role not in DATASET_ROLES:
            help_ = f"one of: {', '.join(DATASET_ROLES)}"
            pointer = (*example_pointer, "datasets", index, "role")
            yield policy_finding(
                policy, codes.POLICY_EXAMPLE_FAILED, f"there is no dataset role `{role}`", *pointer, help_=help_
            )


def _invalid_model_findings(
    policy: Policy, model: Object, type_name: str, pointer: Pointer, language: Language
) -> Iterator[Finding]:
    """Findings about one model of an example; `type_name` is its type, or that of the models the policy selects."""
    if type_name and type_name not in language.types:
        suggestion = closest_match(type_name, language.types)
        help_ = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(language.types)}"
        yield policy_finding(
            policy,
            codes.POLICY_EXAMPLE_FAILED,
            f"there is no model type `{type_name}`",
            *pointer,
            "type",
            help_=help_,
        )
    for key, definition in (("canary", "PartialCanary"), ("retirement", "PartialRetirement")):
        partial_validator = language.definition_validator("Model", definition)
        yield from _validation_findings(policy, partial_validator, section_at(model, (key,)), (*pointer, key))
    environment = section_at(model, ("environment",))
    yield from _validation_findings(
        policy, language.kind_validator("Environment"), environment, (*pointer, "environment")
    )
    model_type = language.type_language(type_name) if type_name in language.types else None
    fields = {key: value for key, value in model.items() if key not in _IDENTITY_FIELDS}
    model_validator = model_type.layer_validator if model_type else language.definition_validator("Defaults", "Layer")
    yield from _validation_findings(policy, model_validator, fields, pointer)
    if model_type is not None and "release" in model:
        release = section_at(model, ("release",))
        release = {key: value for key, value in release.items() if key not in {"version", "digest"}}
        yield from _validation_findings(policy, model_type.release_validator, release, (*pointer, "release"))


def _validation_findings(policy: Policy, validator: Validator, data: Object, pointer: Pointer) -> Iterator[Finding]:
    for violation in validator.violations(data) if data else ():
        if violation.keyword != "required":
            value_pointer = (*pointer, *violation.pointer)
            yield policy_finding(
                policy, codes.POLICY_EXAMPLE_FAILED, violation.message, *value_pointer, help_=violation.help
            )


def _example_finding(policy: Policy, message: str, pointer: Pointer) -> Finding:
    return policy_finding(policy, codes.POLICY_EXAMPLE_FAILED, message, *pointer)
