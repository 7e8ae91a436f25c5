"""agent: a program that decides which tools it uses."""

from typing import Literal

from compiler.spec.field_types import DigestText, DurationText, EndpointText, ImageText, NameText, PathText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Program, Prompt, Settings
from compiler.spec.strict_model import StrictModel, field


class Tool(StrictModel):
    """A tool server (Model Context Protocol), and how the agent may use it."""

    name: NameText
    """The name of the tool server in the agent."""
    server: EndpointText = field(..., is_egress_url=True)
    """The address of the tool server. Network policies allow the agent to call its tool servers, its dependencies and `deploy.egress`. If
    the server is in the cluster, `deploy.egress` must name its pods: an entry with the same host and port.
    """
    manifest: PathText | None = field(used_by="checks")
    """The companion file with the server's tool definitions: the result of `tools/list`."""
    allow: list[str] = field(..., min_length=1, merge="union")
    """The server's tools that the agent may call, and no others. The program gets the list and must apply it."""
    sideEffects: Literal["none", "reversible", "irreversible"]
    """The worst effect of a call: none (read only), reversible, or irreversible."""
    approval: Literal["never", "always"]
    """Whether a person must approve each call."""


class Skill(StrictModel):
    """Instructions for a kind of task, which the agent reads when it needs them: a `SKILL.md` and the files that it refers to."""

    name: NameText
    """The name of the skill."""
    files: list[PathText] = field(..., min_length=1, merge="union", used_by="checks")
    """The companion files of the skill, `SKILL.md` first."""


class Limits(StrictModel):
    """The limits of one task."""

    steps: int = field(..., ge=1)
    """The maximum number of steps per task."""
    toolCalls: int | None = field(ge=1)
    """The maximum number of tool calls per task."""
    tokens: int | None = field(ge=1)
    """The maximum number of tokens per task."""
    time: DurationText | None = None
    """The maximum duration of a task."""


class KillSwitch(StrictModel):
    """Who can stop the agent without a pull request, and how."""

    group: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9:@._/-]*$")
    """The Kubernetes group whose members may set the number of its replicas, or change the scheduled job that it is."""
    procedure: str = field(..., used_by="records")
    """The procedure, in one sentence."""


class Source(Program, Settings):
    """A program, the tools that it may use, and its limits."""

    image: ImageText
    """The image of the agent, without its digest."""
    digest: DigestText
    """The digest of the image."""
    prompts: list[Prompt] | None = field(merge="name", control="enforced")
    """The system prompts. They are part of the release."""
    tools: list[Tool] | None = field(merge="name", control="enforced")
    """The tool servers that the agent may use."""
    skills: list[Skill] | None = field(merge="name", used_by="checks")
    """The skills that the agent may use. They are part of the release."""
    limits: Limits = field(..., control="enforced")
    """The limits of each task."""
    killSwitch: KillSwitch | None = field(control="enforced")
    """Who can stop the agent without a pull request, and how."""


TYPE = ModelType(
    name="agent",
    title="Agent",
    source=Source,
    defaults={"interface": {"protocol": "rest"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
    must_select_pods=True,
)
