"""The graph that renderers draw: nodes, and edges that run from a dependency to its dependent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["dataset", "model", "use-case"]
EdgeKind = Literal["trained-on", "evaluated-on", "uses", "calls", "callers-call", "serves"]


@dataclass(frozen=True, slots=True)
class DeploymentCell:
    """A model in one environment; drawn as a column of the model's card."""

    environment: str
    release: str
    canary: str | None
    is_suspended: bool

    @property
    def label(self) -> str:
        """The releases that run there, as text."""
        canary = f" + {self.canary}" if self.canary else ""
        return f"{self.release}{canary}{' (stopped)' if self.is_suspended else ''}"


@dataclass(frozen=True, slots=True)
class Node:
    """A dataset, a model or a use case."""

    id: str
    kind: NodeKind
    name: str
    subtitle: str
    """The second line of the node."""
    tooltip: str
    """Further details, shown as a tooltip."""
    deployments: tuple[DeploymentCell, ...] = ()
    tier: str = ""
    lifecycle: str = ""
    is_context: bool = False
    """Whether the node is included only because a selected node depends on it, or it depends on one."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency: the edge runs from what is used to what uses it."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""
    """The label of the edge, if there is one: the step of an ensemble and its condition."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    environments: Mapping[str, str]
    """The environments in order of promotion, with their stages."""

    @property
    def description(self) -> str:
        """What the graph shows, in one sentence."""
        counts = [(sum(node.kind == kind for node in self.nodes), word) for kind, word in _KIND_NAMES.items()]
        counts_text = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
        return f"{self.title}: {counts_text}, in {', '.join(self.environments) or 'no environment'}"


_KIND_NAMES: Mapping[NodeKind, str] = {"dataset": "dataset", "model": "model", "use-case": "use case"}

EDGE_VERBS: Mapping[EdgeKind, str] = {
    "trained-on": "trains",
    "evaluated-on": "evaluates",
    "uses": "is read by",
    "calls": "is called by",
    "callers-call": "is called by callers of",
    "serves": "serves",
}
"""The label of an edge, read along its arrow."""

EDGE_SENTENCES: Mapping[EdgeKind, str] = {
    "trained-on": "{target} is trained on {source}",
    "evaluated-on": "{target} is evaluated on {source}",
    "uses": "{target} uses {source}",
    "calls": "{target} calls {source}",
    "callers-call": "callers of {target} also call {source}",
    "serves": "{source} serves {target}",
}


def edge_sentence(edge: Edge) -> str:
    """An edge as a sentence."""
    source, target = (end.partition("/")[2] for end in (edge.source, edge.target))
    sentence = EDGE_SENTENCES[edge.kind].format(source=source, target=target)
    return f"{sentence} ({edge.label})" if edge.label else sentence
