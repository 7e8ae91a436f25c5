"""Compiles two states of a project, and tells which models and units differ between them.

Both sides keep their results in the same store, so that a model with the same look-ups on both sides is evaluated once. What is held in
memory of a model are digests; `Side` reads the snapshots and files of those that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from compiler.diagnostics.finding import Finding
from compiler.foundation.packed_content import content_digest
from compiler.pipeline.rendered_fleet import FleetRenderer
from compiler.pipeline.session import Session, all_units
from compiler.pipeline.stages import CheckedBuild, check_for_build
from compiler.pipeline.unit_selection import is_deployment, model_of_unit
from compiler.plan.planning import UnitFilter
from compiler.policy.baseline import is_policy_finding
from compiler.review.model_snapshot import ModelSnapshot, SnapshotReader
from compiler.write.output_units import OutputFile, Unit, unit_digest

ProgressBar: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[], object]]]
"""Opens a bar with a label and a number of steps, and gives a function that counts one step."""


def no_bar(_label: str, _length: int) -> AbstractContextManager[Callable[[], object]]:
    """The default: no progress is shown."""
    return nullcontext(lambda: None)


class _UnitDigests:
    """A sink that holds the digests of units, and no files."""

    def __init__(self) -> None:
        self.by_id: dict[str, str] = {}

    def add(self, unit: Unit) -> None:
        """Take a unit."""
        self.by_id[unit.id] = unit_digest([(file, content_digest(file.content)) for file in unit.files])

    def add_unchanged(self, unit: str, digest: str) -> bool:
        """Take a kept unit, whose files are not needed."""
        self.by_id[unit] = digest
        return True


class Side:
    """One state of a project: its snapshots of models, and if nothing blocks, the digests of its rendered units."""

    def __init__(self, session: Session, label: str = "", bar: ProgressBar = no_bar) -> None:
        """`label` names the state in progress bars."""
        self.session = session
        self._label = label
        self._bar = bar
        self._unit_digests = _UnitDigests()
        self._renderer = FleetRenderer(session, all_units, self._unit_digests, self._count_unit)
        self._snapshots = SnapshotReader(session)
        self._read_snapshots: dict[str, ModelSnapshot] = {}
        self._advance: Callable[[], object] = lambda: None

    @cached_property
    def is_blocked(self) -> bool:
        """Whether a finding that is not about a policy prevents rendering."""
        return self._checked_build.is_blocked

    @property
    def check_findings(self) -> tuple[Finding, ...]:
        """What is found without rendering."""
        return self._checked_build.findings_without_rendering()

    @cached_property
    def _checked_build(self) -> CheckedBuild:
        with self._bar(f"Checking models{self._label}", len(self.session.portfolio.by_kind("Model"))) as advance:
            self.session.on_model_checked = advance
            return check_for_build(self.session, ignore_policies=True)

    @cached_property
    def snapshot_digests(self) -> Mapping[str, bytes]:
        """A digest of the snapshot of each model, by name; empty for an invalid model, which is never the same as another."""
        with self._bar(f"Comparing models{self._label}", len(self.session.portfolio.by_kind("Model"))) as advance:
            digests: dict[str, bytes] = {}
            for name, digest in self._snapshots.digests():
                digests[name] = digest
                advance()
            return digests

    def snapshot(self, name: str) -> ModelSnapshot | None:
        """The snapshot of a model; `None` if there is no model of that name."""
        if name not in self._read_snapshots and name in self.snapshot_digests:
            self._read_snapshots[name] = self._snapshots.read(name)
        return self._read_snapshots.get(name)

    @cached_property
    def render_findings(self) -> tuple[Finding, ...]:
        """Everything is rendered; returns what is found meanwhile."""
        with (
            self._bar(
                f"Rendering deployments{self._label}", sum(1 for _ in self.session.fleet.deployments())
            ) as advance,
            self.session.timings.measure("stage", "render"),
        ):
            self._advance = advance
            return tuple(self._renderer.render())

    def _count_unit(self, unit: str) -> None:
        if is_deployment(unit):
            self._advance()

    @property
    def unit_digests(self) -> Mapping[str, str]:
        """The digest of each rendered unit, by id."""
        _ = self.render_findings
        return self._unit_digests.by_id

    def blocks(self, scope: UnitFilter) -> bool:
        """Whether what is found while the units in scope are rendered prevents writing them; rendered again if anything is found."""
        if not _has_blocking(self.render_findings):
            return False
        return _has_blocking(FleetRenderer(self.session, scope, _UnitDigests()).render())

    def read_files(self, unit_ids: Collection[str]) -> Iterator[tuple[str, OutputFile]]:
        """The files of units that exist on this side, each with the id of its unit."""
        ids = frozenset(unit_ids) & self.unit_digests.keys()
        for unit in self._renderer.read_units(ids) if ids else ():
            yield from ((unit.id, file) for file in unit.files)


@dataclass(frozen=True)
class ComparedSides:
    """Two states of a project; `base` is `None` if there was no project."""

    base: Side | None
    head: Side

    @cached_property
    def changed_snapshots(self) -> frozenset[str]:
        """The models of which something itself differs, or that one side lacks."""
        old, new = self.base.snapshot_digests if self.base else {}, self.head.snapshot_digests
        return frozenset(
            name for name in old.keys() | new.keys() if not new.get(name) or old.get(name) != new.get(name)
        )

    @property
    def is_comparable(self) -> bool:
        """Whether both states can be rendered."""
        return not self.head.is_blocked and not (self.base and self.base.is_blocked)

    @cached_property
    def changed_units(self) -> frozenset[str]:
        """The units (by id) that differ, or that one side lacks; both states must be comparable."""
        new = self.head.unit_digests
        old = self.base.unit_digests if self.base else {}
        return frozenset(id_ for id_ in old.keys() | new.keys() if old.get(id_) != new.get(id_))

    @property
    def changed_models(self) -> frozenset[str]:
        """The models that differ, themselves or in a rendered file. All others were evaluated once, or are the same."""
        units = self.changed_units if self.is_comparable else ()
        return self.changed_snapshots | ({model_of_unit(id_) for id_ in units} - {""})


def compare_sides(base: Session | None, head: Session, bar: ProgressBar = no_bar) -> ComparedSides:
    """Two states of a project, whose facts are computed when they are read: `head` first, since more runs reuse its results."""
    return ComparedSides(Side(base, " of the base", bar) if base else None, Side(head, "", bar))


def _has_blocking(findings: Collection[Finding] | Iterator[Finding]) -> bool:
    return any(finding.is_blocking and not is_policy_finding(finding) for finding in findings)
