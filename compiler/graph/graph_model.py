"""What a picture shows: one node a thing, and lines that run from what is relied on to what relies on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["dataset", "model", "use-case"]
EdgeKind = Literal["trained-on", "evaluated-on", "uses", "asks", "callers-ask", "serves"]


@dataclass(frozen=True, slots=True)
class DeploymentCell:
    """A model in one Environment: the line from the one to the other, which is drawn as a column."""

    environment: str
    release: str
    canary: str | None
    is_suspended: bool

    @property
    def label(self) -> str:
        """What runs there, in words."""
        canary = f" + {self.canary}" if self.canary else ""
        return f"{self.release}{canary}{' (stopped)' if self.is_suspended else ''}"


@dataclass(frozen=True, slots=True)
class Node:
    """A dataset, a model or a use case."""

    id: str
    kind: NodeKind
    name: str
    subtitle: str
    """What stands below its name."""
    tooltip: str
    """Everything else, for who asks."""
    deployments: tuple[DeploymentCell, ...] = ()
    tier: str = ""
    lifecycle: str = ""
    is_context: bool = False
    """Whether it is shown only because something that was asked for relies on it, or it on that."""


@dataclass(frozen=True, slots=True)
class Edge:
    """That one thing relies on another: the line runs from the other to the one."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""
    """What is said of it where there is room: a step, and when it is taken."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    environments: Mapping[str, str]
    """Environments in order of promotion, with their stages."""

    @property
    def description(self) -> str:
        """What the picture shows, in a sentence."""
        counts = [(sum(node.kind == kind for node in self.nodes), word) for kind, word in _KIND_NAMES.items()]
        counts_text = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
        return f"{self.title}: {counts_text}, in {', '.join(self.environments) or 'no environment'}"


_KIND_NAMES: Mapping[NodeKind, str] = {"dataset": "dataset", "model": "model", "use-case": "use case"}

EDGE_VERBS: Mapping[EdgeKind, str] = {
    "trained-on": "trains",
    "evaluated-on": "judges",
    "uses": "is read by",
    "asks": "answers",
    "callers-ask": "answers callers of",
    "serves": "serves",
}
"""What a line says, read along its arrow."""

EDGE_SENTENCES: Mapping[EdgeKind, str] = {
    "trained-on": "{target} is trained on {source}",
    "evaluated-on": "{target} is evaluated on {source}",
    "uses": "{target} uses {source}",
    "asks": "{target} asks {source}",
    "callers-ask": "who asks {target} asks {source}, too",
    "serves": "{source} serves {target}",
}


def edge_sentence(edge: Edge) -> str:
    """A line as a sentence."""
    source, target = (end.partition("/")[2] for end in (edge.source, edge.target))
    sentence = EDGE_SENTENCES[edge.kind].format(source=source, target=target)
    return f"{sentence} ({edge.label})" if edge.label else sentence
