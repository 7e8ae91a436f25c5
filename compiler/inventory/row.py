"""A row of the inventory, and the inventory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from compiler.inventory.row_parts import (
    Approval,
    Contacts,
    Dataset,
    DependencyUse,
    Evidence,
    Names,
    Patch,
    Placement,
    RecordCounts,
    Retirement,
    Review,
    Signal,
    Sla,
    UnmeasuredObjective,
    UseCase,
    UsedDataset,
    Validation,
    Vendor,
    Waiver,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One model: owner, risk, deployments, dependencies and governance.

    Values are those of the last environment, in order of promotion, in which the model runs; without one, those of its base layers.
    """

    id: str
    """`<project>/Model/<name>`."""
    name: str
    """The name."""
    previous_names: Names
    """Previous names."""
    summary: str
    """What the model does, in one sentence."""
    path: str
    """The path of its spec."""
    line: int
    """The first line of its document."""
    type: str
    """The type of model."""
    task: str | None
    """The task, such as classification."""
    lifecycle: str
    """The stage of its lifecycle."""
    owner: str
    """The team that owns it."""
    contacts: Contacts | None
    """How to contact the owner."""
    labels: Mapping[str, str]
    """Labels set by the team."""
    tier: str | None
    """The risk tier."""
    materiality: str | None
    """The materiality."""
    complexity: str | None
    """The complexity."""
    intended_use: str | None
    """The intended use."""
    out_of_scope: Names
    """The out-of-scope use."""
    limitations: Names
    """Known limitations."""
    use_case: UseCase | None
    """The use case that it serves."""
    environments: tuple[Placement, ...]
    """Its deployments, in order of promotion."""
    sla: Sla | None
    """The SLA."""
    datasets: tuple[UsedDataset, ...]
    """The datasets that it was trained on, evaluated on, or reads."""
    dependencies: tuple[DependencyUse, ...]
    """The models that it calls."""
    dependents: Names
    """The models that call it, or whose callers do."""
    router: str | None
    """How an ensemble routes requests to its steps."""
    vendors: tuple[Vendor, ...]
    """Vendor products."""
    review: Review | None
    """The periodic review."""
    validation: Validation | None
    """The independent validation."""
    evidence: tuple[Evidence, ...]
    """Evidence that controls work."""
    approvals: tuple[Approval, ...]
    """Approvals of what runs."""
    waivers: tuple[Waiver, ...]
    """Waivers of policies, expired ones included."""
    patches: tuple[Patch, ...]
    """Patches merged into rendered objects."""
    unmeasured: tuple[UnmeasuredObjective, ...]
    """Objectives that nothing measures."""
    signals: tuple[Signal, ...]
    """Monitoring signals."""
    retirement: Retirement | None
    """The retirement."""
    record_fields: Sequence[RecordCounts]
    """Record fields, counted by regime."""


@dataclass(frozen=True, slots=True)
class ExcludedDocument:
    """An invalid document, which the inventory therefore leaves out: `modelyard check` says why."""

    kind: str
    """The kind; empty if the file cannot be read."""
    name: str
    """The name; for Defaults, the folder."""


@dataclass(frozen=True)
class Inventory:
    """Every model of a project, and the documents that models depend on."""

    project: str
    """The project."""
    models: tuple[Row, ...]
    """One row per model, by name."""
    excluded_documents: tuple[ExcludedDocument, ...]
    """Documents left out because they are invalid."""
    datasets: tuple[Dataset, ...]
    """Every Dataset."""
    use_cases: tuple[UseCase, ...]
    """Every UseCase."""
    stages: Mapping[str, str]
    """Every Environment, in order of promotion, with its stage."""

    @cached_property
    def by_name(self) -> Mapping[str, Row]:
        """Rows by model name."""
        return {row.name: row for row in self.models}
