"""Draws nodes as cards: a shape per kind, a name, a subtitle, and for a model one column per environment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.graph.graph_model import DeploymentCell, Node
from compiler.graph.svg.style import CHIP_SIZE, NAME_SIZE, SMALL_SIZE
from compiler.graph.svg.text_metrics import measure_text, truncate_text
from compiler.graph.svg.xml_text import element, escape_text
from compiler.resolve.lifecycle import ALLOWED_STAGES, ENDED_LIFECYCLES

_PADDING = 10.0
_MIN_WIDTH, _MAX_WIDTH = 150.0, 330.0
_EDGE_DEPTH = 8.0
_SLOT_GAP = 5.0
_SLOT_HEIGHT = 17.0
_MAX_SLOT_WIDTH = 118.0
_SLOTS_PER_ROW = 3
NODE_STATES = {"early": "not in production yet", "retired": "retired", "outside": "outside the selection"}
"""The special states of a card and their legend texts."""


@dataclass(frozen=True, slots=True)
class EnvironmentColumns:
    """The environments as columns of every model's card, with their widths."""

    names: tuple[str, ...]
    stages: Mapping[str, str]
    widths: tuple[float, ...]

    @property
    def row_count(self) -> int:
        """The number of rows of columns in a card."""
        return -(-len(self.names) // _SLOTS_PER_ROW)

    @property
    def total_width(self) -> float:
        """The width of the widest row."""
        rows = [self.widths[start : start + _SLOTS_PER_ROW] for start in range(0, len(self.widths), _SLOTS_PER_ROW)]
        return max((sum(row) + _SLOT_GAP * (len(row) - 1) for row in rows), default=0.0)


def environment_columns(environments: Mapping[str, str], nodes: Iterable[Node]) -> EnvironmentColumns:
    """One column per environment, as wide as its content needs."""
    deployments = [deployment for node in nodes for deployment in node.deployments]
    column_widths = []
    for name in environments:
        chip_widths = [
            measure_text(_chip_text(deployment), CHIP_SIZE) + 12 + (9 if deployment.canary else 0)
            for deployment in deployments
            if deployment.environment == name
        ]
        column_widths.append(min(_MAX_SLOT_WIDTH, max(chip_widths, default=measure_text(name, CHIP_SIZE) + 12)))
    return EnvironmentColumns(tuple(environments), environments, tuple(column_widths))


def card_size(node: Node, columns: EnvironmentColumns) -> tuple[float, float]:
    """The width and the height of a card."""
    content_width = max(measure_text(node.name, NAME_SIZE, bold=True), measure_text(node.subtitle, SMALL_SIZE))
    card_width = min(_MAX_WIDTH, max(_MIN_WIDTH, content_width + 2 * _PADDING + (8 if node.kind == "model" else 14)))
    if node.kind != "model":
        return card_width, 44.0
    return max(card_width, columns.total_width + 2 * _PADDING + 4), 44.0 + columns.row_count * (_SLOT_HEIGHT + 4) + 3


def draw_card(node: Node, x: float, y: float, columns: EnvironmentColumns) -> str:
    """Draw the card with its top left corner at the point."""
    card_width, card_height = card_size(node, columns)
    text_x = x + _PADDING + 4
    room = x + card_width - _PADDING - text_x
    return element(
        "g",
        element("title", escape_text(node.tooltip)),
        *_draw_shape(node, x, y, card_width, card_height),
        element(
            "text", escape_text(truncate_text(node.name, room, NAME_SIZE, bold=True)), class_="name", x=text_x, y=y + 18
        ),
        element(
            "text", escape_text(truncate_text(node.subtitle, room, SMALL_SIZE)), class_="small", x=text_x, y=y + 34
        ),
        *(_draw_slots(node.deployments, columns, text_x, y + 42) if node.kind == "model" else ()),
        class_=" ".join(["node", node.kind, *node_states(node)]),
        role="graphics-symbol",
        aria_label=node.tooltip.replace("\n", ". "),
    )


def node_states(node: Node) -> Iterator[str]:
    """The CSS classes of the node's special states."""
    if "prod" not in ALLOWED_STAGES.get(node.lifecycle, {"prod"}):
        yield "retired" if node.lifecycle in ENDED_LIFECYCLES else "early"
    if node.is_context:
        yield "outside"


def _draw_shape(node: Node, x: float, y: float, card_width: float, card_height: float) -> Iterator[str]:
    if node.kind == "dataset":  # a cylinder on its side
        end, half = x + card_width - _EDGE_DEPTH, card_height / 2
        side = f"a{_EDGE_DEPTH} {half:.1f} 0 0"
        body = f"M{x + _EDGE_DEPTH:.1f} {y:.1f}H{end:.1f}{side} 1 0 {card_height:.1f}H{x + _EDGE_DEPTH:.1f}{side} 1 0 {-card_height:.1f}z"
        yield element("path", class_="box", d=body)
        yield element("path", class_="box", fill="none", d=f"M{end:.1f} {y:.1f}{side} 0 0 {card_height:.1f}")
    elif node.kind == "use-case":
        right, middle, low = x + card_width, y + card_height / 2, y + card_height
        upper = ((x, middle), (x + _EDGE_DEPTH, y), (right - _EDGE_DEPTH, y))
        lower = ((right, middle), (right - _EDGE_DEPTH, low), (x + _EDGE_DEPTH, low))
        yield element("polygon", class_="box", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in (*upper, *lower)))
    else:
        yield element("rect", class_="box", x=x, y=y, width=card_width, height=card_height, rx=5)
        if node.tier:
            yield element("rect", class_=f"tier-{node.tier}", x=x, y=y, width=5, height=card_height, rx=2)


def _draw_slots(
    deployments: Sequence[DeploymentCell], columns: EnvironmentColumns, start_x: float, top: float
) -> Iterator[str]:
    by_name = {deployment.environment: deployment for deployment in deployments}
    x = start_x
    for index, (name, slot_width) in enumerate(zip(columns.names, columns.widths, strict=True)):
        if index and index % _SLOTS_PER_ROW == 0:
            x, top = start_x, top + _SLOT_HEIGHT + 4
        deployment = by_name.get(name)
        yield element(
            "rect",
            class_=_slot_class(deployment, columns.stages[name]),
            x=x,
            y=top,
            width=slot_width,
            height=_SLOT_HEIGHT,
            rx=3,
        )
        if deployment:
            room = slot_width - 10 - (9 if deployment.canary else 0)
            yield element(
                "text",
                escape_text(truncate_text(_chip_text(deployment), room, CHIP_SIZE)),
                class_="chip",
                x=x + 5,
                y=top + 12,
            )
            if deployment.canary:
                yield element("circle", class_="canary", cx=x + slot_width - 8, cy=top + _SLOT_HEIGHT / 2, r=3.5)
        x += slot_width + _SLOT_GAP


def _slot_class(deployment: DeploymentCell | None, stage: str) -> str:
    return "empty" if deployment is None else "slot prod" if stage == "prod" else "slot"


def _chip_text(deployment: DeploymentCell) -> str:
    return f"{deployment.environment} {deployment.release}{' (stopped)' if deployment.is_suspended else ''}"
