"""The subset of Jinja that templates may use: placing values without computing."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Final, TypeAlias

from jinja2 import TemplateError, nodes
from jinja2.visitor import NodeTransformer

from compiler.templating.jinja_filters import FILTERS
from compiler.templating.template_errors import TemplateProblem
from compiler.templating.unknown_filters import unknown_filter_advice

STEP_FILTER: Final = "(tick)"
SIZE_FILTER: Final = "(bounded)"
ITERABLE_FILTER: Final = "(looped)"
INCLUDE_FILTER: Final = "(included)"
"""Filters that this module inserts into a parsed template; a template cannot write their names."""
OPERATOR_PREFIX: Final = "operator "
"""Before the name of an operator: the test that replaces it."""
_NODES_PER_STEP: Final = 2
_STEPS_PER_BODY: Final = 4
_STEPS_PER_CALL: Final = 10
"""Of a macro or a `{% call %}` block: its arguments, and the text that it returns."""

_ALLOWED_NODES: Final = frozenset({
    "And", "Assign", "AssignBlock", "Call", "CallBlock", "Compare", "CondExpr", "Const", "Dict", "Filter", "For",
    "FromImport", "Getattr", "Getitem", "If", "Import", "Include", "Keyword", "List", "Macro", "Name", "Neg", "Not",
    "Operand", "Or", "Output", "Pair", "Template", "TemplateData", "Test", "Tuple", "With",
})  # fmt: skip
_ALTERNATIVES: Final = {
    "Add": "templates do not compute; use a variable that has the result",
    "Concat": 'write the values side by side, as in "{{ a }}-{{ b }}"',
    "Block": "use an include or a macro",
    "Extends": "use an include or a macro",
    "FilterBlock": "apply the filter to the value",
    "Slice": "loop over the list and test `loop.first` or `loop.last`",
}
_ARITHMETIC_NODES: Final = frozenset({"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Pos"})
_BUILTIN_CALLABLES: Final = frozenset({"caller", "loop"})
_RESERVED_NAMES: Final = frozenset({"self", "omit", "loop", "caller", "varargs", "kwargs"})


_BodyNode: TypeAlias = nodes.Template | nodes.For | nodes.Macro | nodes.CallBlock
_CalledNode: TypeAlias = nodes.Macro | nodes.CallBlock
_FragmentNode: TypeAlias = nodes.Include | nodes.Import | nodes.FromImport


class UnsupportedSyntaxError(TemplateError):
    """A template contains unsupported syntax."""

    def __init__(self, problems: tuple[TemplateProblem, ...]) -> None:
        super().__init__("unsupported template syntax")
        self.problems = problems


def check_template(template: nodes.Template, path: str) -> None:
    """Raise `UnsupportedSyntaxError` with everything that the template must not contain."""
    macros = frozenset(_macro_names(template))
    problems = [
        TemplateProblem(message, path, _line(node), (), advice)
        for node in (template, *template.find_all(nodes.Node))
        for message, advice in (*_syntax_problems(node, macros), *_filter_problems(node), *_constant_problems(node))
    ]
    if problems:
        raise UnsupportedSyntaxError(tuple(dict.fromkeys(problems)))


def _line(node: nodes.Node) -> int:
    return next((inner.lineno for inner in (node, *node.find_all(nodes.Node)) if inner.lineno), 1)


def _macro_names(template: nodes.Template) -> Iterator[str]:
    yield from _BUILTIN_CALLABLES
    for node in template.find_all((nodes.Macro, nodes.FromImport)):
        if isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)


def _syntax_problems(node: nodes.Node, macros: frozenset[str]) -> Iterator[tuple[str, str | None]]:
    kind = type(node).__name__
    if kind not in _ALLOWED_NODES:
        advice = _ALTERNATIVES["Add"] if kind in _ARITHMETIC_NODES else _ALTERNATIVES.get(kind)
        yield f"a template must not contain {_describe_node(kind)}", advice
    elif isinstance(node, nodes.Neg) and not _is_number(node.node):
        yield "a template must not contain arithmetic", _ALTERNATIVES["Add"]
    elif isinstance(node, nodes.Call):
        yield from _call_problems(node, macros)
    elif isinstance(node, (nodes.Include, nodes.Import, nodes.FromImport)):
        if not (isinstance(node.template, nodes.Const) and isinstance(node.template.value, str)):
            yield "the name of a fragment must be a constant", 'write `{% include "fragment.yaml.j2" %}`'
        elif isinstance(node, nodes.Include) and not node.with_context:
            yield "an include always receives the context", "remove `without context`"
    elif isinstance(node, nodes.Name) and node.ctx != "load" and node.name in _RESERVED_NAMES:
        yield f"`{node.name}` is a reserved name", "choose another name"
    elif isinstance(node, nodes.Name) and node.name == "self":
        yield "a template must not use `self`", None
    elif isinstance(node, nodes.AssignBlock) and node.filter is not None:
        yield "a `set` block must not have a filter", "apply the filter where the name is used"


def _filter_problems(node: nodes.Node) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield f"there is no filter `{node.name}`", unknown_filter_advice(node.name, FILTERS)


def _constant_problems(node: nodes.Node) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, nodes.Const) and isinstance(node.value, float) and not isfinite(node.value):
        yield "the number is too large", "write a number below 1e308"


def _is_number(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and type(node.value) in {int, float}


def _call_problems(node: nodes.Call, macros: frozenset[str]) -> Iterator[tuple[str, str | None]]:
    callee = node.node
    if isinstance(callee, nodes.Name) and callee.name in macros:
        return
    if isinstance(callee, nodes.Getattr) and isinstance(callee.node, nodes.Name):
        if callee.attr in {"items", "keys", "values", "get"}:
            yield f"`.{callee.attr}` is a field here, not a method", "loop over `x | items`; read a field with `x.name`"
        return  # a macro of an imported fragment; other calls fail at run time
    yield "only macros can be called", None


def _describe_node(kind: str) -> str:
    if kind in _ARITHMETIC_NODES:
        return "arithmetic"
    return {
        "Concat": "`~`",
        "FilterBlock": "`{% filter %}`",
        "Block": "`{% block %}`",
        "Extends": "`{% extends %}`",
        "Scope": "`{% autoescape %}`",
        "ScopedEvalContextModifier": "`{% autoescape %}`",
        "Slice": "slices",
        "NSRef": "namespaces",
    }.get(kind, f"`{kind.lower()}`")


def insert_limits(template: nodes.Template) -> nodes.Template:
    """Instrument the template: loops, bodies and comparisons cost steps, and literal lists know their size."""
    _LimitInserter().visit(template)
    return template


class _LimitInserter(NodeTransformer):
    def visit_List(self, node: nodes.Expr) -> nodes.Node:  # noqa: N802 - Jinja calls it by the name of the node
        return _apply_filter(self.generic_visit(node), SIZE_FILTER)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        return self.visit_List(node) if node.ctx == "load" else node

    visit_Dict = visit_List  # noqa: N815

    def visit_Template(self, node: _BodyNode) -> nodes.Node:  # noqa: N802
        steps = _steps_of(node.body, _STEPS_PER_CALL if isinstance(node, _CalledNode) else _STEPS_PER_BODY)
        self.generic_visit(node)
        node.body.insert(
            0, nodes.ExprStmt(_apply_filter(nodes.Const(None), STEP_FILTER, steps), lineno=node.lineno or 1)
        )
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        """Each comparison of a chain as a test, which is charged for the work."""
        operands = [node.expr, *(operand.expr for operand in node.ops)]
        tests = [
            _comparison(left, operand.op, right)
            for left, operand, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        condition = tests[0]
        for test in tests[1:]:
            condition = nodes.And(condition, test, lineno=node.lineno)
        return self.generic_visit(condition)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        """Arguments that a list or a map supplies are counted as the elements of a loop are."""
        self.generic_visit(node)
        node.dyn_args = node.dyn_args and _apply_filter(node.dyn_args, ITERABLE_FILTER, 1)
        node.dyn_kwargs = node.dyn_kwargs and _apply_filter(node.dyn_kwargs, ITERABLE_FILTER, 1)
        return node

    visit_Filter = visit_Test = visit_Call  # noqa: N815

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802
        """Each part of an output separately: Jinja records the line of statements, but not of literal text."""
        self.generic_visit(node)
        statements: list[nodes.Node] = []
        for piece in node.nodes:
            if isinstance(piece, nodes.TemplateData):
                statements.append(nodes.ExprStmt(nodes.Const(None), lineno=piece.lineno))
            statements.append(nodes.Output([piece], lineno=piece.lineno))
        return statements

    visit_Macro = visit_CallBlock = visit_Template  # noqa: N815

    def visit_Include(self, node: _FragmentNode) -> list[nodes.Node]:  # noqa: N802
        """A fragment receives a copy of all variables, which are counted where it is included."""
        step = _apply_filter(nodes.Const(None), INCLUDE_FILTER)
        return [nodes.ExprStmt(step, lineno=node.lineno), node]

    visit_Import = visit_FromImport = visit_Include  # noqa: N815

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        steps = _steps_of([node.test], _STEPS_PER_BODY) if node.test else 0
        self.visit_Template(node)
        node.iter = _apply_filter(node.iter, ITERABLE_FILTER, steps)
        return node


def _apply_filter(node: nodes.Node, name: str, *arguments: int) -> nodes.Filter:
    constants = [nodes.Const(argument) for argument in arguments]
    return nodes.Filter(node, name, constants, [], None, None, lineno=node.lineno or 1)


def _comparison(left: nodes.Expr, operator: str, right: nodes.Expr) -> nodes.Expr:
    name = "in" if operator == "notin" else operator
    test = nodes.Test(left, f"{OPERATOR_PREFIX}{name}", [right], [], None, None, lineno=left.lineno)
    return nodes.Not(test, lineno=left.lineno) if operator == "notin" else test


def _steps_of(body: Sequence[nodes.Node], base: int) -> int:
    """The steps of running a body once; bodies within it are counted where they run."""
    node_count = 0
    queue = list(body)
    while queue:
        node = queue.pop()
        node_count += 1
        queue += node.iter_child_nodes(exclude=("body",) if isinstance(node, _BodyNode) else None)
    return base + node_count // _NODES_PER_STEP
