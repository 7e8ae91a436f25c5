"""Builds the inventory of a fleet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from compiler.inventory import governance_columns, model_relations
from compiler.inventory.coerce import optional_str, str_tuple
from compiler.inventory.lazy_sequence import LazySequence
from compiler.inventory.placements import ModelPlacements, placements
from compiler.inventory.row import ExcludedDocument, Inventory, Row
from compiler.inventory.row_parts import Contacts, RecordCounts, Sla, UseCase
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import SlaData
from compiler.spec.portfolio import TeamSpec

RecordCounter = Callable[[ModelPlacements], Iterable[RecordCounts]]
"""The record fields of a model, counted by regime."""


def build_inventory(fleet: Fleet, count_fields: RecordCounter) -> Inventory:
    """Every valid model of the fleet, retired and proposed ones included, with its relations."""
    names = fleet.portfolio.by_kind("Model")
    return assemble_inventory(fleet, {name: build_row(fleet, name, count_fields) for name in names})


def assemble_inventory(fleet: Fleet, rows: Mapping[str, Row | None]) -> Inventory:
    """The inventory of models with these rows; `None` for an invalid one."""
    portfolio = fleet.portfolio
    exclusions = [ExcludedDocument(kind, name) for kind, name in portfolio.broken_names]
    exclusions += [ExcludedDocument("Model", name) for name, row in rows.items() if row is None]
    environments = portfolio.by_kind("Environment")
    return Inventory(
        project=portfolio.project.name,
        models=tuple(_with_dependents(row for row in rows.values() if row is not None)),
        excluded_documents=tuple(sorted(exclusions, key=lambda document: (document.kind, document.name))),
        datasets=tuple(map(model_relations.dataset, portfolio.by_kind("Dataset").values())),
        use_cases=tuple(map(model_relations.use_case, portfolio.by_kind("UseCase").values())),
        stages={name: environments[name].data["stage"] for name in fleet.environments},
    )


def build_row(fleet: Fleet, name: str, count_fields: RecordCounter) -> Row | None:
    """The row of a model, without its dependents; `None` if it is invalid. Record fields are counted when they are first needed."""
    model_placements = resolve_placements(fleet, name)
    if model_placements is None:
        return None
    return _row(fleet, model_placements, LazySequence(partial(count_fields, model_placements)))


def resolve_placements(fleet: Fleet, name: str) -> ModelPlacements | None:
    """The deployments of a model; `None` if it is invalid in one of them, or one of its layers cannot be read."""
    spec = fleet.portfolio.by_kind("Model")[name]
    if any(kind == "Defaults" and spec.is_in_folder(folder) for kind, folder in fleet.portfolio.broken_names):
        return None
    models: list[ResolvedModel] = []
    for environment in fleet.environments_of(name):
        model, _ = fleet.resolve(name, environment)
        if model is None:
            return None
        models.append(model)
    return ModelPlacements(tuple(models))


def _row(
    fleet: Fleet,
    model_placements: ModelPlacements,
    record_counts: Sequence[RecordCounts],
) -> Row:
    model = model_placements.last_model
    data, governance_data = model.data, model.data.get("governance", {})
    risk = governance_data.get("risk", {})
    return Row(
        id=f"{fleet.portfolio.project.name}/Model/{model.name}",
        name=model.name,
        previous_names=str_tuple(data.get("previousNames")),
        summary=data["summary"],
        path=model.spec.document.path,
        line=model.spec.document.line,
        type=data["type"],
        task=optional_str(data.get("task")),
        lifecycle=data["lifecycle"],
        owner=data["owner"],
        contacts=_contacts(fleet.find("Team", data["owner"])),
        labels=dict(data.get("labels", {})),
        tier=optional_str(risk.get("tier")),
        materiality=optional_str(risk.get("materiality")),
        complexity=optional_str(risk.get("complexity")),
        intended_use=optional_str(governance_data.get("intendedUse")),
        out_of_scope=str_tuple(governance_data.get("outOfScope")),
        limitations=str_tuple(governance_data.get("limitations")),
        use_case=_use_case(fleet, data.get("useCase", "")),
        environments=tuple(placements(model_placements.models)),
        sla=_sla(data.get("sla", {})),
        datasets=tuple(model_relations.used_datasets(fleet, model_placements)),
        dependencies=tuple(model_relations.dependency_uses(fleet, model_placements)),
        dependents=(),
        router=model_relations.router(model_placements),
        vendors=tuple(model_relations.vendors(model_placements)),
        review=governance_columns.review(governance_data),
        validation=governance_columns.validation(governance_data),
        evidence=tuple(governance_columns.evidence(governance_data)),
        approvals=tuple(governance_columns.approvals(fleet.portfolio, model_placements)),
        waivers=tuple(governance_columns.waivers(fleet.portfolio, model_placements)),
        patches=tuple(governance_columns.patches(model_placements)),
        unmeasured=tuple(governance_columns.unmeasured_objectives(model_placements)),
        signals=tuple(governance_columns.signals(model)),
        retirement=governance_columns.retirement(model),
        record_fields=record_counts,
    )


def _with_dependents(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with the dependents of each model."""
    all_rows = list(rows)
    dependents: dict[str, dict[str, None]] = {}
    for row in all_rows:
        for dependency in row.dependencies:
            dependents.setdefault(dependency.model, {})[row.name] = None
    for row in all_rows:
        yield replace(row, dependents=tuple(dependents[row.name])) if row.name in dependents else row


def _use_case(fleet: Fleet, name: str) -> UseCase | None:
    spec = fleet.find("UseCase", name)
    return model_relations.use_case(spec) if spec else None


def _contacts(team: TeamSpec | None) -> Contacts | None:
    contacts = team.data.get("contacts", {}) if team else {}
    return Contacts(contacts.get("email"), contacts.get("chat"), contacts.get("onCall")) if contacts else None


def _sla(sla: SlaData) -> Sla | None:
    if not sla:
        return None
    return Sla(
        availability=optional_str(sla.get("availability")),
        latency=dict(sla.get("latency", {})),
        time_to_first_token=dict(sla.get("timeToFirstToken", {})),
        freshness=optional_str(sla.get("freshness")),
        window=optional_str(sla.get("window")),
    )
