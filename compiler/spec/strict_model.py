"""The base classes of the language, and the annotations of fields.

`merge` is how layers of a list merge: the name of the key that identifies elements, or `union`. Default: maps merge, all else is replaced.
If elements can be text, the text is the key of an element without other values.
`digest` is the model digest that covers a top-level field, or `none`. `ref` is the kind of document that the text, or each text of the
list, names. `dependency` says who calls the model that the text names: this `model`, or its `callers`. `is_egress_url` marks a URL
that the running model calls. `used_by` says who uses a field below `deploy`, `runtime`, `uses` or `source` that no target has to use:
`modelyard` itself, its `checks`, the `callers` of the model, or `records`.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict, Unpack

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

MergeStrategy = Literal[
    "name", "signal", "metric", "title", "group", "control", "topologyKey", "mountPath", "url", "issuer", "key", "union"
]
FieldUser = Literal["modelyard", "checks", "callers", "records"]
DigestPart = Literal["runtime", "governance", "none"]


class StrictModel(BaseModel):
    """A map with known fields only; any other key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), use_attribute_docstrings=True)


class _Limits(TypedDict, total=False):
    """The arguments of pydantic's `Field` that the language uses."""

    alias: str
    description: str
    ge: float
    gt: float
    le: float
    min_length: int
    pattern: str


def field(  # noqa: PLR0913 - each parameter is one annotation of the published schema
    default: object = None,
    *,
    merge: MergeStrategy | None = None,
    digest: DigestPart | None = None,
    ref: str | None = None,
    dependency: Literal["model", "callers"] | None = None,
    is_egress_url: bool = False,
    used_by: FieldUser | None = None,
    undeletable: bool = False,
    value_choices: Mapping[str, tuple[str, ...]] | None = None,
    at_most: str | tuple[str, ...] | None = None,
    ascending_percentiles: bool = False,
    control: Literal["enforced", "verified"] | None = None,
    **limits: Unpack[_Limits],
) -> Any:
    """Declare a field with its annotations; it is optional unless the default is `...`.

    `undeletable`: no layer may delete with `null` what weaker layers set. `value_choices`: the allowed values of `value` under some keys.
    `at_most`: the path of a field from the same map, or the JSON pointer into the document, whose value this one must not exceed, or
    several; of maps, the values of equal keys are compared. `ascending_percentiles`: values by percentile do not fall.
    `control`: the field declares a control, which is in force only where something in the cluster enforces or verifies it.
    """
    annotations: JsonDict = {
        "merge": merge,
        "digest": digest,
        "ref": ref,
        "dependency": dependency,
        "egress-url": is_egress_url,
        "used-by": used_by,
        "undeletable": undeletable,
        "at-most": at_most if isinstance(at_most, str) else " ".join(at_most or ()),
        "control": control,
        "ascending": "percentiles" if ascending_percentiles else None,
        "value-choices": {key: list(values) for key, values in (value_choices or {}).items()},
    }
    extra: JsonDict = {f"x-modelyard-{name}": value for name, value in annotations.items() if value}
    return Field(default, json_schema_extra=extra or None, **limits)


class Document(StrictModel):
    """The fields of every document."""

    apiVersion: Literal["modelyard/v1"]
    """The version of the language."""
