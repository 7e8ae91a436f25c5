"""Series as emitters and models write them, and the indicators that are counted from them."""

from collections.abc import Mapping

from compiler.cel import wrong_pattern
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, Pointer, as_object, as_str
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_loader import mistake
from compiler.plan.slo.indicators import Counted, Probed, Ratio, Timed
from compiler.plan.slo.objectives import Objective
from compiler.plan.slo.promql import LABEL, METRIC, Series
from compiler.plan.slo.sli_catalog import bound


def series(said: Object) -> Series:
    """Series by name and labels; a label whose value a template leaves out is none of them."""
    labels, matching = (as_object(said.get(key)).items() for key in ("labels", "matching"))
    return Series(
        as_str(said["metric"]), *(tuple((name, one) for name, one in pairs if isinstance(one, str)) for pairs in (labels, matching))
    )


def ratio(objective: Objective, said: Object) -> Ratio:
    """What an objective is counted from."""
    if objective.within is not None:
        return Timed(series(as_object(said["histogram"])), bound(objective, said))
    if "probe" in said:
        return Probed(series(as_object(said["probe"])))
    total, answered = (series(as_object(said[key])) if key in said else None for key in ("total", "answered"))
    unreached = series(as_object(said["unreached"])) if "unreached" in said else None
    return Counted(series(as_object(said["errors"])), total, answered, unreached)


def strange(emitter: Emitter, said: Json, pointer: Pointer) -> Finding | None:
    """What Prometheus would not take of series that an emitter says; those of a model are checked with the model."""
    if not isinstance(said, Mapping):
        return None
    if "metric" in said:
        wrong = _wrong(said)
        return mistake(emitter, wrong, pointer, "mend it, or what fills it") if wrong else None
    found = (strange(emitter, below, (*pointer, key)) for key, below in said.items())
    return next((one for one in found if one is not None), None)


def _wrong(said: Object) -> str | None:
    if not METRIC.fullmatch(as_str(said["metric"])):
        return f"{said['metric']!r} is no name of a metric"
    for key in ("labels", "matching"):
        for label, value in as_object(said.get(key)).items():
            if not LABEL.fullmatch(label):
                return f"{label!r} is no name of a label"
            wrong = wrong_pattern(as_str(value)) if key == "matching" else None
            if wrong is not None:
                return f"{value!r} is no expression of RE2: {wrong}"
    return None
