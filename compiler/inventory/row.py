"""A row of the inventory, and the inventory as a whole."""

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
    """One model: who answers for it, how risky it is, where it runs, on what it rests, and what was agreed about it.

    Values are those that hold in the last Environment, by promotion, in which the model runs; in none: what holds in general.
    """

    id: str
    """`<project>/Model/<name>`."""
    name: str
    """Its name."""
    formerly: Names
    """Names it had before."""
    summary: str
    """What it does, in a sentence."""
    path: str
    """The file of its spec."""
    line: int
    """The line on which its document begins."""
    type: str
    """What kind of model it is."""
    task: str | None
    """What it is asked to do."""
    lifecycle: str
    """How far it is."""
    owner: str
    """The Team that answers for it."""
    contacts: Contacts | None
    """How the owner is reached."""
    labels: Mapping[str, str]
    """The team's own labels."""
    tier: str | None
    """The tier of risk."""
    materiality: str | None
    """How much depends on it."""
    complexity: str | None
    """How hard it is to understand."""
    intended_use: str | None
    """What it is for."""
    out_of_scope: Names
    """What it is not for."""
    limitations: Names
    """What it is known not to do."""
    use_case: UseCase | None
    """The decision that it serves."""
    environments: tuple[Placement, ...]
    """Where it runs, in order of promotion."""
    sla: Sla | None
    """What is promised."""
    datasets: tuple[UsedDataset, ...]
    """The data that it was made from, judged on, or reads."""
    asks: tuple[DependencyUse, ...]
    """The models that are asked while it runs."""
    asked_by: Names
    """The models that ask it, or whose callers do."""
    router: str | None
    """How an ensemble chooses among its steps."""
    vendors: tuple[Vendor, ...]
    """What was bought in."""
    review: Review | None
    """When it is looked at again."""
    validation: Validation | None
    """What somebody who did not make it found out about it."""
    evidence: tuple[Evidence, ...]
    """What shows that controls work."""
    approvals: tuple[Approval, ...]
    """Who agreed to what runs."""
    waivers: tuple[Waiver, ...]
    """Exceptions from policies, those that ended too."""
    patches: tuple[Patch, ...]
    """What is merged over what is rendered: the escape hatch."""
    unwatched: tuple[UnmeasuredObjective, ...]
    """Objectives that nothing measures."""
    signals: tuple[Signal, ...]
    """Signals that are to be watched."""
    retirement: Retirement | None
    """The model's end."""
    facts: Sequence[RecordCounts]
    """What records have to say of it, by regime."""


@dataclass(frozen=True, slots=True)
class ExcludedDocument:
    """A document that does not hold together, so that the inventory lacks what it says: `modelyard check` says why."""

    kind: str
    """Its kind; empty where its file cannot be read."""
    name: str
    """Its name; of Defaults, the folder."""


@dataclass(frozen=True)
class Inventory:
    """Every model of a project, and what else there is that models rest on."""

    project: str
    """The project."""
    models: tuple[Row, ...]
    """A row a model, by name."""
    excluded_documents: tuple[ExcludedDocument, ...]
    """What is missing, because it does not hold together."""
    datasets: tuple[Dataset, ...]
    """Every Dataset."""
    use_cases: tuple[UseCase, ...]
    """Every UseCase."""
    stages: Mapping[str, str]
    """Every Environment, in order of promotion, with its stage."""

    @cached_property
    def by_name(self) -> Mapping[str, Row]:
        """Rows by the names of their models."""
        return {row.name: row for row in self.models}
