"""agent: a program that decides by itself which tools it uses."""

from typing import Literal

from compiler.spec.field_types import DigestText, DurationText, ImageText, NameText, PathText, UriText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Program, Prompt, Settings
from compiler.spec.strict_model import StrictModel, field


class Tool(StrictModel):
    """A server of tools (Model Context Protocol), and what the agent may do with it."""

    name: NameText
    """What the agent calls it."""
    server: UriText = field(..., is_egress_url=True)
    """Where it answers. The network lets the agent out to the servers of its tools and to whom it uses, and to nobody else."""
    manifest: PathText | None = None
    """What the server says of its tools, beside the spec: the result of `tools/list`."""
    allow: list[str] = field(..., min_length=1, merge="union")
    """The server's tools that the agent may call; any other is denied."""
    sideEffects: Literal["none", "reversible", "irreversible"]
    """What a call may change: nothing, something that can be undone, or something that cannot."""
    approval: Literal["never", "always"]
    """Whether a person approves each call before it is made."""


class Limits(StrictModel):
    """When the agent stops."""

    steps: int = field(..., ge=1)
    """The most steps of one task."""
    toolCalls: int | None = field(ge=1)
    """The most calls of tools of one task."""
    tokens: int | None = field(ge=1)
    """The most tokens of one task."""
    time: DurationText | None = None
    """The longest that one task may take."""


class KillSwitch(StrictModel):
    """Who can stop it at once, and how."""

    group: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9:@._/-]*$")
    """The group of the cluster's users who may scale it to nothing."""
    procedure: str
    """What they do, in a sentence."""


class Source(Program, Settings):
    """A program, the tools that it may use, and its limits."""

    image: ImageText
    """The image that is the agent; without its digest."""
    digest: DigestText
    """The digest of that image."""
    prompts: list[Prompt] | None = field(merge="name")
    """What it is told; part of the release."""
    tools: list[Tool] | None = field(merge="name")
    """What it may use."""
    limits: Limits
    """When it stops."""
    killSwitch: KillSwitch | None = None
    """Who can stop it at once, and how."""


TYPE = ModelType(
    name="agent",
    title="Agent",
    source=Source,
    defaults={"interface": {"protocol": "rest"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
