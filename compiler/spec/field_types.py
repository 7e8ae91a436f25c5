"""The kinds of text that fields of the language hold: the pattern of each, in words and as JSON Schema."""

from typing import Annotated, Literal

from pydantic import WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic.types import JsonValue

from compiler.foundation.safe_folder import FORGE_FOLDERS

AnyMap = dict[str, object]
"""A map whose content another schema describes."""

_DURATION = r"^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d|w))+$"


def _any_case(text: str) -> str:
    """A pattern for the text in upper and lower case: the patterns of JSON Schema have no flags."""
    return "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else rf"\{letter}" for letter in text)


_NO_GIT_FOLDER = rf"(?!.*(?:^|/){_any_case('.git')}(?:/|$))(?!.*\.(?:/|$))"
"""No part is git's folder, on any file system: some ignore case, and some drop dots at the end of a name."""
_NO_STATE_FOLDER = rf"(?!.*(?:^|/){_any_case('.modelyard')})"
_NO_FORGE_FOLDER = "".join(rf"(?!.*(?:^|/){_any_case(name)})" for name in FORGE_FOLDERS)
_CRON_FIELD = r"(?:\*|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:/[1-9][0-9]*)?"


def _text_type(
    pattern: str,
    expects: str,
    example: str,
    quantity: str | None = None,
    *,
    kind: str | None = None,
    **extra: JsonValue,
) -> WithJsonSchema:
    """`kind`: a kind of text for which `compiler/json_schema/corrections/` knows other spellings."""
    schema: JsonSchemaValue = {
        "type": "string",
        "pattern": pattern,
        "x-modelyard-expects": expects,
        "examples": [example],
    }
    if quantity:
        schema["x-modelyard-quantity"] = quantity
    if kind:
        schema["x-modelyard-text"] = kind
    return WithJsonSchema(schema | extra)


_TEXT_OR_NUMBER: dict[str, JsonValue] = {"type": ["string", "number"]}

