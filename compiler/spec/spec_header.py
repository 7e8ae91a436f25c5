"""What the stages for the whole fleet read of a document that its schema accepts, so that they need not load its data."""

from collections.abc import Iterator

import msgspec

from compiler.foundation.json_data import Json, Object, Pointer, iter_texts
from compiler.source.document import Document
from compiler.source.packed_data import DECODE_ERRORS
from compiler.spec.language import Language, iter_strings, iter_values
from compiler.spec.merge_rules import ANY_KEY

YAML_SUFFIXES = (".yaml", ".yml")
_USED_MODEL = ("uses", ANY_KEY, "model")
_ENVIRONMENT = ("environments", ANY_KEY)
_RELEASE = ("releases", ANY_KEY)
_SOURCE = ("source",)
_POLICIES: tuple[Pointer, ...] = (("policies",), (*_ENVIRONMENT, "policies"))
_LAYERS: tuple[Pointer, ...] = ((), ("defaults",), ("overlay",), _ENVIRONMENT, ("types", ANY_KEY))
"""Where documents of all kinds have layers."""
_DEPLOY_FIELDS: tuple[Pointer, ...] = tuple((*layer, "deploy", ANY_KEY) for layer in _LAYERS)


class SpecHeader(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Facts about a document."""

    kind: str
    name: str
    """As written; Defaults have none."""
    type: str = ""
    environments: tuple[str, ...] = ()
    """The keys of `environments`: names of environments and stages."""
    used_models: tuple[str, ...] = ()
    """The models that a layer or a release of the document names."""
    yaml_companions: tuple[str, ...] = ()
    """The YAML files that its releases name, relative to its folder."""
    deploy_fields: tuple[str, ...] = ()
    """The keys of `deploy` in its layers."""
    has_policies: bool = False
    """Whether a Model binds policies, in all environments or in one."""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(SpecHeader)


def encode_header(header: SpecHeader) -> bytes:
    """The header as bytes."""
    return _ENCODER.encode(header)


def decode_header(content: bytes) -> SpecHeader | None:
    """The header; `None` if there is none."""
    try:
        return _DECODER.decode(content) if content else None
    except DECODE_ERRORS:
        return None


def read_header(document: Document, language: Language) -> SpecHeader:
    """The header of a document whose data may be invalid."""
    data = document.data
    kind, name, type_ = (_text(data.get(key)) for key in ("kind", "name", "type"))
    is_model = kind == "Model" and type_ in language.types
    return SpecHeader(
        kind,
        name,
        type_,
        tuple(str(pointer[-1]) for pointer, _ in iter_values(data, _ENVIRONMENT)) if is_model else (),
        tuple(dict.fromkeys(_used_models(data, type_, language))) if is_model else (),
        tuple(dict.fromkeys(yaml_companions(data))),
        tuple(sorted({str(pointer[-1]) for pattern in _DEPLOY_FIELDS for pointer, _ in iter_values(data, pattern)})),
        is_model and any(True for pattern in _POLICIES for _ in iter_values(data, pattern)),
    )


def yaml_companions(data: Object) -> Iterator[str]:
    """The YAML files in the source of a document that may be invalid, and in those of its releases if it is a Model."""
    patterns: tuple[Pointer, ...] = (_SOURCE, (*_RELEASE, *_SOURCE)) if data.get("kind") == "Model" else (_SOURCE,)
    for pattern in patterns:
        for _, source in iter_values(data, pattern):
            yield from (text for text in iter_texts(source) if text.endswith(YAML_SUFFIXES))


def _used_models(data: Object, type_: str, language: Language) -> Iterator[str]:
    patterns: list[Pointer] = [_USED_MODEL, (*_ENVIRONMENT, *_USED_MODEL)]
    for annotation in language.type_language(type_).dependencies:
        patterns += [annotation.pointer, (*_RELEASE, *annotation.pointer)]
    for pattern in patterns:
        yield from (name for _, name in iter_strings(data, pattern))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
