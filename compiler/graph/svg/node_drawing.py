"""Nodes as cards: a shape by kind, a name, what stands below it, and for a model a column an Environment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.graph.graph_model import Node, Spot
from compiler.graph.svg.style import CHIP, NAME, SMALL
from compiler.graph.svg.text_metrics import fitted, width
from compiler.graph.svg.xml_text import element, text
from compiler.resolve.lifecycle import ENDED, STAGES

_PAD = 10.0
_LEAST, _MOST = 150.0, 330.0
_BEND = 8.0
_SLOT_GAP = 5.0
_SLOT = 17.0
_SLOT_MOST = 118.0
_PER_ROW = 3
LOOKS = {"early": "not in production yet", "retired": "retired", "outside": "not asked for"}
"""How a card can look otherwise than others, and what that means."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The Environments as columns of every model's card, and how wide each is."""

    names: tuple[str, ...]
    stages: Mapping[str, str]
    widths: tuple[float, ...]

    @property
    def rows(self) -> int:
        """How many rows of them a card has."""
        return -(-len(self.names) // _PER_ROW)

    @property
    def across(self) -> float:
        """How much room the widest row takes."""
        rows = [self.widths[start : start + _PER_ROW] for start in range(0, len(self.widths), _PER_ROW)]
        return max((sum(row) + _SLOT_GAP * (len(row) - 1) for row in rows), default=0.0)


def columns(environments: Mapping[str, str], nodes: Iterable[Node]) -> Columns:
    """A column for each Environment, as wide as what runs there asks for."""
    runs = [spot for node in nodes for spot in node.runs]
    found = []
    for name in environments:
        rooms = [width(_chip(spot), CHIP) + 12 + (9 if spot.canary else 0) for spot in runs if spot.environment == name]
        found.append(min(_SLOT_MOST, max(rooms, default=width(name, CHIP) + 12)))
    return Columns(tuple(environments), environments, tuple(found))


def size(node: Node, slots: Columns) -> tuple[float, float]:
    """How wide and how high a card is."""
    words = max(width(node.name, NAME, bold=True), width(node.about, SMALL))
    across = min(_MOST, max(_LEAST, words + 2 * _PAD + (8 if node.kind == "model" else 14)))
    if node.kind != "model":
        return across, 44.0
    return max(across, slots.across + 2 * _PAD + 4), 44.0 + slots.rows * (_SLOT + 4) + 3


def card(node: Node, x: float, y: float, slots: Columns) -> str:
    """The card with its corner at a place."""
    across, high = size(node, slots)
    left = x + _PAD + 4
    room = x + across - _PAD - left
    return element(
        "g",
        element("title", text(node.told)),
        *_shape(node, x, y, across, high),
        element("text", text(fitted(node.name, room, NAME, bold=True)), class_="name", x=left, y=y + 18),
        element("text", text(fitted(node.about, room, SMALL)), class_="small", x=left, y=y + 34),
        *(_slots(node.runs, slots, left, y + 42) if node.kind == "model" else ()),
        class_=" ".join(["node", node.kind, *looks_of(node)]),
        role="graphics-symbol",
        aria_label=node.told.replace("\n", ". "),
    )


def looks_of(node: Node) -> Iterator[str]:
    """How the card of a node looks otherwise than others."""
    if "prod" not in STAGES.get(node.lifecycle, {"prod"}):
        yield "retired" if node.lifecycle in ENDED else "early"
    if node.outside:
        yield "outside"


def _shape(node: Node, x: float, y: float, across: float, high: float) -> Iterator[str]:
    if node.kind == "dataset":  # a drum on its side
        end, half = x + across - _BEND, high / 2
        side = f"a{_BEND} {half:.1f} 0 0"
        body = f"M{x + _BEND:.1f} {y:.1f}H{end:.1f}{side} 1 0 {high:.1f}H{x + _BEND:.1f}{side} 1 0 {-high:.1f}z"
        yield element("path", class_="box", d=body)
        yield element("path", class_="box", fill="none", d=f"M{end:.1f} {y:.1f}{side} 0 0 {high:.1f}")
    elif node.kind == "use-case":
        right, middle, low = x + across, y + high / 2, y + high
        upper = ((x, middle), (x + _BEND, y), (right - _BEND, y))
        lower = ((right, middle), (right - _BEND, low), (x + _BEND, low))
        yield element("polygon", class_="box", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in (*upper, *lower)))
    else:
        yield element("rect", class_="box", x=x, y=y, width=across, height=high, rx=5)
        if node.tier:
            yield element("rect", class_=f"tier-{node.tier}", x=x, y=y, width=5, height=high, rx=2)


def _slots(runs: Sequence[Spot], slots: Columns, left: float, top: float) -> Iterator[str]:
    by_name = {spot.environment: spot for spot in runs}
    x = left
    for index, (name, across) in enumerate(zip(slots.names, slots.widths, strict=True)):
        if index and index % _PER_ROW == 0:
            x, top = left, top + _SLOT + 4
        spot = by_name.get(name)
        yield element(
            "rect", class_=_slot_class(spot, slots.stages[name]), x=x, y=top, width=across, height=_SLOT, rx=3
        )
        if spot:
            room = across - 10 - (9 if spot.canary else 0)
            yield element("text", text(fitted(_chip(spot), room, CHIP)), class_="chip", x=x + 5, y=top + 12)
            if spot.canary:
                yield element("circle", class_="canary", cx=x + across - 8, cy=top + _SLOT / 2, r=3.5)
        x += across + _SLOT_GAP


def _slot_class(spot: Spot | None, stage: str) -> str:
    return "empty" if spot is None else "slot prod" if stage == "prod" else "slot"


def _chip(spot: Spot) -> str:
    return f"{spot.environment} {spot.release}{' (stopped)' if spot.suspended else ''}"
