"""Every name, label, annotation and trailer that is common to what is made. What selects or restarts never follows an owner."""

from compiler.values import Object

MANAGER = "modelyard"
NAME = "app.kubernetes.io/name"
PART_OF = "app.kubernetes.io/part-of"
VERSION = "app.kubernetes.io/version"
MANAGED_BY = "app.kubernetes.io/managed-by"
OWNER = "modelyard/owner"


def selector(model: str, project: str) -> Object:
    """What selects the model's replicas: never changes while the model exists."""
    return {NAME: model, PART_OF: project}


def pod_labels(model: str, project: str, version: str) -> Object:
    """Labels of replicas: the selector, and the release, which restarts them anyway."""
    return {**selector(model, project), VERSION: version.replace("+", "_")}


def labels(model: str, project: str, version: str, owner: str) -> Object:
    """Labels of objects that hand none of them to replicas (Kubernetes' recommended labels, and the owner)."""
    return {**pod_labels(model, project, version), MANAGED_BY: MANAGER, OWNER: owner}


SOURCE_TRAILER = "Modelyard-Source"
ENVIRONMENT_TRAILER = "Modelyard-Environment"
DATE_TRAILER = "Modelyard-Date"
VERSION_TRAILER = "Modelyard-Version"
"""Trailers of a commit that publishes an environment."""
