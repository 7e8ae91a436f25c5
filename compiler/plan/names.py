"""Every name, label, annotation and trailer that is common to what is made. What selects or restarts never follows an owner."""

from types import MappingProxyType

from compiler.values import Object

MANAGER = "modelyard"
NAME = "app.kubernetes.io/name"
PART_OF = "app.kubernetes.io/part-of"
VERSION = "app.kubernetes.io/version"
MANAGED_BY = "app.kubernetes.io/managed-by"
OWNER = "modelyard/owner"
WAVE = "modelyard/wave"

OWN_FOLDER = ".modelyard"
"""The folder at a root that is Modelyard's own."""
LOCKS = f"{OWN_FOLDER}/locks"
"""The folder in it of what says who owns what was written: a file a unit."""

SHOWN: Object = MappingProxyType(
    {"name": NAME, "partOf": PART_OF, "managedBy": MANAGED_BY, "manager": MANAGER, "owner": OWNER, "wave": WAVE}
)
"""Those that templates of environments and of the project write themselves, by what they say."""

_NONE: Object = MappingProxyType({})


def selector(model: str, project: str, adopted: Object = _NONE) -> Object:
    """What selects the model's replicas: never changes while the model exists. Objects that were adopted keep their own."""
    return adopted or {NAME: model, PART_OF: project}


def pod_labels(model: str, project: str, version: str, adopted: Object = _NONE) -> Object:
    """Labels of replicas: who they are, what selects them, and the release, which restarts them anyway."""
    return {NAME: model, PART_OF: project, VERSION: version.replace("+", "_"), **adopted}


def labels(model: str, project: str, version: str, owner: str, adopted: Object = _NONE) -> Object:
    """Labels of objects that hand none of them to replicas (Kubernetes' recommended labels, and the owner)."""
    own = {NAME: model, PART_OF: project, VERSION: version.replace("+", "_"), MANAGED_BY: MANAGER, OWNER: owner}
    return {**own, **adopted}


SOURCE_TRAILER = "Modelyard-Source"
ENVIRONMENT_TRAILER = "Modelyard-Environment"
DATE_TRAILER = "Modelyard-Date"
VERSION_TRAILER = "Modelyard-Version"
"""Trailers of a commit that publishes an environment."""
