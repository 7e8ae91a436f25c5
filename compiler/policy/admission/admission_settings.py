"""The capability of an Environment that enables admission, and the release of its cluster."""

import msgspec

from compiler.policy.admission.object_facts import FieldSelector
from compiler.spec.data_types import EnvironmentData

_CAPABILITY = "admission"


class ApprovedSettings(msgspec.Struct, rename="camel"):
    """What a cluster admits in addition to rendered images, and which fields it compares."""

    additional_images: list[str] = []
    fields: list[FieldSelector] = []


class AdmissionSettings(msgspec.Struct):
    """The capability, as far as the compiler reads it; its schema is in `schemas/capabilities.yaml`."""

    except_: list[str] = msgspec.field(default_factory=list, name="except")
    """Ids of policies that the cluster does not evaluate."""
    resources: dict[str, str] = {}
    """Names of resources by `<group>/<version>/<kind>`."""
    approved: ApprovedSettings = msgspec.field(default_factory=ApprovedSettings)


class _Installation(msgspec.Struct):
    version: str = ""


def admission_settings(environment: EnvironmentData) -> AdmissionSettings:
    """The settings of an Environment; the defaults without the capability."""
    return msgspec.convert(environment.get("capabilities", {}).get(_CAPABILITY, {}), AdmissionSettings)


def cluster_version(environment: EnvironmentData, capability: str) -> str:
    """The version of a capability; empty without it."""
    return msgspec.convert(environment.get("capabilities", {}).get(capability, {}), _Installation).version
