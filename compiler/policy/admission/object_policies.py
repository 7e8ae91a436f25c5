"""Policies on rendered objects as the objects of a cluster need them: which resources, which conditions, which expressions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Enforcement, Finding, Subject
from compiler.foundation.json_data import Json
from compiler.policy.admission import date_conditions
from compiler.policy.admission.admission_settings import AdmissionSettings, admission_settings, cluster_version
from compiler.policy.admission.bound_policies import expression_texts, reads_object
from compiler.policy.admission.cel_translation import (
    OBJECTS_PARAMETER,
    RefusedError,
    Translator,
    guarded,
    object_lines,
    parameter_paths,
    parameter_texts,
    parameter_type,
    quoted,
)
from compiler.policy.admission.cluster_facts import ClusterFacts, Resource
from compiler.policy.admission.object_facts import BoundPolicy, DeploymentObjects, RenderedObject
from compiler.policy.policy_context import PolicyContext
from compiler.policy.policy_definition import Policy
from compiler.spec.portfolio import EnvironmentSpec

_OBJECT_KEY = 'object.kind + "/" + request.namespace + "/" + object.metadata.name'
_MAX_LABEL_LENGTH, _MAX_NAME_LENGTH = 63, 253
"""The maximum lengths of values of labels and names of conditions, and of names of objects."""
_MAX_CONDITIONS = 50
"""A policy of a cluster has at most 64 match conditions, those on kinds and dates included."""
_NOT_DELETED = "!has(object.metadata.deletionTimestamp)"
"""Objects that are being deleted only lose their finalizers; a denied update would keep them forever."""


@dataclass(frozen=True, slots=True)
class ClusterScope:
    """An environment as admission sees it."""

    project: str
    environment: EnvironmentSpec
    facts: ClusterFacts
    resources: Sequence[Resource]
    """The known resources, the most specific first."""
    deployments: Sequence[DeploymentObjects]

    @property
    def settings(self) -> AdmissionSettings:
        """The capability that enables admission."""
        return admission_settings(self.environment.data)

    @property
    def version(self) -> str:
        """The release of the cluster."""
        return cluster_version(self.environment.data, self.facts.capability)

    @property
    def prefix(self) -> str:
        """The beginning of the names of objects that are unique in the cluster."""
        return f"{self.project}.{self.environment.name}"

    @property
    def own_namespaces(self) -> tuple[str, ...]:
        """The namespaces that the Environment names: all of their objects are evaluated."""
        data = self.environment.data
        names = {data.get("namespace", ""), *data.get("namespaces", {}).values()}
        return tuple(sorted(names - {""}))

    def objects(self, kinds: Sequence[str] | None) -> Iterator[tuple[str, RenderedObject]]:
        """The rendered objects of some kinds, each with its model."""
        for deployment in self.deployments:
            for item in deployment.objects:
                if kinds is None or item.kind in kinds:
                    yield deployment.model, item

    def resources_of(self, kind: str) -> tuple[Resource, ...]:
        """The resources with objects of a kind: of the rendered objects, else the known ones. Empty if they are unknown."""
        rendered = {(item.group, item.version) for _, item in self.objects([kind])}
        names = {(item.group, item.kind): item.name for item in reversed(self.resources)}
        known = [item for item in self.resources if item.kind == kind]
        if not rendered:
            return tuple(known)
        if any((group, kind) not in names for group, _ in rendered):
            return ()
        return tuple(Resource(group, version, kind, names[group, kind]) for group, version in sorted(rendered))


def object_policy_values(context: PolicyContext, scope: ClusterScope) -> tuple[list[Json], list[Finding]]:
    """The policies on objects of an environment for templates; findings where one cannot be evaluated in the cluster."""
    bound: dict[str, dict[str, BoundPolicy]] = {}
    for deployment in scope.deployments:
        for entry in deployment.policies:
            bound.setdefault(entry.id, {})[deployment.model] = entry
    excluded = set(scope.settings.except_)
    values: list[Json] = []
    findings: list[Finding] = []
    for id_, entries in sorted(bound.items()):
        policy = context.library.policy(id_)
        if policy is None or id_ in excluded:
            continue
        try:
            values += _PolicyValues(context, scope, policy, entries).stages()
        except _PolicyRefusedError as error:
            findings.append(error.finding)
    known_ids = {*bound, *(policy.id for policy in context.library.all_policies())}
    findings += _unknown_exception_findings(scope, excluded - known_ids)
    return values, findings


class _PolicyRefusedError(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class _PolicyValues:
    """Builds the values of one policy."""

    context: PolicyContext
    scope: ClusterScope
    policy: Policy
    entries: Mapping[str, BoundPolicy]
    """By model."""

    @property
    def _kinds(self) -> Sequence[str] | None:
        return self.policy.data.get("objects", {}).get("kinds")

    def stages(self) -> Iterator[Json]:
        """One value; two for a policy that becomes mandatory on a day."""
        policy, enforcement = self.policy, self.policy.enforcement_in(self.scope.environment)
        if "schema" in policy.data:
            raise self._refusal(
                "a cluster evaluates CEL, and no JSON Schema", "state the schema's conditions as `rules`", "schema"
            )
        day = policy.mandatory_from
        if day is None or enforcement is Enforcement.ADVISORY:
            yield self._value("", enforcement, ())
            return
        early = date_conditions.is_before(day)
        yield self._value(f".until-{day}", Enforcement.ADVISORY, (("before-mandatory-date", early),))
        yield self._value(f".from-{day}", enforcement, (("mandatory-date", f"!({early})"),))

    def _value(self, suffix: str, enforcement: Enforcement, conditions: Iterable[tuple[str, str]]) -> Json:
        policy, translator = self.policy, self._translator()
        name = _shortened(f"{self.scope.prefix}.{policy.id.replace('/', '.')}{suffix}", _MAX_NAME_LENGTH)
        validations = [self._validation(translator, index) for index in range(len(policy.rules))]
        all_conditions = [*conditions, *self._match_conditions(translator)]
        rules = " && ".join(f"({validation['expression']}\n)" for validation in validations)
        title, has_parameters = policy.data["title"], self._has_parameters()
        return {
            "id": policy.id,
            "name": name,
            "title": title,
            "enforcement": enforcement.value,
            "resources": _resource_rules(self._resources()),
            "namespaces": sorted(
                {*self.scope.own_namespaces, *(item.namespace for item in self._bound_objects())} - {""}
            ),
            "matchConditions": [{"name": key, "expression": expression} for key, expression in all_conditions],
            "validations": [dict(validation) for validation in validations],
            "auditExpression": f'({rules}) ? "" : {quoted(f"{policy.id}: {title}")}',
            "parametersLabel": _shortened(name, _MAX_LABEL_LENGTH) if has_parameters else None,
            "parameters": list(self._parameters(name)) if has_parameters else [],
        }

    def _variable_names(self) -> frozenset[str]:
        return self.context.evaluator.cel_environment("object").variable_names

    def _translator(self) -> Translator:
        paths, _ = parameter_paths(expression_texts(self.policy.rules), self._variable_names())
        types: dict[str, str] = {}
        for path in sorted(paths):
            values = [dict(entry.values)[path] for entry in self.entries.values() if path in dict(entry.values)]
            scalars = [value for value in values if value is not None]
            if len(scalars) < len(values):
                raise self._parameter_refusal(path, RefusedError(f"it reads `{path}`, which is not a single value"))
            try:
                types[path] = parameter_type(scalars)
            except RefusedError as error:
                raise self._parameter_refusal(path, error) from error
        environment = self.scope.environment.json
        return Translator(self.scope.facts, self.scope.version, environment, self._variable_names(), types)

    def _parameter_refusal(self, path: str, error: RefusedError) -> _PolicyRefusedError:
        """A refusal at the first rule that reads a value."""
        reads = [
            path in parameter_paths(expression_texts([rule]), self._variable_names())[0] for rule in self.policy.rules
        ]
        return self._refusal(error.message, error.help, "rules", reads.index(True), "expression")

    def _has_parameters(self) -> bool:
        return any(parameter_paths(expression_texts(self.policy.rules), self._variable_names()))

    def _validation(self, translator: Translator, index: int) -> dict[str, str]:
        rule = self.policy.rules[index]
        try:
            expression = translator.translate(rule["expression"])
            message_expression = translator.message_expression(f"{self.policy.id}: {rule['message']}")
        except RefusedError as error:
            raise self._refusal(error.message, error.help, "rules", index, "expression") from error
        return {
            "expression": guarded(expression) if self._has_parameters() else expression,
            "message": f"{self.policy.id}: {' '.join(rule['message'].split())}; {' '.join(self.policy.data['remedy'].split())}",
            **({"messageExpression": message_expression} if message_expression else {}),
        }

    def _match_conditions(self, translator: Translator) -> Iterator[tuple[str, str]]:
        """Which objects the policy evaluates, apart from its resources and namespaces, and when."""
        yield "not-deleted", _NOT_DELETED
        policy = self.policy
        if policy.in_force_from is not None:
            yield "in-force", f"!({date_conditions.is_before(policy.in_force_from)})"
        if policy.in_force_to is not None:
            yield "still-in-force", f"!({date_conditions.is_on_or_after(policy.in_force_to + timedelta(1))})"
        if reads_object(policy, self.context):
            try:
                yield "match", translator.translate(policy.match["when"])
            except RefusedError as error:
                raise self._refusal(error.message, error.help, "match", "when") from error
        others = [
            item for _, item in self.scope.objects(self._kinds) if item.namespace not in self.scope.own_namespaces
        ]
        if others:
            own = f"request.namespace in {_texts(self.scope.own_namespaces)}"
            yield "own-objects", f"{own} || {_is_among(others)}" if self.scope.own_namespaces else _is_among(others)
        unbound = [item for model, item in self.scope.objects(self._kinds) if model not in self.entries]
        if unbound:
            yield "bound-models", f"!({_is_among(unbound)})"
        yield from self._waiver_conditions()

    def _waiver_conditions(self) -> Iterator[tuple[str, str]]:
        """One condition for each waiver: the objects of its models are not evaluated as long as it lasts."""
        waived: dict[str, tuple[str, list[RenderedObject]]] = {}
        for model, entry in self.entries.items():
            objects = [item for name, item in self.scope.objects(self._kinds) if name == model]
            for exemption in entry.exemptions if objects else ():
                if exemption.paths:
                    raise _PolicyRefusedError(self._waiver_finding(exemption.waiver))
                period = date_conditions.is_in_period(_day(exemption.first_day), _day(exemption.last_day))
                waived.setdefault(exemption.waiver, (period, []))[1].extend(objects)
        conditions = [
            (waiver, f"!(({_is_among(objects)}) && {period})") for waiver, (period, objects) in sorted(waived.items())
        ]
        if len(conditions) > _MAX_CONDITIONS:
            yield "waivers", " && ".join(f"({expression})" for _, expression in conditions)
            return
        yield from (
            (_shortened(f"waiver.{waiver}", _MAX_LABEL_LENGTH), expression) for waiver, expression in conditions
        )

    def _resources(self) -> list[Resource]:
        kinds = self._kinds
        names = sorted({item.kind for _, item in self.scope.objects(None)}) if kinds is None else kinds
        resources: list[Resource] = []
        for index, kind in enumerate(names):
            found = self.scope.resources_of(kind)
            if not found:
                message = f"the resource of the kind {kind} is unknown"
                help_ = (
                    f"add `<group>/<version>/{kind}` with the plural in its URL to `resources` under `capabilities.admission`, or its "
                    "definition to schemas/crds/"
                )
                pointer = ("objects", "kinds", index) if kinds is not None else ("objects",)
                raise self._refusal(message, help_, *pointer)
            resources += found
        return resources

    def _bound_objects(self) -> Iterator[RenderedObject]:
        return (item for _, item in self.scope.objects(self._kinds))

    def _parameters(self, name: str) -> Iterator[Json]:
        """The parameters of each model, once per namespace of its objects."""
        _, tested_paths = parameter_paths(expression_texts(self.policy.rules), self._variable_names())
        for model, entry in sorted(self.entries.items()):
            by_namespace: dict[str, list[tuple[str, str]]] = {}
            for owner, item in self.scope.objects(self._kinds):
                if owner == model:
                    by_namespace.setdefault(item.namespace, []).append((item.kind, item.name))
            texts = parameter_texts(dict(entry.values), tested_paths)
            for namespace, names in sorted(by_namespace.items()):
                data = {**texts, OBJECTS_PARAMETER: object_lines(sorted(names))}
                yield {
                    "name": _shortened(f"{name}.{model}", _MAX_NAME_LENGTH),
                    "namespace": namespace,
                    "model": model,
                    "data": dict(sorted(data.items())),
                }

    def _refusal(self, reason: str, help_: str, *pointer: str | int) -> _PolicyRefusedError:
        policy = self.policy
        message = f"{policy.id} cannot be evaluated at admission in {self.scope.environment.name}: {reason}"
        exclude = f"list `{policy.id}` under `except` of the Environment's `capabilities.admission`"
        subject = Subject("Policy", policy.spec.name, self.scope.environment.name, pointer)
        return _PolicyRefusedError(
            Finding(
                codes.NOT_ADMISSIBLE,
                message,
                policy.location(*pointer),
                subject,
                f"{help_}, or {exclude}" if help_ else exclude,
            )
        )

    def _waiver_finding(self, name: str) -> Finding:
        spec = self.context.waivers.policy_portfolio.by_kind("Waiver")[name]
        message = f"{name}: the cluster evaluates {self.policy.id} for whole objects, and cannot exempt the paths of the waiver alone"
        exclude = (
            f"list `{self.policy.id}` under `except` of the `capabilities.admission` of {self.scope.environment.name}"
        )
        help_ = f"remove `paths`, or {exclude}"
        subject = Subject("Waiver", name, self.scope.environment.name, ("paths",))
        return Finding(codes.NOT_ADMISSIBLE, message, spec.document.location(("paths",)), subject, help_)


def _unknown_exception_findings(scope: ClusterScope, names: set[str]) -> Iterator[Finding]:
    names_in_order = scope.settings.except_
    for name in sorted(names):
        pointer = ("capabilities", "admission", "except", names_in_order.index(name))
        subject = Subject("Environment", scope.environment.name, None, pointer)
        location = scope.environment.document.location(pointer)
        yield Finding(
            codes.UNKNOWN_REFERENCE, f"there is no policy `{name}`", location, subject, "correct the id, or remove it"
        )


def _resource_rules(resources: Iterable[Resource]) -> list[Json]:
    """One rule for the resources of a group and version."""
    names: dict[tuple[str, str], set[str]] = {}
    for item in resources:
        names.setdefault((item.group, item.version), set()).add(item.name)
    return [
        {"group": group, "version": version, "names": sorted(items)}
        for (group, version), items in sorted(names.items())
    ]


def _is_among(objects: Iterable[RenderedObject]) -> str:
    return f"({_OBJECT_KEY}) in {_texts(sorted({item.key for item in objects}))}"


def _texts(items: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, items))}]"


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _shortened(name: str, max_length: int) -> str:
    """A name of at most some characters: a long one is cut, and ends with ten digits of its digest."""
    if len(name) <= max_length:
        return name
    digits = sha256(name.encode()).hexdigest()[:10]
    return f"{name[: max_length - 11].rstrip('-.')}-{digits}"
