"""What of a context a template looks at, told from the template alone."""

from collections.abc import Iterator

from jinja2 import nodes

from compiler.foundation.json_data import Reads, widened


def looks(template: nodes.Template) -> Reads | None:
    """The names that may be looked at, those that the template sets itself included; `None` where other files look, too."""
    if any(template.find(kind) is not None for kind in (nodes.Include, nodes.Import, nodes.FromImport)):
        return None
    return widened(_looks(template))


def _looks(node: nodes.Node) -> Iterator[tuple[str, frozenset[str] | None]]:
    field = _field(node)
    if isinstance(node, nodes.Getattr | nodes.Getitem) and isinstance(node.node, nodes.Name) and field is not None:
        yield node.node.name, frozenset({field})
        return
    if isinstance(node, nodes.Name):
        yield node.name, None
    for below in node.iter_child_nodes():
        yield from _looks(below)


def _field(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    constant = node.arg.value if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) else None
    return constant if isinstance(constant, str) else None
