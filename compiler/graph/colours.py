"""Colours that people with colour blindness can distinguish: Okabe and Ito's palette (jfly.uni-koeln.de/color) and tints of it.

A shape, a dash or a word always repeats the meaning of a colour.
"""

from collections.abc import Mapping

from compiler.graph.graph_model import EdgeKind, NodeKind

NODE_COLOURS: Mapping[NodeKind, tuple[str, str, str]] = {
    "dataset": ("#dcefe8", "#009e73", "#0b2b22"),
    "model": ("#dbeaf5", "#0072b2", "#08202f"),
    "use-case": ("#fbead2", "#b37400", "#2e1e00"),
}
"""Node kind to its fill, border and text colour: dark text on a light fill, on light and dark pages."""

EDGE_COLOURS: Mapping[EdgeKind, str] = {
    "trained-on": "#009e73",
    "evaluated-on": "#a75c8d",
    "uses": "#3a8fb7",
    "calls": "#d55e00",
    "callers-call": "#b37400",
    "serves": "#7f7f7f",
}
"""Edge kind to its colour; each contrasts with white and with black."""
