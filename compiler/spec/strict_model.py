"""How the language is described: closed classes, and what a field says of itself beside its type.

`merge` is how layers combine (absent: maps merge, everything else replaces): a key's name for lists whose elements
merge by that
key, or `union`. `digest` says which of a model's two digests covers a top-level field; `none`: neither. `ref` is the kind of document
that the text, or each text of the list, names; `asks` says who asks the model that it names while it runs: the model
`itself`, or its `callers`. `reached`: a URL that the running model asks.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MergeStrategy = Literal["name", "signal", "metric", "title", "group", "control", "union"]
DigestPart = Literal["runtime", "governance", "none"]


class StrictModel(BaseModel):
    """A map of known fields: any other key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), use_attribute_docstrings=True)


def field(  # noqa: PLR0913 - each is one thing that the published schema says of a field
    default: Any = None,
    *,
    merge: MergeStrategy | None = None,
    digest: DigestPart | None = None,
    ref: str | None = None,
    dependency: Literal["itself", "callers"] | None = None,
    is_egress_url: bool = False,
    undeletable: bool = False,
    value_choices: Mapping[str, tuple[str, ...]] | None = None,
    **limits: Any,
) -> Any:
    """A field with what the published schema says of its merging and digest; optional unless the default is `...`.

    `kept`: no layer may take away with `null` what those before it say. `words`: what `value` may say under some of the keys.
    """
    extra: dict[str, Any] = {}
    if merge:
        extra["x-modelyard-merge"] = merge
    if digest:
        extra["x-modelyard-digest"] = digest
    if ref:
        extra["x-modelyard-ref"] = ref
    if dependency:
        extra["x-modelyard-asks"] = dependency
    if is_egress_url:
        extra["x-modelyard-reached"] = "itself"
    if undeletable:
        extra["x-modelyard-kept"] = True
    if value_choices:
        extra["x-modelyard-words"] = {key: list(values) for key, values in value_choices.items()}
    return Field(default, json_schema_extra=extra or None, **limits)


class Document(StrictModel):
    """What every document of the language says first."""

    apiVersion: Literal["modelyard/v1"]
    """The version of the language."""
