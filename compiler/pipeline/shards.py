"""Computes the results of a part of a fleet's models, which a build elsewhere reuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol, TypeVar

from compiler.diagnostics.finding_codec import decode_findings
from compiler.pipeline.rendered_fleet import model_renderer
from compiler.pipeline.result_kinds import CHECKED_MODEL, RENDERED_MODEL
from compiler.pipeline.result_summaries import check_summary
from compiler.pipeline.session import Session, all_units

T = TypeVar("T")


class Shard(NamedTuple):
    """One of `total` parts of the models, from 1 on."""

    number: int
    total: int

    def select(self, names: Iterable[str]) -> list[str]:
        """The names of the part; every name is in one part."""
        return list(names)[self.number - 1 :: self.total]


class Track(Protocol):
    """Gives the items of a long operation one by one, and may show the progress."""

    def __call__(self, label: str, items: Iterable[T], length: int) -> Iterator[T]:
        """The items."""
        ...


def no_progress(label: str, items: Iterable[T], length: int) -> Iterator[T]:
    """The items."""
    del label, length
    return iter(items)


def compute_shard(session: Session, shard: Shard, track: Track = no_progress) -> dict[str, list[str]]:
    """Compute the results of the models of a shard, which the session keeps; returns the names of the models by kind of result.

    Nothing is rendered if one of these models has a finding: the build that uses the results reports it.
    """
    names = shard.select(session.portfolio.by_kind("Model"))
    checks = session.keeper.obtain(CHECKED_MODEL, names, session.check_scope, session.check_model)
    checked_models = list(track("Checking models", checks, len(names)))
    if any(
        finding.is_blocking
        for result in checked_models
        for finding in decode_findings(check_summary(result.summary).findings)
    ):
        return {CHECKED_MODEL.name: names}
    render = model_renderer(session, all_units).render_model
    for _ in track("Rendering models", session.keeper.obtain(RENDERED_MODEL, names, "", render), len(names)):
        pass
    return {CHECKED_MODEL.name: names, RENDERED_MODEL.name: names}
