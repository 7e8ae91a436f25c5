"""From a fleet to its inventory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from compiler.foundation.json_data import Object, as_object, as_str
from compiler.inventory import governance_columns as governance
from compiler.inventory import model_relations as relations
from compiler.inventory.coerce import text, texts
from compiler.inventory.lazy_sequence import Later
from compiler.inventory.placements import Seen, placements
from compiler.inventory.row import Inventory, LeftOut, Row
from compiler.inventory.row_parts import Contacts, Facts, Promise, UseCase
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Spec

Count = Callable[[Seen], Iterable[Facts]]
"""What records have to say of a model, counted by regime."""


def inventory(fleet: Fleet, count: Count) -> Inventory:
    """Every model of the fleet that holds together, retired and proposed ones too; and what it rests on."""
    portfolio = fleet.portfolio
    use_cases = {name: relations.use_case(spec) for name, spec in portfolio.of("UseCase").items()}
    rows: list[Row] = []
    left_out = [LeftOut(kind, name) for kind, name in portfolio.broken]
    for name in portfolio.of("Model"):
        seen = seen_of(fleet, name)
        if seen is None:
            left_out.append(LeftOut("Model", name))
        else:
            rows.append(_row(fleet, seen, use_cases, Later(partial(count, seen))))
    environments = portfolio.of("Environment")
    return Inventory(
        project=portfolio.project.name,
        models=tuple(_asked_by(rows)),
        left_out=tuple(sorted(left_out, key=lambda one: (one.kind, one.name))),
        datasets=tuple(map(relations.dataset, portfolio.of("Dataset").values())),
        use_cases=tuple(use_cases.values()),
        stages={name: environments[name].text("stage") for name in fleet.environments},
    )


def seen_of(fleet: Fleet, name: str) -> Seen | None:
    """A model where it runs; `None` where it does not hold together somewhere, or a layer of it cannot be read."""
    spec = fleet.portfolio.of("Model")[name]
    if any(kind == "Defaults" and spec.is_below(folder) for kind, folder in fleet.portfolio.broken):
        return None
    places: list[ResolvedModel] = []
    for environment in fleet.places(name):
        model, _ = fleet.resolve(name, environment)
        if model is None:
            return None
        places.append(model)
    return Seen(tuple(places))


def _row(fleet: Fleet, seen: Seen, use_cases: Mapping[str, UseCase], facts: Sequence[Facts]) -> Row:
    model = seen.last
    said, about = model.data, as_object(model.data.get("governance"))
    risk = as_object(about.get("risk"))
    return Row(
        id=f"{fleet.portfolio.project.name}/Model/{model.name}",
        name=model.name,
        formerly=texts(said.get("formerly")),
        summary=as_str(said.get("summary")),
        path=model.spec.document.path,
        line=model.spec.document.line,
        type=as_str(said.get("type")),
        task=text(said.get("task")),
        lifecycle=as_str(said.get("lifecycle")),
        owner=as_str(said.get("owner")),
        contacts=_contacts(fleet.find("Team", as_str(said.get("owner")))),
        labels={key: as_str(value) for key, value in as_object(said.get("labels")).items()},
        tier=text(risk.get("tier")),
        materiality=text(risk.get("materiality")),
        complexity=text(risk.get("complexity")),
        intended_use=text(about.get("intendedUse")),
        out_of_scope=texts(about.get("outOfScope")),
        limitations=texts(about.get("limitations")),
        use_case=use_cases.get(as_str(said.get("useCase"))),
        environments=tuple(placements(seen.places)),
        sla=_promise(as_object(said.get("sla"))),
        datasets=tuple(relations.used_datasets(fleet, seen)),
        asks=tuple(relations.asked(fleet, seen)),
        asked_by=(),
        router=relations.router(seen),
        vendors=tuple(relations.vendors(seen)),
        review=governance.review(about),
        validation=governance.validation(about),
        evidence=tuple(governance.evidence(about)),
        approvals=tuple(governance.approvals(fleet.portfolio, seen)),
        waivers=tuple(governance.waivers(fleet.portfolio, seen)),
        patches=tuple(governance.patches(seen)),
        unwatched=tuple(governance.unwatched(seen)),
        signals=tuple(governance.signals(model)),
        retirement=governance.retirement(model),
        facts=facts,
    )


def _asked_by(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with those who ask each model."""
    known = list(rows)
    askers: dict[str, dict[str, None]] = {}
    for row in known:
        for one in row.asks:
            askers.setdefault(one.model, {})[row.name] = None
    for row in known:
        yield replace(row, asked_by=tuple(askers[row.name])) if row.name in askers else row


def _contacts(team: Spec | None) -> Contacts | None:
    said = as_object(team.data.get("contacts")) if team else {}
    return Contacts(*(text(said.get(key)) for key in ("email", "chat", "onCall"))) if said else None


def _promise(said: Object) -> Promise | None:
    if not said:
        return None
    latency, first = as_object(said.get("latency")), as_object(said.get("timeToFirstToken"))
    return Promise(
        availability=text(said.get("availability")),
        latency={key: as_str(value) for key, value in latency.items()},
        time_to_first_token={key: as_str(value) for key, value in first.items()},
        freshness=text(said.get("freshness")),
        window=text(said.get("window")),
    )
