"""Which names of a context a template reads, from its source alone."""

from collections.abc import Iterator

from jinja2 import nodes

from compiler.foundation.json_data import FieldReads, merge_reads


def template_reads(template: nodes.Template) -> FieldReads | None:
    """The names that may be read, including those that the template sets; `None` if it includes other files."""
    if any(template.find(kind) is not None for kind in (nodes.Include, nodes.Import, nodes.FromImport)):
        return None
    return merge_reads(_node_reads(template))


def _node_reads(node: nodes.Node) -> Iterator[tuple[str, frozenset[str] | None]]:
    field = _constant_field(node)
    if isinstance(node, nodes.Getattr | nodes.Getitem) and isinstance(node.node, nodes.Name) and field is not None:
        yield node.node.name, frozenset({field})
        return
    if isinstance(node, nodes.Name):
        yield node.name, None
    for child in node.iter_child_nodes():
        yield from _node_reads(child)


def _constant_field(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    constant = node.arg.value if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) else None
    return constant if isinstance(constant, str) else None
