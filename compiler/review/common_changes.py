"""A change that several models share appears once: a default, a policy or an image reaches them all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from compiler.foundation.json_data import Json
from compiler.resolve.digests import digest
from compiler.resolve.value_diff import Absent, MaybeJson
from compiler.review.change_review import ChangeReview, ModelChange
from compiler.review.review_rules import ClassifiedChange

MIN_MODELS = 3
"""From this number of models a shared change appears once."""


@dataclass(frozen=True, slots=True)
class CommonChange:
    """A changed value that several models share."""

    change: ClassifiedChange
    models: tuple[str, ...]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupedReview:
    """The review with shared changes apart; a model of which nothing else changes is named with these only."""

    review: ChangeReview
    common: tuple[CommonChange, ...]
    models: tuple[ModelChange, ...]


def group_changes(review: ChangeReview) -> GroupedReview:
    """The review, with each change that at least `MIN_MODELS` models share taken out of them."""
    holders: dict[str, tuple[ClassifiedChange, dict[str, tuple[str, ...]]]] = {}
    for model in review.models:
        for scoped in model.changes:
            holders.setdefault(_key(scoped.change), (scoped.change, {}))[1].setdefault(model.model, model.owners)
    common_keys = {key for key, (_, models) in holders.items() if len(models) >= MIN_MODELS}
    common = tuple(
        CommonChange(change, tuple(models), tuple(sorted({owner for owners in models.values() for owner in owners})))
        for key, (change, models) in holders.items()
        if key in common_keys
    )
    remaining = (
        replace(model, changes=tuple(scoped for scoped in model.changes if _key(scoped.change) not in common_keys))
        for model in review.models
    )
    shown = tuple(
        model
        for model, before in zip(remaining, review.models, strict=True)
        if model.changes or model.objects or not before.changes
    )
    return GroupedReview(review, common, shown)


def _key(change: ClassifiedChange) -> str:
    difference = change.difference
    return digest(
        [change.class_, change.rule, list(difference.pointer), _value(difference.old), _value(difference.new)]
    )


def _value(value: MaybeJson) -> Json:
    """The value in a list, which is empty for an absent one."""
    return [] if isinstance(value, Absent) else [value]
