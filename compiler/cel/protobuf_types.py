"""Declares the types of variables to CEL's type checker, which accepts only protobuf messages."""

from collections.abc import Mapping

from cel_expr_python import cel  # type: ignore[import-untyped]  # protobuf has stubs but no `py.typed` marker
from google.protobuf import struct_pb2
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool

from compiler.cel.cel_types import CelType, ListOf, MapOf, Scalar, Struct
from compiler.cel.identifiers import mangle

PACKAGE = "modelyard_shape"

_SCALARS = {
    Scalar.STRING: (FieldDescriptorProto.TYPE_STRING, cel.Type.STRING),
    Scalar.INT: (FieldDescriptorProto.TYPE_INT64, cel.Type.INT),
    Scalar.DOUBLE: (FieldDescriptorProto.TYPE_DOUBLE, cel.Type.DOUBLE),
    Scalar.BOOL: (FieldDescriptorProto.TYPE_BOOL, cel.Type.BOOL),
}
_ANY_VALUE, _ANY_LIST, _ANY_MAP = (f".google.protobuf.{name}" for name in ("Value", "ListValue", "Struct"))


class ProtobufTypes:
    """One protobuf message for each struct type of the variables."""

    def __init__(self, variables: Mapping[str, CelType]) -> None:
        self.structs_by_message: dict[str, Struct] = {}
        self._message_names: dict[int, str] = {}
        self._file = FileDescriptorProto(name="modelyard/shapes.proto", package=PACKAGE, syntax="proto2")
        self._file.dependency.append("google/protobuf/struct.proto")
        types = {name: self._cel_type(cel_type) for name, cel_type in variables.items()}
        self.env = cel.NewEnv(self._descriptor_pool(), variables=types)

    def _descriptor_pool(self) -> DescriptorPool:
        pool = DescriptorPool()
        pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
        pool.AddSerializedFile(self._file.SerializeToString())
        return pool

    def _cel_type(self, cel_type: CelType) -> cel.Type:
        match cel_type:
            case Struct():
                return cel.Type(self._add_message(cel_type))
            case ListOf(item):
                return cel.Type.List(self._cel_type(item))
            case MapOf(value):
                return cel.Type.Map(cel.Type.STRING, self._cel_type(value))
        return _SCALARS[cel_type][1] if cel_type in _SCALARS else cel.Type.DYN

    def _add_message(self, struct: Struct) -> str:
        if id(struct) not in self._message_names:
            name = f"M{len(self._message_names)}"
            self._message_names[id(struct)] = f"{PACKAGE}.{name}"
            self.structs_by_message[f"{PACKAGE}.{name}"] = struct
            message = self._file.message_type.add(name=name)
            # `useCase` and `use_case` can both be fields: protobuf never reads JSON here, so their JSON names may collide
            message.options.deprecated_legacy_json_field_conflicts = True
            self._add_fields(message, struct)
        return self._message_names[id(struct)]

    def _add_fields(self, message: DescriptorProto, struct: Struct) -> None:
        field_types: dict[str, CelType] = {}
        for name, cel_type in struct.fields.items():
            field_types[mangle(name)] = Scalar.DYN if mangle(name) in field_types else cel_type
        for number, (name, cel_type) in enumerate(field_types.items(), 1):
            field = message.field.add(name=name, json_name=f"j{number}", number=number)
            field.label = FieldDescriptorProto.LABEL_OPTIONAL
            self._set_field_type(message, field, cel_type)

    def _set_field_type(self, message: DescriptorProto, field: FieldDescriptorProto, cel_type: CelType) -> None:
        entry = f"{_to_camel_case(field.name)}Entry"
        if isinstance(cel_type, ListOf) and cel_type.item is not Scalar.DYN:
            field.label = FieldDescriptorProto.LABEL_REPEATED
            self._set_single_type(field, cel_type.item)
        elif isinstance(cel_type, MapOf) and cel_type.value is not Scalar.DYN and _is_unused_name(message, entry):
            self._set_map_type(message, field, entry, cel_type)
        else:
            self._set_single_type(field, cel_type)

    def _set_map_type(self, message: DescriptorProto, field: FieldDescriptorProto, entry: str, cel_type: MapOf) -> None:
        entry_message = message.nested_type.add(name=entry)
        entry_message.options.map_entry = True
        optional = FieldDescriptorProto.LABEL_OPTIONAL
        entry_message.field.add(name="key", number=1, label=optional, type=FieldDescriptorProto.TYPE_STRING)
        self._set_single_type(entry_message.field.add(name="value", number=2, label=optional), cel_type.value)
        field.label = FieldDescriptorProto.LABEL_REPEATED
        field.type = FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = f".{PACKAGE}.{message.name}.{entry}"

    def _set_single_type(self, field: FieldDescriptorProto, cel_type: CelType) -> None:
        """Declare a singular field of the type. Protobuf has no nested lists: they become lists of any value."""
        if isinstance(cel_type, Scalar) and cel_type in _SCALARS:
            field.type = _SCALARS[cel_type][0]
            return
        field.type = FieldDescriptorProto.TYPE_MESSAGE
        match cel_type:
            case Struct():
                field.type_name = f".{self._add_message(cel_type)}"
            case ListOf():
                field.type_name = _ANY_LIST
            case MapOf():
                field.type_name = _ANY_MAP
            case _:
                field.type_name = _ANY_VALUE


def _is_unused_name(message: DescriptorProto, entry: str) -> bool:
    return entry not in {member.name for member in message.nested_type} | {member.name for member in message.field}


def _to_camel_case(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
