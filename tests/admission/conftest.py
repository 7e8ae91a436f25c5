"""An API server's admission, as the Kubernetes documentation describes it, for policies that a build renders."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import yaml
from cel_expr_python import cel

from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult, build
from compiler.policy.baseline import format_baseline, parse_baseline
from compiler.source.memory_tree import MemoryTree

VARIABLES = ("object", "oldObject", "request", "params", "variables")


class EvaluationError(Exception):
    """An expression without a value."""


@cache
def _program(text: str) -> Any:
    return _environment().compile(text, disable_check=True)


@cache
def _environment() -> Any:
    return cel.NewEnv(variables=dict.fromkeys(VARIABLES, cel.Type.DYN))


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """The value of an expression by the engine itself, without what Modelyard adds to its own expressions."""
    try:
        result = _program(text).eval(_environment().Activation(dict(values)))
    except RuntimeError as error:
        raise EvaluationError(str(error)) from error
    if result.type().name() == "ERROR":
        raise EvaluationError(str(result.plain_value()))
    return result.plain_value()


@dataclass(frozen=True)
class Response:
    """What the server does with an object: who denies it, who warns, and what the audit log holds."""

    denials: Mapping[str, str]
    warnings: Mapping[str, str]
    annotations: Mapping[str, str]


def plural(kind: str) -> str:
    """The name of a resource by the conventions of Kubernetes."""
    word = kind.lower()
    return f"{word[:-1]}ies" if word.endswith("cy") else f"{word}es" if word.endswith("ss") else f"{word}s"


class Server:
    """A server with the admission objects of a build."""

    def __init__(self, objects: Sequence[Mapping[str, Any]]) -> None:
        of_kind = lambda kind: [item for item in objects if item["kind"] == kind]  # noqa: E731 - a filter
        self.policies = {one["metadata"]["name"]: copy.deepcopy(one) for one in of_kind("ValidatingAdmissionPolicy")}
        self.bindings = of_kind("ValidatingAdmissionPolicyBinding")
        self.parameters = of_kind("ConfigMap")

    def admit(
        self, request_object: Mapping[str, Any], day: str = "2026-12-01", operation: str = "CREATE", resource: str = ""
    ) -> Response:
        """The response to a request that writes an object on a day."""
        namespace = request_object["metadata"].get("namespace", "")
        stored_object = copy.deepcopy(dict(request_object))
        stored_object["metadata"]["managedFields"] = [
            {"manager": "argocd", "operation": "Apply", "time": f"{day}T12:00:00Z"}
        ]
        request = {"namespace": namespace, "operation": operation, "name": request_object["metadata"].get("name", "")}
        denials: dict[str, str] = {}
        warnings: dict[str, str] = {}
        annotations: dict[str, str] = {}
        for binding in self.bindings:
            spec = binding["spec"]
            policy = self.policies[spec["policyName"]]
            if not self._matches(policy, binding, stored_object, resource or plural(request_object["kind"])):
                continue
            name = (
                policy["metadata"]["annotations"]["modelyard/policy"]
                if "annotations" in policy["metadata"]
                else "approved"
            )
            for message, annotation in self._results(
                policy, spec, {"object": stored_object, "oldObject": {}, "request": request}
            ):
                if message is not None and "Deny" in spec["validationActions"]:
                    denials[name] = message
                if message is not None and "Warn" in spec["validationActions"]:
                    warnings[name] = message
                if annotation:
                    annotations[name] = annotation
        return Response(denials, warnings, annotations)

    def _matches(
        self, policy: Mapping[str, Any], binding: Mapping[str, Any], request_object: Mapping[str, Any], resource: str
    ) -> bool:
        group, _, version = request_object["apiVersion"].rpartition("/")
        [selector] = binding["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
        assert (selector["key"], selector["operator"]) == ("kubernetes.io/metadata.name", "In")
        return request_object["metadata"].get("namespace", "") in selector["values"] and any(
            group in rule["apiGroups"] and version in rule["apiVersions"] and resource in rule["resources"]
            for rule in policy["spec"]["matchConstraints"]["resourceRules"]
        )

    def _results(
        self, policy: Mapping[str, Any], binding: Mapping[str, Any], values: dict[str, Any]
    ) -> Iterator[tuple[str | None, str]]:
        """The message of a violation and the audit annotation, for each parameter object."""
        spec = policy["spec"]
        try:
            if not all(evaluate(one["expression"], values) for one in spec["matchConditions"]):
                return
        except EvaluationError as error:
            yield (str(error) if spec["failurePolicy"] == "Fail" else None), ""
            return
        for params in self._params(spec, binding, values):
            if isinstance(params, str):
                yield params or None, ""
                continue
            inner = self._with_variables(spec, {**values, "params": params, "variables": {}})
            yield self._violation(spec, inner), self._annotation(spec, inner)

    def _with_variables(self, spec: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        """The values with the variables of a policy; one that fails is absent, so that what reads it fails."""
        for variable in spec.get("variables", ()):
            with suppress(EvaluationError):
                value = evaluate(variable["expression"], values)
                values = {**values, "variables": {**values["variables"], variable["name"]: value}}
        return values

    def _params(self, spec: Mapping[str, Any], binding: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Any]:
        """The parameter objects in the namespace of the object; a text says what happens without one."""
        if "paramKind" not in spec:
            yield {}
            return
        reference = binding["paramRef"]
        candidates = [
            one
            for one in self.parameters
            if one["metadata"]["namespace"] == values["request"]["namespace"]
            and (
                reference.get("name") == one["metadata"]["name"]
                or (
                    "selector" in reference
                    and reference["selector"]["matchLabels"].items() <= one["metadata"]["labels"].items()
                )
            )
        ]
        if not candidates:
            yield "no parameters" if reference["parameterNotFoundAction"] == "Deny" else ""
        yield from candidates

    def _violation(self, spec: Mapping[str, Any], values: Mapping[str, Any]) -> str | None:
        for validation in spec["validations"]:
            try:
                if evaluate(validation["expression"], values) is True:
                    continue
            except EvaluationError as error:
                if spec["failurePolicy"] == "Fail":
                    return str(error)
                continue
            try:
                return str(evaluate(validation["messageExpression"], values))
            except (KeyError, EvaluationError):
                return str(validation["message"])
        return None

    def _annotation(self, spec: Mapping[str, Any], values: Mapping[str, Any]) -> str:
        try:
            return "".join(str(evaluate(one["valueExpression"], values)) for one in spec.get("auditAnnotations", ()))
        except EvaluationError:
            return ""


@dataclass(frozen=True)
class Cluster:
    """A build, the server of one of its environments, and the objects of its models, each with its model and path."""

    session: Session
    result: BuildResult
    environment: str
    server: Server
    objects: Sequence[tuple[str, str, dict[str, Any]]]

    def check(self, model: str, path: str, document: Mapping[str, Any]) -> list[Finding]:
        """What `check --rendered` finds in an object of a model."""
        resolved = self.session.fleet.model(model, self.environment)
        assert resolved is not None
        evaluation = self.session.policy_engine.start_evaluation()
        return list(evaluation.evaluate_object(resolved, path, document, lambda _pointer: None))

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """What cannot be evaluated at admission: each message, and the line that it is reported at."""
        found = [one for one in self.result.findings if one.code.id == "MY330"]
        return [(one.message, self._line(one)) for one in found]

    def _line(self, finding: Finding) -> str:
        text = self.session.read_text(finding.location.path) if finding.location else None
        return text.splitlines()[finding.location.line - 1].strip() if text and finding.location else ""


def _documents(content: bytes) -> list[dict[str, Any]]:
    return [one for one in yaml.load_all(content, Loader=yaml.CSafeLoader) if isinstance(one, dict)]


def _cluster(files: Mapping[str, bytes], environment: str, day: Any = None) -> Cluster:
    session = Session(MemoryTree(files), day)
    result = build(session)
    if not result.can_write:
        baseline = parse_baseline(format_baseline(result.findings))
        session = Session(MemoryTree(files), day)
        result = build(session, baseline=baseline)
    contents = {file.path: file.content for unit in result.units for file in unit.files}
    admission = [
        document
        for path, content in contents.items()
        if path.startswith(f"{environment}/_admission/")
        for document in _documents(content)
    ]
    objects = [
        (path.split("/")[1], path, document)
        for path, content in contents.items()
        if path.startswith(f"{environment}/") and "/_" not in path and path.count("/") > 1 and path.endswith(".yaml")
        for document in _documents(content)
        if document.get("kind") not in {None, "Kustomization"}
    ]
    return Cluster(session, result, environment, Server(admission), objects)


@pytest.fixture(scope="session")
def start_cluster() -> Callable[..., Cluster]:
    """The cluster of an environment of a project's files."""
    return _cluster


@pytest.fixture(scope="session")
def sample_cluster(sample_files: dict[str, bytes]) -> Cluster:
    """The sample's production, with admission."""
    path = "models/environments/prod.yaml"
    approved = "{approved: {fields: [{kind: InferenceService, path: spec.predictor.model.storageUri}]}}"
    text = sample_files[path].decode().replace("capabilities:\n", f"capabilities:\n  admission: {approved}\n", 1)
    return _cluster({**sample_files, path: text.encode()}, "prod")
