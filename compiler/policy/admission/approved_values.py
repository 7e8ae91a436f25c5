"""The images, and the values of chosen fields, that were rendered for an environment: what a cluster may admit in its namespaces."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Json
from compiler.policy.admission.object_facts import FieldSelector, RenderedObject
from compiler.policy.admission.object_policies import ClusterScope

_MAX_BYTES = 900_000
"""The most bytes of one parameter object; the server rejects objects of more than 1 MiB."""


def approved_values(scope: ClusterScope) -> tuple[Json, list[Finding]]:
    """The approved values of an environment for templates; findings about what a cluster cannot compare."""
    settings = scope.settings.approved
    selectors, additional = settings.fields, settings.additional_images
    namespaces: list[Json] = []
    findings = list(_unknown_kind_findings(scope, selectors))
    for namespace in scope.own_namespaces:
        objects = [item for _, item in scope.objects(None) if item.namespace == namespace]
        images = {*additional, *(image for item in objects for image in item.images)}
        data = {"images": _lines(images), **{_key(one): _lines(_field_values(objects, one)) for one in selectors}}
        size = sum(map(len, data.values()))
        if size > _MAX_BYTES:
            message = f"the approved values of the namespace {namespace} have {size:,} bytes, more than one object of a cluster can hold"
            findings.append(_finding(scope, message, "split the namespace, or remove `approved`", "approved"))
        namespaces.append({"name": namespace, "data": data})
    fields = [_field_value(scope, selector) for selector in selectors]
    return {"name": f"{scope.prefix}.approved", "namespaces": namespaces, "fields": fields}, findings


def _field_values(objects: Sequence[RenderedObject], selector: FieldSelector) -> set[str]:
    """The values of a field; the empty text if an object lacks it."""
    return {
        value for item in objects if item.kind == selector.kind for path, value in item.fields if path == selector.path
    }


def _field_value(scope: ClusterScope, selector: FieldSelector) -> Json:
    path = ".".join(("object", *selector.parts))
    levels = [".".join(("object", *selector.parts[: end + 1])) for end in range(len(selector.parts))]
    value = f'({" && ".join(f"has({level})" for level in levels)} ? string({path}) : "")'
    listed = f'params.data["{_key(selector)}"].contains("\\n" + {value} + "\\n")'
    return {
        "kind": selector.kind,
        "path": selector.path,
        "resources": [
            {"group": item.group, "version": item.version, "names": [item.name]}
            for item in scope.resources_of(selector.kind)
        ],
        "expression": f'object.kind != "{selector.kind}" || (!{value}.contains("\\n") && {listed})',
    }


def _unknown_kind_findings(scope: ClusterScope, selectors: Sequence[FieldSelector]) -> Iterator[Finding]:
    for index, selector in enumerate(selectors):
        if not scope.resources_of(selector.kind):
            help_ = f"add `<group>/<version>/{selector.kind}` with the plural in its URL to `resources` under `capabilities.admission`"
            message = f"the resource of the kind {selector.kind} is unknown"
            yield _finding(scope, message, help_, "approved", "fields", index, "kind")


def _finding(scope: ClusterScope, message: str, help_: str, *pointer: str | int) -> Finding:
    full_pointer = ("capabilities", "admission", *pointer)
    subject = Subject("Environment", scope.environment.name, None, full_pointer)
    return Finding(codes.NOT_ADMISSIBLE, message, scope.environment.document.location(full_pointer), subject, help_)


def _key(selector: FieldSelector) -> str:
    return f"{selector.kind}.{selector.path}"


def _lines(values: set[str]) -> str:
    """Values, one per line, with a line break on both sides of each."""
    return "".join(f"\n{value}" for value in sorted(values)) + "\n"
