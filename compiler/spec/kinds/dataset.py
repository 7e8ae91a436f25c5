"""Dataset: data that models are trained on, read or serve."""

from typing import Literal

from compiler.spec.field_types import (
    CountryText,
    DigestText,
    DocumentNameText,
    DurationText,
    EndpointText,
    LicenseText,
    NameText,
    UriText,
)
from compiler.spec.network_fields import LabelSelector, NetworkPort
from compiler.spec.strict_model import Document, StrictModel, field

SpecialCategory = Literal[
    "ethnic-origin", "political-opinions", "religion", "trade-union", "genetic", "biometric", "health", "sexual-orientation",
]  # fmt: skip


class DatasetOverlay(StrictModel):
    """The values that differ in one environment."""

    uri: UriText | None = None
    """The location of the data in that environment."""
    endpoint: EndpointText | None = None
    """The endpoint that serves the data in that environment."""
    podSelector: LabelSelector | None = None
    """The pods that serve the endpoint in that environment."""
    ports: list[NetworkPort] | None = field(min_length=1)
    """The ports of these pods."""
    version: str | None = None
    """The version of the data in that environment."""
    digest: DigestText | None = None
    """The digest of that version."""


class Dataset(Document):
    """A named set of data: its location or endpoint, its version, and the conditions of its use."""

    kind: Literal["Dataset"]
    """Always `Dataset`."""
    name: DocumentNameText
    """The name of the dataset. `data` and `uses` of models refer to it."""
    summary: str | None = None
    """A description of the data in one sentence."""
    owner: NameText | None = field(ref="Team")
    """The Team that owns the data."""
    uri: UriText | None = None
    """The location of the data."""
    endpoint: EndpointText | None = None
    """The endpoint that serves the data to a running model."""
    podSelector: LabelSelector | None = None
    """The pods that serve the endpoint, if it is in the cluster. Without it, network policies allow the models that use the dataset to call
    every pod of the namespace.
    """
    ports: list[NetworkPort] | None = field(min_length=1)
    """The ports of these pods. Default: with `podSelector` the port of the endpoint, otherwise every port."""
    version: str | None = None
    """The version of the data."""
    digest: DigestText | None = None
    """The digest of that version."""
    license: LicenseText | None = None
    """The licence of the data: an SPDX identifier or expression."""
    classification: Literal["public", "internal", "confidential", "restricted"] | None = None
    """The confidentiality class of the data."""
    sensitiveFields: list[str] | None = field(merge="union")
    """The fields that hold personal or otherwise sensitive data."""
    legalBasis: (
        Literal["consent", "contract", "legal-obligation", "vital-interests", "public-task", "legitimate-interests"]
        | None
    ) = None
    """The legal basis on which the personal data is processed, in the terms of Article 6(1) of Regulation (EU) 2016/679."""
    specialCategories: list[SpecialCategory] | None = field(merge="union")
    """The special categories of personal data in the data, in the terms of Article 9(1) of Regulation (EU) 2016/679."""
    specialCategoryCondition: str | None = field(pattern=r"^9\(2\)\([a-j]\)$")
    """The condition of Article 9(2) under which special categories may be processed, such as `9(2)(a)` for explicit consent."""
    collection: str | None = None
    """How the data was collected, and its original purpose."""
    preparation: str | None = None
    """How the data was prepared: labelling, cleaning, enrichment."""
    biases: str | None = None
    """Biases that were found in the data, and the measures against them."""
    residency: list[CountryText] | None = field(merge="union")
    """The countries where the data is stored, as codes of ISO 3166-1 such as `CH`."""
    retention: DurationText | None = None
    """The retention period of the data."""
    stewards: list[NameText] | None = field(merge="union", ref="Team")
    """The Teams that are responsible for the quality of the data."""
    environments: dict[NameText, DatasetOverlay] | None = None
    """Values that differ, by Environment or stage."""


KIND = Dataset
