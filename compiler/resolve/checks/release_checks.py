"""Checks of published releases, deployed or not: quantities, names, bounds, routers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Pointer, format_path, plain_data
from compiler.resolve.checks.bound_checks import contradictions
from compiler.resolve.fleet import Fleet
from compiler.spec.data_types import EnsembleStepData, ReleaseData, SourceData
from compiler.spec.language import TypeLanguage, iter_strings, iter_values
from compiler.spec.portfolio import ModelSpec, release_contents
from compiler.spec.quantities import QUANTITIES, Percentage, QuantityError


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """A release as its Model defines it; its content is at `pointer` of the document."""

    spec: ModelSpec
    pointer: Pointer
    content: ReleaseData

    @property
    def source(self) -> SourceData:
        """The source of the release."""
        return self.content["source"]

    def finding(self, code: Code, message: str, relative_pointer: Pointer, help_: str | None = None) -> Finding:
        """A finding at a pointer below the release."""
        document_pointer = (*self.pointer, *relative_pointer)
        full_message = f"{format_path(relative_pointer)}: {message}" if code is codes.BAD_VALUE else message
        return Finding(
            code,
            full_message,
            self.spec.document.location(document_pointer),
            Subject("Model", self.spec.name, None, document_pointer),
            help_,
        )


def check_releases(fleet: Fleet, spec: ModelSpec) -> Iterator[Finding]:
    """Every published release of a model."""
    language = fleet.language.type_language(spec.data["type"])
    for version, content in release_contents(spec.data).items():
        release = PublishedRelease(spec, () if "source" in spec.data else ("releases", version), content)
        yield from _check_quantities(release, language)
        yield from _check_bounds(release, language)
        yield from _check_duplicate_names(release, language)
        for check in RELEASE_CHECKS:
            yield from check(release)


def _check_quantities(release: PublishedRelease, language: TypeLanguage) -> Iterator[Finding]:
    """Every quantity has a canonical form."""
    for annotation in language.release_quantities:
        for pointer, value in iter_values(plain_data(release.content), annotation.pointer):
            try:
                QUANTITIES[annotation.value](str(value))
            except QuantityError as error:
                yield release.finding(codes.BAD_VALUE, str(error), pointer, error.help)


def _check_bounds(release: PublishedRelease, language: TypeLanguage) -> Iterator[Finding]:
    """No value is above its upper bound, which may be a field of the Model."""
    data = {**release.spec.json, **plain_data(release.content)}
    for contradiction in contradictions(data, language.release_bounds):
        yield release.finding(
            codes.CONTRADICTORY_BOUNDS, contradiction.message, contradiction.lower, contradiction.help
        )


def _check_duplicate_names(release: PublishedRelease, language: TypeLanguage) -> Iterator[Finding]:
    """Elements that are identified by name have unique names."""
    for annotation in language.release_merge_keys:
        known_names: set[tuple[Pointer, str]] = set()
        for pointer, name in iter_strings(plain_data(release.content), (*annotation.pointer, annotation.value)):
            list_pointer = pointer[:-2]
            if (list_pointer, name) in known_names:
                message = f"{format_path(list_pointer)} has two elements with the same {annotation.value}: {name}"
                yield release.finding(codes.DUPLICATE_NAME, message, pointer, "keep one of the two")
            known_names.add((list_pointer, name))


def _check_parameters(release: PublishedRelease) -> Iterator[Finding]:
    """Chosen parameters are within their bounds."""
    for index, parameter in enumerate(release.source.get("parameters", ())):
        value, pointer = parameter.get("value"), ("source", "parameters", index)
        for key, limit, bound_name, is_beyond in (
            ("min", parameter.get("min"), "minimum", float.__lt__),
            ("max", parameter.get("max"), "maximum", float.__gt__),
        ):
            if limit is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                message = f"`{value}` is not a number, so that it cannot have a {bound_name}"
                yield release.finding(
                    codes.BAD_VALUE, message, (*pointer, key), f"remove `{key}`, or set `value` to a number"
                )
            elif is_beyond(float(value), float(limit)):
                message = f"{value} is out of bounds: the {bound_name} is {limit}"
                help_ = f"change the value, or change `{key}` and its reason"
                yield release.finding(codes.BAD_VALUE, message, (*pointer, "value"), help_)


def _check_duplicate_metrics(release: PublishedRelease) -> Iterator[Finding]:
    """A metric is recorded once per slice and dataset."""
    known_keys: set[tuple[str | None, ...]] = set()
    for index, evaluation in enumerate(release.content.get("evaluations", ())):
        key = (evaluation.get("metric"), evaluation.get("dataset"), evaluation.get("slice"))
        if key in known_keys:
            message = f"evaluations has two values of {key[0]} for the same data"
            help_ = "keep one of the two, or set `slice` or `dataset`"
            yield release.finding(codes.DUPLICATE_NAME, message, ("evaluations", index, "metric"), help_)
        known_keys.add(key)


def _check_router(release: PublishedRelease) -> Iterator[Finding]:
    """Steps have the fields that their router reads, and no others."""
    router = release.source.get("router")
    steps = release.source.get("steps", ()) if router else ()
    for index, step in enumerate(steps):
        for key, routers in _ROUTERS_BY_KEY.items():
            if key in step and router not in routers:
                message = (
                    f"the router `{router}` does not use it; only {' and '.join(f'`{name}`' for name in routers)} "
                    f"{'does' if len(routers) == 1 else 'do'}"
                )
                yield release.finding(codes.BAD_VALUE, message, ("source", "steps", index, key), "remove it")
        if router == "splitter" and "weight" not in step:
            message, help_ = "a splitter requires the `weight` of each step", "add `weight`, such as 50%"
            yield release.finding(codes.BAD_VALUE, message, ("source", "steps", index), help_)
    if router == "splitter" and all("weight" in step for step in steps):
        yield from _check_weights(release, steps)


_ROUTERS_BY_KEY: Mapping[Literal["weight", "when", "data"], tuple[str, ...]] = {
    "weight": ("splitter",),
    "when": ("switch", "sequence"),
    "data": ("sequence",),
}


def _check_weights(release: PublishedRelease, steps: Sequence[EnsembleStepData]) -> Iterator[Finding]:
    try:
        total = sum(Percentage(step["weight"]).percent for step in steps)
    except ValueError:
        return  # the quantity check reports it
    if round(total, 6) != 100:  # noqa: PLR2004 - per cent
        message = f"the weights add up to {total:g}%"
        yield release.finding(codes.BAD_VALUE, message, ("source", "steps"), "change them so that they add up to 100%")


RELEASE_CHECKS: tuple[Callable[[PublishedRelease], Iterator[Finding]], ...] = (
    _check_parameters,
    _check_duplicate_metrics,
    _check_router,
)
