"""Who may call a model and what it may call, over all of its environments: their overlays differ."""

import json
from collections.abc import Callable, Iterable, Iterator

from compiler.foundation.json_data import Json, Object, plain_data
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.plan.context.model_context import ContextValues, environment_of
from compiler.plan.records.record_subject import RecordSubject
from compiler.spec.data_types import DeployData


def access_values(subject: RecordSubject) -> ContextValues:
    """The variables `callers`, `destinations` and `tokenIssuers`.

    Each is a list of maps. An entry has `environments` if it does not hold in every environment of the model.
    """
    entries_by_variable: dict[str, tuple[str, Callable[[DeployData], Iterable[Object]]]] = {
        "callers": ("callers", _callers),
        "destinations": ("egress", _destinations),
        "tokenIssuers": ("authentication", _token_issuers),
    }
    return {
        variable: ComputedValue(list(_grouped(subject, entries)), (Origin("model", ("deploy", key)),))
        for variable, (key, entries) in entries_by_variable.items()
    }


def _callers(deploy: DeployData) -> Iterator[Object]:
    for caller in deploy.get("callers", ()):
        yield plain_data(caller)


def _destinations(deploy: DeployData) -> Iterator[Object]:
    for peer in deploy.get("egress", ()):
        yield {"url": peer if isinstance(peer, str) else peer["url"]}


def _token_issuers(deploy: DeployData) -> Iterator[Object]:
    for rule in deploy.get("authentication", {}).get("jwtRules", ()):
        yield {"issuer": rule["issuer"]}


def _grouped(subject: RecordSubject, entries: Callable[[DeployData], Iterable[Object]]) -> Iterator[Json]:
    """Each entry once, in the order of the environments, with those that have it unless all have."""
    models = subject.placements or (subject.model,)
    groups: dict[str, tuple[Object, dict[str, None]]] = {}
    for index, model in enumerate(models):
        name = environment_of(model).name if subject.placements else str(index)
        for entry in entries(model.data.get("deploy", {})):
            groups.setdefault(json.dumps(entry, sort_keys=True), (entry, {}))[1][name] = None
    for entry, names in groups.values():
        yield entry if len(names) == len(models) else {**entry, "environments": list(names)}
