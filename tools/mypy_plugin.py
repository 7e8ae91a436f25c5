"""A mypy plugin that rejects a key that a TypedDict does not have in `data.get("key")` and in `"key" in data`.

mypy reports an unknown key of `data["key"]`. By the typing specification, a value of a TypedDict may hold more keys than its type
names: `data.get("typo")` is an `object`, and `"typo" in data` is allowed. The data of Modelyard are validated against closed
schemas and hold no other key, so an unknown one is a misspelling. PEP 728's `closed=True` alone reports neither (mypy 2.4).
"""

from collections.abc import Callable, Sequence

from mypy.errorcodes import TYPEDDICT_ITEM
from mypy.nodes import ComparisonExpr, Expression
from mypy.plugin import CheckerPluginInterface, MethodContext, Plugin
from mypy.plugins.default import typed_dict_get_callback
from mypy.typeops import try_getting_str_literals
from mypy.types import Type, TypedDictType, UnionType, get_proper_type

_Hook = Callable[[MethodContext], Type]


class TypedDictKeys(Plugin):
    """Replaces the hooks of `get` and `in`."""

    def get_method_hook(self, fullname: str) -> _Hook | None:
        """The hook of a method of TypedDicts."""
        return _HOOKS.get(fullname)


def plugin(_version: str) -> type[Plugin]:
    """The entry point that mypy calls."""
    return TypedDictKeys


def _get(context: MethodContext) -> Type:
    """Check `data.get(key)`: the key is a literal, and each type that `data` may have knows it."""
    if isinstance(context.type, TypedDictType):
        key = context.args[0][0]
        keys = try_getting_str_literals(key, context.arg_types[0][0])
        if keys is None:
            _fail(context.api, "Expected a literal key of the TypedDict", key)
        _check_keys(context.api, [context.type], keys or (), key)
    return typed_dict_get_callback(context)


def _contains(context: MethodContext) -> Type:
    """Check `key in data`: at least one of the types that `data` may have knows the key, which tells them apart."""
    comparison = context.context
    if isinstance(context.type, TypedDictType) and isinstance(comparison, ComparisonExpr):
        key = context.args[0][0]
        keys = try_getting_str_literals(key, context.arg_types[0][0])
        container = comparison.operands[comparison.operands.index(key) + 1]
        _check_keys(context.api, _typed_dicts(context.api.get_expression_type(container)), keys or (), key)
    return context.default_return_type


def _typed_dicts(type_: Type) -> list[TypedDictType]:
    proper = get_proper_type(type_)
    members = map(get_proper_type, proper.items) if isinstance(proper, UnionType) else (proper,)
    return [member for member in members if isinstance(member, TypedDictType)]


def _check_keys(
    api: CheckerPluginInterface, types: Sequence[TypedDictType], keys: Sequence[str], expression: Expression
) -> None:
    names = " | ".join(type_.fallback.type.name for type_ in types)
    for key in keys:
        if not any(key in type_.items for type_ in types):
            _fail(api, f'TypedDict "{names}" has no key "{key}"', expression)


def _fail(api: CheckerPluginInterface, message: str, expression: Expression) -> None:
    """Report an error, also where mypy collects those of one reading and goes on to another, as it does for `in`."""
    errors = api.msg.errors
    watchers, errors._watchers = errors._watchers, []  # noqa: SLF001 - mypy has no public way
    api.fail(message, expression, code=TYPEDDICT_ITEM)
    errors._watchers = watchers  # noqa: SLF001 - likewise


_HOOKS: dict[str, _Hook] = {"typing.Mapping.get": _get, "typing.Mapping.__contains__": _contains}
