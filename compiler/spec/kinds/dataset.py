"""Dataset: data that models are made from, read or serve."""

from typing import Literal

from compiler.spec.field_types import DigestText, DurationText, LicenseText, NameText, UriText
from compiler.spec.strict_model import Document, StrictModel, field


class DatasetOverlay(StrictModel):
    """What differs in one environment."""

    uri: UriText | None = None
    """Where the data lies there."""
    endpoint: UriText | None = None
    """What serves the data there."""
    version: str | None = None
    """Which state of the data is used there."""
    digest: DigestText | None = None
    """The digest of that state."""


class Dataset(Document):
    """Data by name: where it lies or what serves it, in which state, and what may be done with it."""

    kind: Literal["Dataset"]
    """Always `Dataset`."""
    name: NameText
    """The name that `data` and `uses` refer to."""
    summary: str | None = None
    """What the data is, in a sentence."""
    owner: NameText | None = field(ref="Team")
    """The Team that answers for the data."""
    uri: UriText | None = None
    """Where the data lies."""
    endpoint: UriText | None = None
    """What serves the data to a running model."""
    version: str | None = None
    """Which state of the data is meant."""
    digest: DigestText | None = None
    """The digest of that state."""
    license: LicenseText | None = None
    """SPDX identifier of the licence, or an expression of several."""
    classification: Literal["public", "internal", "confidential", "restricted"] | None = None
    """Who may see it."""
    sensitiveFields: list[str] | None = field(merge="union")
    """Fields that hold personal or otherwise sensitive data."""
    collection: str | None = None
    """How the data was obtained, and for what in the first place."""
    preparation: str | None = None
    """What was done with it: labelling, cleaning, enrichment."""
    biases: str | None = None
    """What was found of biases in it, and what was done about them."""
    residency: list[str] | None = field(merge="union")
    """Countries that the data stays in, by their ISO 3166 codes."""
    retention: DurationText | None = None
    """How long the data is kept."""
    stewards: list[NameText] | None = field(merge="union", ref="Team")
    """Teams that look after the data's quality."""
    environments: dict[NameText, DatasetOverlay] | None = None
    """What differs, by Environment or stage."""


KIND = Dataset
