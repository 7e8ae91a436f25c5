"""llm: a large language model with its prompts, retrieval and guardrails."""

from compiler.spec.field_types import DigestText, LicenseText, NameText, PathText, UriText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Prompt
from compiler.spec.strict_model import StrictModel, field


class BaseModel(StrictModel):
    """The published base model."""

    name: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")
    """The name with its publisher, such as `mistralai/Mistral-7B-Instruct-v0.3`."""
    revision: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """The revision: a commit, or a tag that does not move."""
    license: LicenseText = field(..., used_by="records")
    """The license, such as `Apache-2.0`; `LicenseRef-` and a name for a license of the publisher's own."""


class Adapter(StrictModel):
    """An adapter of the base model (LoRA)."""

    name: NameText
    """The model name that requests use for the adapter."""
    uri: UriText
    """The location of the adapter's weights."""
    digest: DigestText | None = field(control="verified")
    """The digest of the adapter's weights."""


class Retrieval(StrictModel):
    """The retrieval of passages that are added to the prompt."""

    index: NameText = field(..., ref="Dataset")
    """The Dataset that is searched."""
    embedding: NameText | None = field(ref="Model", dependency="callers")
    """The Model that computes the embeddings."""
    topK: int | None = field(ge=1)
    """The number of passages that are added to the prompt."""


class Guardrail(StrictModel):
    """A check of requests or responses."""

    name: NameText
    """The name of the guardrail."""
    summary: str
    """What the guardrail blocks, in one sentence."""
    model: NameText | None = field(ref="Model", dependency="callers")
    """The Model that evaluates the guardrail."""
    file: PathText | None = None
    """The companion file of the guardrail's rules."""


class Guardrails(StrictModel):
    """The checks of requests and responses."""

    input: list[Guardrail] | None = field(merge="name")
    """Checks of requests."""
    output: list[Guardrail] | None = field(merge="name")
    """Checks of responses."""


class Budget(StrictModel):
    """Token limits."""

    inputTokens: int | None = field(ge=1, at_most=("tokensPerDay", "/source/contextLength"))
    """The maximum number of tokens per request."""
    outputTokens: int | None = field(ge=1, at_most=("tokensPerDay", "/source/contextLength"))
    """The maximum number of tokens per response."""
    tokensPerDay: int | None = field(ge=1)
    """The maximum number of tokens per day, for requests and responses together."""


class Source(StrictModel):
    """Weights by URI, with prompts, adapters, retrieval and guardrails."""

    baseModel: BaseModel
    """The base model of the weights."""
    uri: UriText
    """The location of the weights."""
    digest: DigestText | None = field(control="verified")
    """The digest of the weights, if the store provides one."""
    contextLength: int | None = field(ge=1, control="enforced")
    """The maximum number of tokens of a request and its response."""
    adapters: list[Adapter] | None = field(merge="name")
    """Adapters of the base model."""
    prompts: list[Prompt] | None = field(merge="name", used_by="callers", control="enforced")
    """The prompts. They are part of the release. No shipped target passes them to a server: callers send them."""
    retrieval: Retrieval | None = field(used_by="callers", control="enforced")
    """The retrieval of passages that are added to the prompt. Declared, not enforced by shipped targets: callers retrieve."""
    guardrails: Guardrails | None = field(used_by="callers", control="enforced")
    """The checks of requests and responses. Declared, not enforced by shipped targets: callers apply them."""
    budget: Budget | None = field(used_by="records", control="enforced")
    """Token limits. Declared, not enforced by shipped targets."""


TYPE = ModelType(
    name="llm",
    title="Large language model",
    source=Source,
    defaults={"interface": {"protocol": "openai"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
