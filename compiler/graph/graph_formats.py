"""The formats of a graph."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compiler.graph.dot import render_dot
from compiler.graph.graph_model import Graph
from compiler.graph.mermaid import render_mermaid
from compiler.graph.svg.svg_document import render_svg

RENDERERS: Mapping[str, Callable[[Graph, str], str]] = MappingProxyType(
    {"mermaid": render_mermaid, "dot": render_dot, "svg": render_svg}
)
"""Format to the function that writes a graph in a direction (`LR` or `TB`)."""
FORMATS_BY_SUFFIX: Mapping[str, str] = MappingProxyType(
    {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg"}
)
"""Extension of a file's name to its format."""
UNSUPPORTED_IMAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf"})
"""Extensions of binary formats: viewers could not open a text file with such a name."""
