"""llm: a large language model with what it is asked with."""

from compiler.spec.field_types import DigestText, NameText, PathText, UriText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Prompt
from compiler.spec.strict_model import StrictModel, field


class BaseModel(StrictModel):
    """The model as it was published."""

    name: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")
    """Its name with its publisher, such as `mistralai/Mistral-7B-Instruct-v0.3`."""
    revision: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """The revision: a commit or a tag that does not move."""
    license: str
    """Its licence, as an SPDX expression or the name of its publisher's licence."""


class Adapter(StrictModel):
    """Weights that are laid over the base model's (LoRA)."""

    name: NameText
    """The name that requests ask for."""
    uri: UriText
    """Where it lies."""
    digest: DigestText | None = None
    """Its digest."""


class Retrieval(StrictModel):
    """What is looked up before the model is asked."""

    index: NameText = field(..., ref="Dataset")
    """The Dataset that is searched."""
    embedding: NameText | None = field(ref="Model", dependency="callers")
    """The Model that makes the vectors."""
    k: int | None = field(ge=1)
    """How many passages are given to the model."""


class Guardrail(StrictModel):
    """A check of what goes in or comes out."""

    name: NameText
    """What it is called."""
    summary: str
    """What it stops, in a sentence."""
    model: NameText | None = field(ref="Model", dependency="callers")
    """The Model that judges."""
    file: PathText | None = None
    """What it judges by, beside the spec."""


class Guardrails(StrictModel):
    """Checks of what goes in and what comes out."""

    input: list[Guardrail] | None = field(merge="name")
    """Checks of requests."""
    output: list[Guardrail] | None = field(merge="name")
    """Checks of answers."""


class Budget(StrictModel):
    """The most that may be spent."""

    inputTokens: int | None = field(ge=1)
    """Tokens of one request."""
    outputTokens: int | None = field(ge=1)
    """Tokens of one answer."""
    tokensPerDay: int | None = field(ge=1)
    """Tokens of a day, requests and answers together."""


class Source(StrictModel):
    """Weights by address, and what goes with them."""

    baseModel: BaseModel
    """What the weights are, or were made from."""
    uri: UriText
    """Where the weights lie."""
    digest: DigestText | None = None
    """The digest of the weights, where the store has one."""
    contextLength: int | None = field(ge=1)
    """The most tokens that one exchange may have."""
    adapters: list[Adapter] | None = field(merge="name")
    """Weights that are laid over the base model's."""
    prompts: list[Prompt] | None = field(merge="name")
    """What it is asked with; part of the release."""
    retrieval: Retrieval | None = None
    """What is looked up before it is asked."""
    guardrails: Guardrails | None = None
    """Checks of what goes in and what comes out."""
    budget: Budget | None = None
    """The most that may be spent."""


TYPE = ModelType(
    name="llm",
    title="Large language model",
    source=Source,
    defaults={"interface": {"protocol": "openai"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