DurationText = Annotated[str, _text_type(_DURATION, "a duration such as 250ms, 5m or 30d", "250ms", "duration")]
PercentageText = Annotated[
    str, _text_type(r"^[0-9]{1,3}(?:\.[0-9]+)?\s?%$", "a percentage such as 99.9%", "99.9%", "percentage")
]
WholePercentText = Annotated[str, _text_type(r"^[0-9]{1,3}%$", "a whole percentage such as 25%", "25%")]
CpuText = Annotated[
    str | float,
    _text_type(
        r"^[0-9]+(?:\.[0-9]+)?$|^[0-9]+m$",
        "a quantity of CPU such as 500m or 2",
        "500m",
        "cpu",
        **_TEXT_OR_NUMBER,
        exclusiveMinimum=0,
    ),
]
MemoryText = Annotated[
    str,
    _text_type(
        r"^[0-9]+(?:\.[0-9]+)?(?:[kMGTP]|[KMGTP]i)$", "a quantity of memory such as 512Mi or 2Gi", "512Mi", "memory"
    ),
]
CostText = Annotated[str, _text_type(r"^[0-9]+(?:\.[0-9]+)?$", 'a number in quotes such as "12.5"', "12.5")]
SignalActionText = Annotated[
    Literal["page", "ticket"],
    WithJsonSchema({"enum": ["page", "ticket"], "type": "string", "x-modelyard-text": "signal-action"}),
]
CronText = Annotated[
    str,
    _text_type(rf"^\s*(?:{_CRON_FIELD}(?:,{_CRON_FIELD})*\s+){{4}}{_CRON_FIELD}(?:,{_CRON_FIELD})*\s*$",
          'a cron expression of five fields such as "0 3 * * 1"', "0 3 * * 1", "cron"),
]  # fmt: skip
TimeZoneText = Annotated[
    str,
    _text_type(
        r"^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}$",
        "an IANA time zone such as Europe/Zurich",
        "Europe/Zurich",
        "time-zone",
    ),
]
DigestText = Annotated[
    str,
    _text_type(
        r"^sha256:[0-9a-f]{64}$",
        "a digest: sha256: and 64 hexadecimal digits",
        "sha256:" + "0123456789abcdef" * 4,
        kind="digest",
    ),
]
_VERSION = (
    r"^(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$",
    'a semantic version such as "3.1.0"', "3.1.0",
)  # fmt: skip
VersionText = Annotated[str, _text_type(*_VERSION, kind="version")]
ReleaseText = Annotated[str, _text_type(*_VERSION, kind="release")]
"""The version of a release of the model."""
VersionRangeText = Annotated[
    str,
    _text_type(r"^(?:[\^~]|=)?(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){0,2}(?:-[0-9A-Za-z.-]+)?$",
          "a release or a range of releases such as ^2, ~2.1 or 2.1.3", "^2", type=["string", "integer"]),
]  # fmt: skip
NameText = Annotated[
    str,
    _text_type(r"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$", "a name of lower-case letters, digits and hyphens, at most 63", "card-fraud",
          kind="name", maxLength=63),
]  # fmt: skip
DocumentNameText = Annotated[
    str,
    _text_type(
        r"^(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",
        "a name of lower-case letters, digits and hyphens, at most 63, that Windows does not reserve",
        "card-fraud",
        kind="name",
        maxLength=63,
    ),
]
"""The name of a document. Files and folders are named after it, and Windows opens no file that is named like a device."""
NamespaceText = Annotated[
    str,
    _text_type(
        r"^(?!kube-)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",
        "a namespace of lower-case letters, digits and hyphens, at most 63, that does not begin with kube-",
        "payments-models",
        kind="name",
        maxLength=63,
    ),
]
"""`kube-` is reserved: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/."""
PolicyText = Annotated[
    str,
    _text_type(
        r"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:/[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)?$",
        "a policy, a pack, or a policy of a pack such as baseline/has-owner",
        "baseline/has-owner",
        maxLength=127,
    ),
]
EnvVarText = Annotated[
    str,
    _text_type(
        r"^[A-Za-z_][A-Za-z0-9_]*$", "a name of an environment variable such as INDEX_URL", "INDEX_URL", maxLength=128
    ),
]
DateText = Annotated[
    str,
    _text_type(
        r"^(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$",
        "a date such as 2027-03-31",
        "2027-03-31",
        kind="date",
        format="date",
    ),
]
FieldText = Annotated[
    str,
    _text_type(
        r"^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*|\[[A-Za-z0-9][A-Za-z0-9._/:-]*\])*$",
        "a path to a value such as deploy.secrets[store-token].key",
        "deploy.secrets[store-token]",
        maxLength=500,
    ),
]
NonEmptyText = Annotated[str, _text_type(r"\S", "non-empty text", "…")]
ReasonText = Annotated[
    str, _text_type(r"\S\s+\S", "a reason of at least two words", "The vendor fixes it in spring.", minLength=10)
]
HostText = Annotated[
    str,
    _text_type(r"^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\.)+[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$", "a host name such as api.vendor.example",
          "api.vendor.example", maxLength=253),
]  # fmt: skip
PathText = Annotated[
    str,
    _text_type(
        r"^(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_./@+-]+$",
        "a path in the spec's folder such as rules/policy.rego",
        "rules/policy.rego",
        **{"x-modelyard-companion-file": "release"},
    ),
]
FolderText = Annotated[
    str,
    _text_type(
        rf"^(?!/){_NO_GIT_FOLDER}[A-Za-z0-9_./@+-]+$",
        "a folder path such as clusters/prod",
        "clusters/prod",
    ),
]
ProjectFolderText = Annotated[
    str,
    _text_type(
        rf"^(?!/)(?!.*//){_NO_GIT_FOLDER}{_NO_FORGE_FOLDER}{_NO_STATE_FOLDER}[A-Za-z0-9_./@+-]+$",
        "a folder of the project such as build, but not .git, .github or .modelyard",
        "build",
    ),
]
BranchText = Annotated[
    str,
    _text_type(
        r"^(?![-./]|@$|HEAD$)(?!.*(?:\.\.|//|@\{|\$\{\{|/\.|\.lock(?:/|$)))(?!.*[./]$)[^\x00-\x20\x7f~^:?*\[\\]+$",
        "a valid git branch name such as env/prod",
        "env/prod",
        maxLength=200,
    ),
]
"""git-check-ref-format(1); and no expression of a CI server."""
RepositoryText = Annotated[
    str,
    _text_type(
        r"^(?!.*/\.\.?(?:/|$))(?!.*\$\{\{)(?:(?:https|ssh)://(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?/"
        r"|[A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!:))[^\x00-\x20\x7f\\]+$",
        "a git URL (https or ssh) without a password, such as https://git.bank.example/ml/deployments.git",
        "https://git.bank.example/ml/deployments.git",
        maxLength=1000,
    ),
]
_URI_CHARACTER = r'[^\s\x00-\x1f\x7f{}<>"\\^`|]'
"""RFC 3986 excludes these; braces open actions of Go templates, and a browser takes a backslash for a slash."""
_URI = (
    r"^(?!(?!abfss?:|wasbs?:)[^/]*//[^/?#]*@)(?![^/]*//[^/?#]*:[^/?#]*@)[a-z][a-z0-9+.-]*://" + _URI_CHARACTER + "+$",
    "a URI without user name or password, such as s3://models/card-fraud/3.1.0/",
    "s3://models/card-fraud/3.1.0/",
)
UriText = Annotated[str, _text_type(*_URI, kind="uri")]
"""Without credentials; only Azure's schemes have an `@`, between container and account."""
ArtifactUriText = Annotated[str, _text_type(*_URI, kind="artifact-uri")]
"""The URI of an artifact that may be a companion file instead, in `files`."""
_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
EndpointText = Annotated[
    str,
    _text_type(
        r"^(?!(?:s3|gs|abfss?|wasbs?|hdfs|webhdfs|hf|oci|pvc|file)://)[a-z][a-z0-9+.-]*://"
        rf"(?:(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9])?|(?:{_BYTE}\.){{3}}{_BYTE}|\[[0-9A-Fa-f:.]+\])"
        rf"(?::{_PORT})?(?:/{_URI_CHARACTER.replace('|', '|#')}*)?$",
        "the URL of a service with its full host name, without user name or password, such as https://features.bank.example:8443",
        "https://features.bank.example:8443",
        kind="uri",
    ),
]
"""A URL whose host every program reads alike: no user information, no fragment, nothing but ASCII, and no number that only some programs
read as an address. Its scheme is not that of a store, whose URLs name a bucket in place of a host. A name without a dot depends on the
namespace of the caller.
"""
WebUrlText = Annotated[
    str,
    _text_type(
        r'^https?://[A-Za-z0-9\[][^\s@/?#{}<>"\\^`|]*(?:[/?#]' + _URI_CHARACTER + "*)?$",
        "a web address such as https://runbooks.bank.example/card-fraud",
        "https://runbooks.bank.example/card-fraud",
    ),
]
ImageText = Annotated[
    str,
    _text_type(r"^[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$",
          "an image without its digest, such as registry.bank.example/risk/scorer:1.4", "registry.bank.example/risk/scorer:1.4"),
]  # fmt: skip
MetricText = Annotated[
    str,
    _text_type(
        r"^[a-zA-Z_:][a-zA-Z0-9_:]*$",
        "a name of a Prometheus metric such as http_requests_total",
        "http_requests_total",
    ),
]
LabelText = Annotated[
    str,
    _text_type(r"^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$", "a name of a Prometheus label such as code", "code", maxLength=128),
]
ForgeHandleText = Annotated[
    str,
    _text_type(
        r"^(?:@{1,2}[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?(?:/[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?)*"
        r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$",
        "a forge account such as @bank/payments-risk, or an email address",
        "@bank/payments-risk",
        maxLength=255,
    ),
]
LabelKeyText = Annotated[
    str,
    _text_type(
        r"^(?!modelyard/)(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$",
        "a Kubernetes label key that does not begin with modelyard/, such as app.kubernetes.io/name",
        "app.kubernetes.io/name",
        maxLength=316,
    ),
]
LabelValueText = Annotated[
    str,
    _text_type(
        r"^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$",
        "a Kubernetes label value such as fraud-scorer",
        "fraud-scorer",
        maxLength=63,
    ),
]
NodeLabelValueText = Annotated[
    str,
    _text_type(
        r"^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$",
        "the value of a Kubernetes label or taint, such as a100, or empty text",
        "a100",
        maxLength=63,
    ),
]
"""Labels of nodes may be empty, such as `node-role.kubernetes.io/gpu`."""
ResourceNameText = Annotated[
    str,
    _text_type(
        r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$",
        "the name of an extended resource of nodes such as rdma/hca",
        "rdma/hca",
        maxLength=316,
    ),
]
FieldPathText = Annotated[
    str,
    _text_type(
        r"""^(?:\*\*|[^.\[\]"]+)(?:\.(?:\*\*|[^.\[\]"]+)|\[\]|\["[^"]+"\])*$""",
        "the path of a field in a rendered object such as spec.containers[].env",
        "spec.containers[].env",
        maxLength=500,
    ),
]
LicenseText = Annotated[
    str,
    _text_type(
        r"^[A-Za-z0-9(][A-Za-z0-9.+() -]*$",
        "an SPDX license expression such as Apache-2.0 or LicenseRef-bank-internal",
        "Apache-2.0",
        kind="license",
        format="spdx-license-expression",
    ),
]
"""In its canonical spelling. A license that is not on SPDX's list is a `LicenseRef-`."""
CountryText = Annotated[
    str,
    _text_type(
        r"^[A-Z]{2}$", "a country code of ISO 3166-1 such as CH", "CH", kind="country", format="iso-3166-1-alpha-2"
    ),
]
EmailText = Annotated[
    str,
    _text_type(
        r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$",
        "an email address such as risk@bank.example",
        "risk@bank.example",
        kind="email",
        maxLength=254,
    ),
]
