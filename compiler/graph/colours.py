"""Colours that are told apart by who sees few of them: Okabe and Ito's (jfly.uni-koeln.de/color), and tints of them.

What a colour says is said by a shape, a dash or a word, too.
"""

from collections.abc import Mapping

from compiler.graph.graph_model import EdgeKind, NodeKind

NODE_COLOURS: Mapping[NodeKind, tuple[str, str, str]] = {
    "dataset": ("#dcefe8", "#009e73", "#0b2b22"),
    "model": ("#dbeaf5", "#0072b2", "#08202f"),
    "use-case": ("#fbead2", "#b37400", "#2e1e00"),
}
"""Kind of thing to its ground, its border and its letters: dark letters on a light ground, on a page of either."""

EDGE_COLOURS: Mapping[EdgeKind, str] = {
    "trained-on": "#009e73",
    "evaluated-on": "#a75c8d",
    "uses": "#3a8fb7",
    "asks": "#d55e00",
    "callers-ask": "#b37400",
    "serves": "#7f7f7f",
}
"""Kind of line to its colour: each stands out from white and from black."""
