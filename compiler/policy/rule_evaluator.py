"""Compiles the rules of policies once, and finds violations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.cel import Activation, CelEnvironment, CompileError, ExpectedType, Expression, Failure
from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.foundation.json_data import Json, Object, Pointer, format_path, value_at
from compiler.json_schema.complexity import complexity_error
from compiler.json_schema.metaschema import SchemaError
from compiler.json_schema.schema_lint import lint_schema
from compiler.json_schema.validator import Validator
from compiler.policy.injection_detection import INJECTIONS_VARIABLE
from compiler.policy.message_templates import fill_message, format_value, message_expressions
from compiler.policy.policy_batch import (
    GROUP_BY,
    NOT_APPLICABLE,
    SUBJECT_VARIABLES,
    BatchResult,
    CompiledPolicy,
    PolicyBatch,
)
from compiler.policy.policy_definition import Policy, PolicyViolation, Variables
from compiler.policy.policy_findings import policy_finding
from compiler.policy.policy_inputs import MEMBER
from compiler.policy.secret_detection import SUSPECTS_VARIABLE
from compiler.policy.status_variables import STATUS_VARIABLES, status_label
from compiler.policy.value_paths import parse_path
from compiler.spec.data_types import RuleData


class RuleEvaluator:
    """Compiles policies against their variables, and evaluates them for models."""

    def __init__(self, cel_environments: Mapping[str, CelEnvironment], *, check_types: bool = False) -> None:
        """`cel_environments`: the variables of each kind of subject.

        With `check_types`, check the types of shipped policies too. Tests do that, so that a run need not.
        """
        self._cel_environments = cel_environments
        self._check_types = check_types
        self._compiled_policies: dict[str, CompiledPolicy] = {}
        self._batches: dict[tuple[str, ...], PolicyBatch] = {}

    def compiled_policy(self, policy: Policy) -> CompiledPolicy:
        """The compiled policy."""
        if policy.id not in self._compiled_policies:
            self._compiled_policies[policy.id] = self._compile(policy)
        return self._compiled_policies[policy.id]

    def batch(self, policies: Sequence[Policy]) -> PolicyBatch:
        """Policies about one kind of subject, compiled as a batch."""
        ids = tuple(policy.id for policy in policies)
        if ids not in self._batches:
            self._batches[ids] = PolicyBatch(
                tuple(map(self.compiled_policy, policies)), self.cel_environment(policies[0].scope)
            )
        return self._batches[ids]

    def find_violations(
        self, batch: PolicyBatch, variables: Variables, result: BatchResult | None = None
    ) -> Iterator[PolicyViolation]:
        """The violations of policies whose condition holds; `result`: what evaluating the batch gave, if that is known already."""
        for policy in batch.grouped_policies:
            yield from self._violations_per_group(policy, variables["models"])
        if batch.ungrouped_policies:
            yield from self._batch_violations(batch, variables, result or batch.evaluate(variables))

    def _violations_per_group(self, policy: Policy, models: Json) -> Iterator[PolicyViolation]:
        """The violations of a fleet policy in each group of models; one about a whole group is reported for each of its models."""
        groups: dict[Json, list[int]] = {}
        members_data = [model for model in models if isinstance(model, Mapping)] if isinstance(models, list) else []
        for index, model in enumerate(members_data):
            group = self._group_key(policy, model)
            if isinstance(group, Failure):
                yield replace(_evaluation_failure(policy, GROUP_BY, group.message), pointer=(index,))
            elif group not in {None, ""}:
                groups.setdefault(group, []).append(index)
        single_batch = PolicyBatch(
            (self.compiled_policy(policy).without_group_by(),), self.cel_environment(policy.scope)
        )
        for members in groups.values():
            variables: Variables = {"models": [members_data[index] for index in members]}
            for violation in self._batch_violations(single_batch, variables, single_batch.evaluate(variables)):
                member_index = violation.pointer[0] if violation.pointer else None
                model_indexes, value_pointer = (
                    ([members[member_index]], violation.pointer[1:])
                    if isinstance(member_index, int)
                    else (members, violation.pointer)
                )
                yield from (replace(violation, pointer=(index, *value_pointer)) for index in model_indexes)

    def _group_key(self, policy: Policy, model: Object) -> Failure | str | float | None:
        group_by = self.compiled_policy(policy).expressions[GROUP_BY]
        variable_names = {str(path[0]) for path in group_by.read_paths}
        result = group_by.evaluate_value(
            self.cel_environment(MEMBER).activation(
                {name: value for name, value in model.items() if name in variable_names}
            )
        )
        if result is None or isinstance(result, str | int | float | Failure):
            return result
        return Failure("its value is a list or a map, not a single value")

    def _batch_violations(
        self, batch: PolicyBatch, variables: Variables, result: BatchResult
    ) -> Iterator[PolicyViolation]:
        for policy in batch.failed_policies(result):
            yield from self._rule_violations(policy, result)
        for policy in batch.schema_policies:
            if self.evaluate_match(policy, result) is True:
                yield from self._schema_violations(policy, variables)

    def evaluate_match(self, policy: Policy, result: BatchResult) -> bool | PolicyViolation:
        """Whether the condition of a policy's `match` holds."""
        condition = self.compiled_policy(policy).expressions.get(_MATCH_CONDITION)
        if condition is None:
            return True
        if policy.id in result.outcome_by_id:
            return result.outcome_by_id[policy.id] != NOT_APPLICABLE
        is_match = condition.evaluate(result.activation)
        return (
            _evaluation_failure(policy, _MATCH_CONDITION, is_match.message)
            if isinstance(is_match, Failure)
            else is_match
        )

    def conditionally_selected_ids(self, batch: PolicyBatch, result: BatchResult) -> Iterator[str]:
        """The ids of the policies whose `match` has a condition, and it holds."""
        outcomes = result.outcome_by_id
        for policy in batch.conditional_policies:
            outcome = outcomes.get(policy.id)
            if outcome != NOT_APPLICABLE if outcome is not None else self.evaluate_match(policy, result) is True:
                yield policy.id

    def cel_environment(self, scope: str) -> CelEnvironment:
        """The environment with the variables of a subject."""
        return self._cel_environments[scope]

    def _rule_violations(self, policy: Policy, result: BatchResult) -> Iterator[PolicyViolation]:
        activation, is_selected = result.activation, self.evaluate_match(policy, result) if policy.rules else False
        if isinstance(is_selected, PolicyViolation):
            yield is_selected
        if is_selected is not True:
            return
        for index, rule in enumerate(policy.rules):
            pointer: Pointer = ("rules", index, "expression")
            condition = self.compiled_policy(policy).expressions[pointer]
            is_satisfied = condition.evaluate(activation)
            if isinstance(is_satisfied, Failure):
                yield _evaluation_failure(policy, pointer, is_satisfied.message)
            elif not is_satisfied:
                yield from self._condition_violations(policy, index, rule, condition, activation)

    def _condition_violations(
        self, policy: Policy, index: int, rule: RuleData, condition: Expression, activation: Activation
    ) -> Iterator[PolicyViolation]:
        """One violation for each value at which the condition fails."""
        message = fill_message(rule["message"], lambda text: self._message_value(policy, index, text, activation))
        path = rule.get("path")
        if path:
            root, pointer = self._resolve_path(policy, path)
            value = ("models", root, *pointer) if policy.scope == "fleet" else (root, *pointer)
            for variable, *value_pointer in _failing_elements(condition, activation, value) or [value]:
                yield PolicyViolation(policy, str(variable), tuple(value_pointer), message, rule=("rules", index))
            return
        reasons = condition.failure_reasons(activation)
        for reason in reasons:
            root, pointer = str(reason.pointer[0]), reason.pointer[1:]
            detailed_message = (
                message
                if "{" in rule["message"]
                else _with_actual_value(message, reason.pointer, reason.is_missing, activation)
            )
            yield PolicyViolation(
                policy, root, pointer, detailed_message, is_missing=reason.is_missing, rule=("rules", index)
            )
        if not reasons:
            yield PolicyViolation(policy, SUBJECT_VARIABLES[policy.scope], (), message, rule=("rules", index))

    def _message_value(self, policy: Policy, index: int, text: str, activation: Activation) -> Json:
        expression = self.compiled_policy(policy).expressions.get(("rules", index, "message", text))
        value = expression.evaluate_value(activation) if expression else None
        return None if isinstance(value, Failure) else value

    def _schema_violations(self, policy: Policy, variables: Variables) -> Iterator[PolicyViolation]:
        root = SUBJECT_VARIABLES[policy.scope]
        validator = self.compiled_policy(policy).schema
        data = variables.get(root)
        for violation in validator.violations(data) if validator else ():
            is_of_model = policy.scope == "fleet" and bool(violation.pointer)
            path_text = format_path(violation.pointer[1:] if is_of_model else violation.pointer)
            if violation.keyword == "costly":  # the policy's fault, whatever the text is
                yield _evaluation_failure(policy, ("schema",), f"{path_text}: {violation.message}")
                continue
            message = f"{path_text}: {violation.message}" if path_text else violation.message
            missing_part = () if violation.missing_key is None else (violation.missing_key,)
            pointer = (*violation.pointer, *missing_part)
            yield PolicyViolation(policy, root, pointer, message, is_missing=bool(missing_part), rule=("schema",))

    def _path_findings(self, policy: Policy) -> Iterator[Finding]:
        """Paths of rules that no field matches: an expression that names the value would not compile."""
        for index, rule in enumerate(policy.rules):
            path = rule.get("path")
            if path and policy.scope == "fleet" and GROUP_BY[0] not in policy.data:
                message, help_ = (
                    "a path in a policy on the fleet belongs to each model of a group, but there is no `groupBy`",
                    "set `groupBy`, or remove `path`",
                )
                yield policy_finding(policy, codes.BAD_POLICY, message, "rules", index, "path", help_=help_)
            elif path:
                result = self._path_environment(policy).compile(
                    _path_expression(*self._resolve_path(policy, path)), expect="any"
                )
                if isinstance(result, CompileError):
                    message = f"no field matches the path `{path}`: {result.message}"
                    yield policy_finding(policy, codes.BAD_POLICY, message, "rules", index, "path", help_=result.help)

    def _path_environment(self, policy: Policy) -> CelEnvironment:
        """The environment for paths of a rule; on the fleet, the variables of one model."""
        return self.cel_environment(MEMBER if policy.scope == "fleet" else policy.scope)

    def _resolve_path(self, policy: Policy, path: str) -> tuple[str, Pointer]:
        """Resolve a path of a rule, which starts with a variable or is relative to the subject."""
        pointer, subject = (
            parse_path(path),
            "model" if policy.scope == "fleet" else SUBJECT_VARIABLES[policy.scope],
        )
        if pointer and pointer[0] in self._path_environment(policy).variable_names and pointer[0] != "model":
            return str(pointer[0]), pointer[1:]
        return subject, pointer[1:] if pointer[:1] == ("model",) else pointer

    def _compile(self, policy: Policy) -> CompiledPolicy:
        cel_environment = self.cel_environment(policy.scope)
        compiled_expressions: dict[Pointer, Expression] = {}
        compile_findings: list[Finding] = []
        for pointer, text, expect in _expression_texts(policy):
            environment = self.cel_environment(MEMBER) if pointer == GROUP_BY else cel_environment
            result = environment.compile(text, expect=expect, check_types=self._check_types or not policy.is_shipped)
            if isinstance(result, Expression):
                compiled_expressions[pointer] = result
            else:
                compile_findings.append(_compile_error_finding(policy, pointer, text, result))
        if GROUP_BY[0] in policy.data and policy.scope != "fleet":
            message = "`groupBy` groups models, but the policy is not evaluated for the fleet"
            compile_findings.append(
                policy_finding(policy, codes.BAD_POLICY, message, *GROUP_BY, help_="set `scope: fleet`")
            )
        if self._check_types or not policy.is_shipped:
            compile_findings += self._path_findings(policy)
        schema: Validator | None = None
        if "schema" in policy.data:
            subject, document = policy.spec.subject, policy.spec.document
            lint_findings = [
                Finding(
                    codes.BAD_POLICY,
                    result.message,
                    document.key_location(("schema", *result.pointer)),
                    subject,
                    result.help,
                )
                for result in lint_schema(policy.data["schema"])
            ]
            compile_findings += lint_findings
            complexity_message = complexity_error(policy.data["schema"])
            if complexity_message is not None:
                help_ = "define each alternative once, and refer to it once"
                compile_findings.append(
                    policy_finding(policy, codes.BAD_POLICY, complexity_message, "schema", help_=help_)
                )
            try:
                schema = None if lint_findings or complexity_message else Validator(policy.data["schema"])
            except SchemaError as error:
                compile_findings += [
                    policy_finding(policy, codes.BAD_POLICY, f"invalid JSON Schema: {message}", "schema", *pointer)
                    for message, pointer in error.mistakes
                ]
        return CompiledPolicy(policy, compiled_expressions, tuple(compile_findings), schema)


