"""The namespaces of an environment that models run in, and how much those may request together."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Json, Object, Pointer, as_object, as_str
from compiler.foundation.provenance import Derived, Origin, Origins
from compiler.foundation.suggestions import nearest
from compiler.plan.context.document_origins import namespaced_by
from compiler.plan.max_requests import Amount, at_most, total
from compiler.plan.planning_services import Planner
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Spec
from compiler.spec.quantities import Cpu, Memory


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A model in a namespace of an environment, and what its replicas can request at most, where a quota asks for it."""

    model: ResolvedModel
    namespace: str
    at_most: Amount | tuple[str, ...]
    by: Origins


def tenancy(planner: Planner, model: ResolvedModel, environment: Spec) -> Tenancy:
    """Where a model runs; what it comes to is looked at only where somebody asks."""
    counted = at_most(planner, model) if "quota" in environment.data else Amount()
    return Tenancy(model, namespace(model) or "", counted, namespaced_by(model))


def quota_findings(planner: Planner, only: Container[str] | None) -> Iterator[Finding]:
    """What keeps quotas from being known, or is too little; `only`: the models that are judged, all where it is `None`."""
    for name, environment in planner.fleet.portfolio.of("Environment").items():
        if "quota" not in environment.data or name not in planner.fleet.environments:
            continue
        here = [model for model, place in planner.fleet.deployments() if place == name and (only is None or model in only)]
        models = (planner.fleet.resolve(model, name)[0] for model in here)
        tenants = [tenancy(planner, model, environment) for model in models if model is not None]
        found = namespaces(environment, tenants)[1]
        yield from (one for one in found if only is None or one.code is codes.NO_REQUEST)
        yield from _nowhere(environment)


def _nowhere(environment: Spec) -> Iterator[Finding]:
    """Quotas of namespaces that the Environment does not name: nobody would be held to them."""
    known = [environment.text("namespace"), *map(as_str, as_object(environment.data.get("namespaces")).values())]
    for name in as_object(as_object(environment.data["quota"]).get("namespaces")):
        if name in known:
            continue
        pointer: Pointer = ("quota", "namespaces", name)
        near = nearest(name, known)
        help_ = f"did you mean `{near}`?" if near else f"name one of: {', '.join(sorted({*filter(None, known)}))}"
        place, subject = environment.document.key_place(pointer), Subject("Environment", environment.name, None, pointer)
        yield Finding(codes.MATCHES_NOTHING, f"{environment.name} has no namespace `{name}`", place, subject, help_)


def namespaces(environment: Spec, tenants: Sequence[Tenancy]) -> tuple[list[Derived], list[Finding]]:
    """The namespaces by name as templates see them, and what keeps a quota from being known."""
    findings: list[Finding] = []
    shown: list[Derived] = []
    for name in sorted({tenant.namespace for tenant in tenants}):
        own = [tenant for tenant in tenants if tenant.namespace == name]
        pointer = _named_by(environment, name)
        data: dict[str, Json] = {"name": name, "adopted": pointer is None, "models": [one.model.name for one in own]}
        if pointer is not None:
            data |= _quota(environment, name, own, findings)
        origins = (Origin(f"Environment/{environment.name}", pointer),) if pointer else own[0].by
        shown.append(Derived(data, origins))
    return shown, findings


def _named_by(environment: Spec, name: str) -> Pointer | None:
    """Where the Environment names the namespace; `None` where only live objects are in it."""
    if environment.text("namespace") == name:
        return ("namespace",)
    tenants = as_object(environment.data.get("namespaces"))
    return next((("namespaces", tenant) for tenant, said in tenants.items() if said == name), None)


def _quota(environment: Spec, name: str, own: Sequence[Tenancy], findings: list[Finding]) -> dict[str, Json]:
    quota = as_object(environment.data.get("quota"))
    said = as_object(as_object(quota.get("namespaces")).get(name))
    if not said and "headroom" not in quota:
        return {}
    counted = set(said) or {"cpu", "memory"}
    unsaid = [one for one in own if isinstance(one.at_most, tuple) and counted.intersection(one.at_most)]
    findings += [_unsaid(environment, one, name) for one in unsaid]
    whole = total(one.at_most for one in own if isinstance(one.at_most, Amount))
    if said:
        findings += _too_little(environment, name, said, whole)
        return {"quota": {key: said[key] for key in ("cpu", "memory") if key in said}}
    return {} if unsaid else {"quota": _shown(whole.raised(int(as_str(quota["headroom"])[:-1])))}


def _shown(amount: Amount) -> Json:
    shown: dict[str, Json] = {"cpu": Cpu(f"{amount.cpu}m"), "memory": Memory(f"{amount.memory}")} if amount.cpu else {}
    return {**shown, **({"accelerators": dict(amount.accelerators)} if amount.accelerators else {})}


def _unsaid(environment: Spec, tenant: Tenancy, name: str) -> Finding:
    """Kubernetes admits no replica that leaves out what a quota counts (Kubernetes, "Resource Quotas")."""
    missing = tenant.at_most if isinstance(tenant.at_most, tuple) else ()
    message = f"the quota of {name} counts {' and '.join(missing)}, and {tenant.model.name} does not say how much a replica requests"
    help_ = f"add `{missing[0]}` to `deploy.resources`" if missing else None
    found = tenant.model.finding(codes.NO_REQUEST, message, ("deploy", "resources"), help_, here=True)
    return replace(found, notes=(Note("the quota is here", environment.document.place(("quota",))),))


def _too_little(environment: Spec, name: str, said: Object, whole: Amount) -> Iterator[Finding]:
    """What is said for a namespace, and less than its models can come to."""
    for key, least, unit in (("cpu", whole.cpu, Cpu(f"{whole.cpu or 1}m")), ("memory", whole.memory, Memory(f"{whole.memory or 1}"))):
        if key not in said:
            continue
        pointer = ("quota", "namespaces", name, key)
        there = _amount(key, said[key])
        subject = Subject("Environment", environment.name, None, pointer)
        place = environment.document.place(pointer)
        if there is None:
            message, help_ = f"{said[key]} is no amount of {key}", "write it as Kubernetes does, such as 40 or 160Gi"
            yield Finding(codes.BAD_VALUE, message, place, subject, help_)
        elif there < least:
            message = f"the models of {name} can come to request {unit} of {key}, and its quota is {said[key]}"
            yield Finding(codes.SMALL_QUOTA, message, place, subject, codes.SMALL_QUOTA.remedy)


def _amount(key: str, said: Json) -> int | None:
    text = str(said)
    try:
        return Cpu(text).millicores if key == "cpu" else Memory(text).bytes
    except ValueError:
        return None
