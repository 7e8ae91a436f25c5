"""All corrections of one value, the most likely first."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from compiler.foundation.json_data import Json
from compiler.json_schema.corrections.container_types import container
from compiler.json_schema.corrections.correction import Correction, certain
from compiler.json_schema.corrections.cron_texts import cron
from compiler.json_schema.corrections.identifier_texts import day, digest, name, release, version
from compiler.json_schema.corrections.record_texts import country, email, license_expression, signal_action
from compiler.json_schema.corrections.scalar_types import scalar, without_typographic_quotes
from compiler.json_schema.corrections.unit_texts import cpu, duration, memory, percentage
from compiler.json_schema.corrections.uri_texts import artifact_uri, uri
from compiler.json_schema.schema_node import SchemaNode

TEXT_KINDS: Mapping[str, Callable[[str], Correction | None]] = MappingProxyType(
    {
        "duration": duration, "percentage": percentage, "cpu": cpu, "memory": memory, "cron": cron,
        "digest": digest, "version": version, "name": name, "date": day,
        "release": release, "uri": uri, "artifact-uri": artifact_uri,
        "license": license_expression, "country": country, "email": email, "signal-action": signal_action,
    }
)  # fmt: skip
"""By the kind of text that the schema of a field names: in `x-modelyard-text`, or for quantities in `x-modelyard-quantity`."""

HOW_TO_FIND: Mapping[str, str] = MappingProxyType({"digest": "`sha256sum FILE` prints the 64 digits"})
"""How to find out a text of some kinds."""


def corrections(
    node: SchemaNode, value: Json, written: str, resolve: Callable[[SchemaNode], SchemaNode]
) -> Iterator[Correction]:
    """The values that the author may have meant; `written` is the author's own spelling of a scalar, `resolve` follows a `$ref`.

    Nobody has checked that the schema accepts the values.
    """
    types = set(node.types) - {"null"}  # to leave the key out means the same as null, which is not offered
    if isinstance(value, Mapping | list):
        yield from container(types, node, value, resolve)
        return
    if isinstance(value, str) and (inner := without_typographic_quotes(value)) is not None:
        yield Correction(f'replace the typographic quotes: `"{inner}"`', inner, is_certain=True)
    text = value if isinstance(value, str) else written
    if "x-modelyard-ref" in node and "@" in text:
        yield Correction(f"write the name of a {node.text('x-modelyard-ref')} document; an email address is not a name")
    correct = TEXT_KINDS.get(text_kind(node))
    if correct and value is not None and (correction := correct(text)):
        yield correction
    if value is not None:
        yield from scalar(types, value, written)
        yield from container(types, node, value, resolve)
    yield from _enumerated(node, value)


def text_kind(node: SchemaNode) -> str:
    """The kind of text that a field holds."""
    return node.text("x-modelyard-text") or node.text("x-modelyard-quantity")


def _enumerated(node: SchemaNode, value: Json) -> Iterator[Correction]:
    """A word of a list that differs only in case and separators."""
    folded = [option for option in node.enum if isinstance(option, str) and _fold(option) == _fold(value)]
    if len(folded) == 1:
        yield certain(folded[0])


def _fold(value: Json) -> str:
    return str(value).lower().replace("-", "").replace("_", "").replace(" ", "")