_MATCH_CONDITION: Pointer = ("match", "when")


def _expression_texts(policy: Policy) -> Iterator[tuple[Pointer, str, ExpectedType]]:
    """Every expression of a policy with its pointer and the expected type."""
    if "when" in policy.match:
        yield _MATCH_CONDITION, policy.match["when"], "bool"
    if "groupBy" in policy.data:
        yield GROUP_BY, policy.data["groupBy"], "any"
    for index, rule in enumerate(policy.rules):
        yield ("rules", index, "expression"), rule["expression"], "bool"
        for text in message_expressions(rule["message"]):
            yield ("rules", index, "message", text), text, "any"


def _compile_error_finding(policy: Policy, pointer: Pointer, text: str, error: CompileError) -> Finding:
    """The finding for a compile error, at its characters if the expression is written on one line."""
    location = policy.location(*pointer[:3])
    raw_text = policy.spec.document.scalar_text(pointer[:3]) or ""
    offset = raw_text.find(text)
    if offset >= 0 and "\n" not in raw_text:
        column = location.column + offset + error.column - 1
        location = Location(location.path, location.line, column, location.line, column + error.length)
    return Finding(codes.BAD_POLICY, f"`{text}`: {error.message}", location, policy.spec.subject, error.help)


def _failing_elements(condition: Expression, activation: Activation, list_pointer: Pointer) -> list[Pointer]:
    """The elements of a list at which a condition fails; none if it fails at the list as a whole, or at something else."""
    length = len(list_pointer)
    pointers = (reason.pointer for reason in condition.failure_reasons(activation))
    elements = (pointer[: length + 1] for pointer in pointers if pointer[:length] == list_pointer)
    return list(dict.fromkeys(element for element in elements if isinstance(element[-1], int)))


