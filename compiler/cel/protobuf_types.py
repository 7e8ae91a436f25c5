"""Shapes told to CEL's type checker, which knows only protobuf messages."""

from collections.abc import Mapping

from cel_expr_python import cel  # type: ignore[import-untyped]  # it has stubs, and lacks the marker that says so
from google.protobuf import struct_pb2
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool

from compiler.cel.cel_types import ListOf, MapOf, Scalar, Shape, Struct
from compiler.cel.identifiers import stand_in

PACKAGE = "modelyard_shape"

_SCALARS = {
    Scalar.STRING: (FieldDescriptorProto.TYPE_STRING, cel.Type.STRING),
    Scalar.INT: (FieldDescriptorProto.TYPE_INT64, cel.Type.INT),
    Scalar.DOUBLE: (FieldDescriptorProto.TYPE_DOUBLE, cel.Type.DOUBLE),
    Scalar.BOOL: (FieldDescriptorProto.TYPE_BOOL, cel.Type.BOOL),
}
_ANY_VALUE, _ANY_LIST, _ANY_MAP = (f".google.protobuf.{name}" for name in ("Value", "ListValue", "Struct"))


class Messages:
    """One message for each struct that the variables hold."""

    def __init__(self, variables: Mapping[str, Shape]) -> None:
        self.fields: dict[str, Struct] = {}
        self._names: dict[int, str] = {}
        self._file = FileDescriptorProto(name="modelyard/shapes.proto", package=PACKAGE, syntax="proto2")
        self._file.dependency.append("google/protobuf/struct.proto")
        types = {name: self._type(form) for name, form in variables.items()}
        self.env = cel.NewEnv(self._pool(), variables=types)

    def _pool(self) -> DescriptorPool:
        pool = DescriptorPool()
        pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
        pool.AddSerializedFile(self._file.SerializeToString())
        return pool

    def _type(self, form: Shape) -> cel.Type:
        match form:
            case Struct():
                return cel.Type(self._message(form))
            case ListOf(item):
                return cel.Type.List(self._type(item))
            case MapOf(value):
                return cel.Type.Map(cel.Type.STRING, self._type(value))
        return _SCALARS[form][1] if form in _SCALARS else cel.Type.DYN

    def _message(self, struct: Struct) -> str:
        if id(struct) not in self._names:
            name = f"M{len(self._names)}"
            self._names[id(struct)] = f"{PACKAGE}.{name}"
            self.fields[f"{PACKAGE}.{name}"] = struct
            message = self._file.message_type.add(name=name)
            # `useCase` and `use_case` may stand side by side: nothing here is ever read from JSON by protobuf
            message.options.deprecated_legacy_json_field_conflicts = True
            self._fill(message, struct)
        return self._names[id(struct)]

    def _fill(self, message: DescriptorProto, struct: Struct) -> None:
        forms: dict[str, Shape] = {}
        for name, form in struct.fields.items():
            forms[stand_in(name)] = Scalar.DYN if stand_in(name) in forms else form
        for number, (name, form) in enumerate(forms.items(), 1):
            field = message.field.add(name=name, json_name=f"j{number}", number=number)
            field.label = FieldDescriptorProto.LABEL_OPTIONAL
            self._declare(message, field, form)

    def _declare(self, message: DescriptorProto, field: FieldDescriptorProto, form: Shape) -> None:
        entry = f"{_camel(field.name)}Entry"
        if isinstance(form, ListOf) and form.item is not Scalar.DYN:
            field.label = FieldDescriptorProto.LABEL_REPEATED
            self._single(field, form.item)
        elif isinstance(form, MapOf) and form.value is not Scalar.DYN and _is_free(message, entry):
            self._map(message, field, entry, form)
        else:
            self._single(field, form)

    def _map(self, message: DescriptorProto, field: FieldDescriptorProto, entry: str, form: MapOf) -> None:
        nested = message.nested_type.add(name=entry)
        nested.options.map_entry = True
        optional = FieldDescriptorProto.LABEL_OPTIONAL
        nested.field.add(name="key", number=1, label=optional, type=FieldDescriptorProto.TYPE_STRING)
        self._single(nested.field.add(name="value", number=2, label=optional), form.value)
        field.label = FieldDescriptorProto.LABEL_REPEATED
        field.type = FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = f".{PACKAGE}.{message.name}.{entry}"

    def _single(self, field: FieldDescriptorProto, form: Shape) -> None:
        """One value of the shape; lists of lists and the like are lists of anything, for protobuf has none."""
        if isinstance(form, Scalar) and form in _SCALARS:
            field.type = _SCALARS[form][0]
            return
        field.type = FieldDescriptorProto.TYPE_MESSAGE
        match form:
            case Struct():
                field.type_name = f".{self._message(form)}"
            case ListOf():
                field.type_name = _ANY_LIST
            case MapOf():
                field.type_name = _ANY_MAP
            case _:
                field.type_name = _ANY_VALUE


def _is_free(message: DescriptorProto, entry: str) -> bool:
    return entry not in {one.name for one in message.nested_type} | {one.name for one in message.field}


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
