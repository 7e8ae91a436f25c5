"""Which paths of the context templates access, from their sources alone: a template need not run.

Where the analysis cannot follow a value, the value counts as used whole, so that no template reads a path that is not accessed.
Branches are not distinguished.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from jinja2 import nodes

from compiler.foundation.json_data import Pointer
from compiler.templating.accessed_paths import ANY_ELEMENT, TemplateAccess, TemplateLine
from compiler.templating.jinja_subset import INCLUDE_FILTER, ITERABLE_FILTER, OPERATOR_PREFIX, SIZE_FILTER, STEP_FILTER

_MAX_PATH_LENGTH = 12
_MAX_VISITS = 2000
_SAME_VALUE_FILTERS = frozenset({"d", "default", INCLUDE_FILTER, ITERABLE_FILTER, SIZE_FILTER, STEP_FILTER})
_SAME_ELEMENTS_FILTERS = frozenset({"list", "rejectattr", "reverse", "selectattr", "sort", "unique"})
_ONE_ELEMENT_FILTERS = frozenset({"first", "last"})
_PRESENCE_TESTS = frozenset({"boolean", "defined", "mapping", "none", "number", "sequence", "string", "undefined"})

_Paths: TypeAlias = frozenset[Pointer]
"""The paths of the context whose value an expression may have; empty for a value that the template makes."""
_NO_PATHS: _Paths = frozenset()


class _UnknownAccessError(Exception):
    """The templates are too complex to know what they access."""


class _BrokenFragmentError(Exception):
    """A fragment is missing or invalid, which its rendering reports."""


def template_access(
    name: str, template: nodes.Template, load: Callable[[str], nodes.Template | None]
) -> TemplateAccess | None:
    """The accesses of a template and of what it includes; the empty path if it is too complex, `None` if it is broken.

    `load` returns a fragment by its name; `None` if it is missing or invalid.
    """
    visitor = _AccessVisitor(load)
    try:
        visitor.visit_template(name, template, _Scope({}, {}, {}))
    except _BrokenFragmentError:
        return None
    except (_UnknownAccessError, RecursionError):
        return TemplateAccess({(): TemplateLine(name, 1)})
    return visitor.access


@dataclass(frozen=True, slots=True)
class _MacroDefinition:
    template: str
    node: nodes.Macro
    scope: "_Scope"


@dataclass(frozen=True, slots=True)
class _Scope:
    """The local names of a template: variables, macros, and imported fragments with their macros."""

    variables: dict[str, _Paths]
    macros: dict[str, _MacroDefinition]
    modules: dict[str, Mapping[str, _MacroDefinition]]

    def copy(self, **variables: _Paths) -> "_Scope":
        return _Scope({**self.variables, **variables}, dict(self.macros), dict(self.modules))


class _AccessVisitor:
    def __init__(self, load: Callable[[str], nodes.Template | None]) -> None:
        self.access = TemplateAccess()
        self._load = load
        self._fragments: dict[str, nodes.Template | None] = {}
        self._imports: list[str] = []
        self._template = ""
        self._visits: set[tuple[object, ...]] = set()

    def visit_template(self, name: str, template: nodes.Template, scope: _Scope) -> None:
        outer, self._template = self._template, name
        self._visit_body(template.body, scope)
        self._template = outer

    def _is_new(self, *visit: object) -> bool:
        """Whether a body has not been visited with the same values; bodies that call each other end there."""
        if visit in self._visits:
            return False
        if len(self._visits) >= _MAX_VISITS:
            raise _UnknownAccessError
        self._visits.add(visit)
        return True

    def _visit_body(self, body: Iterable[nodes.Node], scope: _Scope) -> None:
        for node in body:
            self._visit(node, scope)

    def _visit(self, node: nodes.Node, scope: _Scope) -> None:
        match node:
            case nodes.For():
                self._visit_loop(node, scope)
            case nodes.If():
                self._visit_branches(node, scope)
            case nodes.Expr():
                self._use(node, scope)
            case nodes.CallBlock():
                self._visit_body(node.body, scope.copy(**_no_values(node.args)))
                self._use(node.call, scope)
            case nodes.Include() | nodes.Import() | nodes.FromImport():
                self._visit_fragment(node, scope)
            case _:
                self._visit_definition(node, scope)

    def _visit_definition(self, node: nodes.Node, scope: _Scope) -> None:
        """A statement that gives a name to a value or a macro, or any other."""
        match node:
            case nodes.Assign():
                self._visit_assignment(node, scope)
            case nodes.AssignBlock(target=nodes.Name() as target):
                self._visit_body(node.body, scope)
                scope.variables.setdefault(target.name, _NO_PATHS)
            case nodes.With():
                self._visit_with(node, scope)
            case nodes.Macro():
                scope.macros[node.name] = _MacroDefinition(self._template, node, scope)
            case _:
                self._visit_body(node.iter_child_nodes(), scope)

    def _visit_branches(self, node: nodes.If, scope: _Scope) -> None:
        self._test(node.test, scope)
        for part in (node.body, node.elif_, node.else_):
            self._visit_body(part, scope)

    def _visit_assignment(self, node: nodes.Assign, scope: _Scope) -> None:
        """A branch may set the variable to another value, so that the earlier one remains possible."""
        paths = self._paths(node.node, scope)
        if isinstance(node.target, nodes.Name):
            paths |= scope.variables.get(node.target.name, _NO_PATHS)
        self._bind(node.target, paths, scope)

    def _visit_with(self, node: nodes.With, scope: _Scope) -> None:
        values = [self._paths(value, scope) for value in node.values]
        inner = scope.copy()
        for target, paths in zip(node.targets, values, strict=True):
            self._bind(target, paths, inner)
        self._visit_body(node.body, inner)

    def _visit_loop(self, node: nodes.For, scope: _Scope) -> None:
        paths = self._paths(node.iter, scope)
        self.access.presences |= paths
        elements = _children(paths, ANY_ELEMENT)
        inner = scope.copy(loop=elements)
        self._bind(node.target, elements, inner)
        if node.test is not None:
            self._test(node.test, inner)
        self._visit_body(node.body, inner)
        self._visit_body(node.else_, scope)

    def _bind(self, target: nodes.Node, paths: _Paths, scope: _Scope) -> None:
        if isinstance(target, nodes.Name):
            scope.variables[target.name] = paths
            return
        self._use_paths(paths, target)
        scope.variables.update(_no_values(target.find_all(nodes.Name)))

    def _visit_fragment(self, node: nodes.Include | nodes.Import | nodes.FromImport, scope: _Scope) -> None:
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        fragment = self._fragment(name) if isinstance(name, str) else None
        if name is None or fragment is None:
            raise _BrokenFragmentError
        if isinstance(node, nodes.Include):
            if self._is_new(name, frozenset(scope.variables.items())):
                self.visit_template(name, fragment, scope.copy())
            return
        module = self._module(name, fragment)
        if isinstance(node, nodes.Import):
            scope.modules[node.target] = module.macros
            scope.variables[node.target] = _NO_PATHS
            return
        for entry in node.names:
            imported, alias = (entry, entry) if isinstance(entry, str) else entry
            scope.variables[alias] = module.variables.get(imported, _NO_PATHS)
            if imported in module.macros:
                scope.macros[alias] = module.macros[imported]

    def _fragment(self, name: str) -> nodes.Template | None:
        if name not in self._fragments:
            self._fragments[name] = self._load(name)
        return self._fragments[name]

    def _module(self, name: str, fragment: nodes.Template) -> _Scope:
        """The names of an imported fragment."""
        if name in self._imports:
            raise _UnknownAccessError
        module = _Scope({}, {}, {})
        self._imports.append(name)
        self.visit_template(name, fragment, module)
        self._imports.pop()
        return module

    def _use(self, node: nodes.Node, scope: _Scope) -> None:
        """Record that the value of an expression is used whole."""
        self._use_paths(self._paths(node, scope), node)

    def _use_paths(self, paths: _Paths, node: nodes.Node) -> None:
        for path in paths:
            self.access.values.setdefault(path, TemplateLine(self._template, node.lineno or 1))

    def _test(self, node: nodes.Node, scope: _Scope) -> None:
        """Record that only the presence of an expression's value, or whether it is true, matters."""
        self.access.presences |= self._paths(node, scope)

    def _paths(self, node: nodes.Node, scope: _Scope) -> _Paths:
        match node:
            case nodes.Name():
                return scope.variables.get(node.name, frozenset({(node.name,)}))
            case nodes.Getattr():
                return self._field_paths(node, scope)
            case nodes.Getitem():
                return self._item_paths(node, scope)
            case nodes.CondExpr():
                return self._choice_paths(node, scope)
            case nodes.Filter():
                return self._filtered_paths(node, scope)
        return self._computed_paths(node, scope)

    def _computed_paths(self, node: nodes.Node, scope: _Scope) -> _Paths:
        """The paths of one of two operands, or none of an expression whose value the template makes."""
        match node:
            case nodes.And() | nodes.Or():
                left = self._paths(node.left, scope)
                self.access.presences |= left
                return left | self._paths(node.right, scope)
            case nodes.Not():
                self._test(node.node, scope)
            case nodes.Test():
                self._visit_test(node, scope)
            case nodes.Call():
                self._visit_call(node, scope)
            case _:
                for child in node.iter_child_nodes():
                    self._use(child, scope)
        return _NO_PATHS

    def _field_paths(self, node: nodes.Getattr, scope: _Scope) -> _Paths:
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            return scope.variables.get("loop", _NO_PATHS) if node.attr in {"nextitem", "previtem"} else _NO_PATHS
        return _children(self._paths(node.node, scope), node.attr)

    def _item_paths(self, node: nodes.Getitem, scope: _Scope) -> _Paths:
        paths = self._paths(node.node, scope)
        match node.arg:
            case nodes.Const(value=str() as key):
                return _children(paths, key)
            case nodes.Const(value=int()) | nodes.Neg():
                return _children(paths, ANY_ELEMENT)
        self._use_paths(paths, node)
        self._use(node.arg, scope)
        return _NO_PATHS

    def _choice_paths(self, node: nodes.CondExpr, scope: _Scope) -> _Paths:
        self._test(node.test, scope)
        return self._paths(node.expr1, scope) | (self._paths(node.expr2, scope) if node.expr2 else _NO_PATHS)

    def _filtered_paths(self, node: nodes.Filter, scope: _Scope) -> _Paths:
        paths = self._paths(node.node, scope) if node.node is not None else _NO_PATHS
        if node.name in _SAME_VALUE_FILTERS:
            return paths.union(*(self._paths(argument, scope) for argument in node.args))
        for argument in (*node.args, *(keyword.value for keyword in node.kwargs)):
            self._use(argument, scope)
        if node.name in _ONE_ELEMENT_FILTERS:
            return _children(paths, ANY_ELEMENT)
        if node.name == "length":
            self.access.presences |= paths
            return _NO_PATHS
        attributes = _attributes(node)
        if node.name in _SAME_ELEMENTS_FILTERS or (node.name == "map" and attributes):
            self.access.presences |= paths
            for attribute in attributes:
                elements = _children(paths, ANY_ELEMENT)
                for part in attribute.split("."):
                    elements = _children(elements, part)
                self._use_paths(elements, node)
            return paths if node.name != "map" else _NO_PATHS
        self._use_paths(paths, node)
        return _NO_PATHS

    def _visit_test(self, node: nodes.Test, scope: _Scope) -> None:
        name = node.name.removeprefix(OPERATOR_PREFIX)
        if name in _PRESENCE_TESTS:
            self._test(node.node, scope)
        elif name == "in" and isinstance(node.node, nodes.Const) and isinstance(node.node.value, str):
            for argument in node.args:
                paths = self._paths(argument, scope)
                self.access.presences |= paths | _children(paths, node.node.value)
        else:
            for operand in (node.node, *node.args):
                self._use(operand, scope)

    def _visit_call(self, node: nodes.Call, scope: _Scope) -> None:
        macro = _called_macro(node, scope)
        arguments = [self._paths(argument, scope) for argument in node.args]
        keywords = {keyword.key: self._paths(keyword.value, scope) for keyword in node.kwargs}
        if macro is None:
            for paths in (*arguments, *keywords.values()):
                self._use_paths(paths, node)
            return
        names = [parameter.name for parameter in macro.node.args]
        for paths in arguments[len(names) :]:
            self._use_paths(paths, node)
        variables = {**dict.fromkeys(names, _NO_PATHS), **dict(zip(names, arguments, strict=False)), **keywords}
        defaults = zip(names[len(names) - len(macro.node.defaults) :], macro.node.defaults, strict=True)
        for name, default in defaults:
            variables[name] |= self._paths(default, macro.scope)
        if self._is_new(id(macro.node), frozenset(variables.items()), frozenset(macro.scope.variables.items())):
            outer, self._template = self._template, macro.template
            self._visit_body(macro.node.body, macro.scope.copy(**variables))
            self._template = outer


def _called_macro(node: nodes.Call, scope: _Scope) -> _MacroDefinition | None:
    match node.node:
        case nodes.Name(name=name):
            return scope.macros.get(name)
        case nodes.Getattr(node=nodes.Name(name=name), attr=attribute):
            return scope.modules.get(name, {}).get(attribute)
    return None


def _attributes(node: nodes.Filter) -> list[str]:
    """The attributes of elements that a filter reads."""
    keywords = [keyword.value for keyword in node.kwargs if keyword.key == "attribute"]
    positional = node.args[:1] if node.name in {"rejectattr", "selectattr"} else []
    return [
        part.value for part in (*keywords, *positional) if isinstance(part, nodes.Const) and isinstance(part.value, str)
    ]


def _children(paths: _Paths, key: str) -> _Paths:
    if any(len(path) >= _MAX_PATH_LENGTH for path in paths):
        raise _UnknownAccessError
    return frozenset((*path, key) for path in paths)


def _no_values(names: Iterable[nodes.Name]) -> dict[str, _Paths]:
    return {node.name: _NO_PATHS for node in names}