def _evaluation_failure(policy: Policy, pointer: Pointer, message: str) -> PolicyViolation:
    return PolicyViolation(policy, "", pointer, message, rule=pointer, is_evaluation_failure=True)


def _with_actual_value(message: str, pointer: Pointer, is_missing: bool, activation: Activation) -> str:
    """The message with the actual value, if that is short enough to help."""
    if pointer[0] == SUSPECTS_VARIABLE:  # the value is not repeated
        return message
    if pointer[0] == INJECTIONS_VARIABLE:
        title, text = (value_at(activation.data, (*pointer[:2], field)) for field in ("title", "text"))
        return f"{message}: {title} (`{text}`)"
    label = _value_label(pointer, activation.data)
    if is_missing:
        return f"{message}; {label} is missing" if label else message
    try:
        document_pointer = ("model", *pointer[1:]) if pointer[0] == "quantities" else pointer
        value = value_at(activation.data, document_pointer)
    except (KeyError, IndexError, TypeError):
        return message
    if isinstance(value, Mapping | list):
        return f"{message}; see {label}" if label else message
    return f"{message}; {label} is `{format_value(value)}`" if label else message


def _value_label(pointer: Pointer, data: Object) -> str:
    """A readable name of a value: a dataset, or one of several models, by its name."""
    if pointer[0] in {"datasets", "dependencies", "models"} and len(pointer) > 1:
        match value_at(data, pointer[:2]):
            case {"name": name} if name:
                pass
            case {"model": {"name": name}}:
                pass
            case _:
                name = None
        value_pointer = pointer[3:] if pointer[0] != "datasets" else pointer[2:]
        return format_path((str(name), *value_pointer)) if pointer[0] != "models" else format_path(value_pointer)
    return status_label(pointer) if pointer[0] in STATUS_VARIABLES else format_path(pointer[1:])


def _path_expression(root: str, pointer: Pointer) -> str:
    """The value at a path as an expression would name it; index 0 stands for any element."""
    parts = (
        "[0]" if not isinstance(part, str) or part == "*" else f'["{part}"]' if "-" in part else f".{part}"
        for part in pointer
    )
    return "".join((root, *parts))
