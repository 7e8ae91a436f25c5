"""The reader of each scheme of URIs, and the package that it needs."""

import importlib
import os
from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType

from compiler.artifacts.artifact_digest import ArtifactDigest, Progress
from compiler.foundation.errors import UsageError

FETCH_INSTALLATION = "pip install 'modelyard[fetch]'"
"""How to install the packages of all readers."""
READERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "s3": ("s3_objects", "boto3"),
        "gs": ("google_cloud_storage", "google.cloud.storage"),
        "hf": ("model_hub", "huggingface_hub"),
        "oci": ("oci_registry", "oras"),
    }
)
"""The module of this package that reads URIs of a scheme, and the package that it imports."""


def stored_digest(scheme: str, location: str, progress: Progress) -> ArtifactDigest:
    """The digest of what a URI names; raises `UsageError` if nothing reads the scheme, or its package is missing."""
    if scheme not in READERS:
        raise UsageError(
            f"cannot read {scheme}:// URIs",
            help=f"Name a local path, or a URI with {', '.join(f'{name}://' for name in READERS)}; "
            "download anything else and name its folder.",
        )
    module_name, package = READERS[scheme]
    if not _is_installed(package):
        raise UsageError(
            f"{scheme}:// URIs need the package {package.replace('.', '-')}, which is not installed",
            help=f"Run `{FETCH_INSTALLATION}`, or download the artifact and name its folder.",
        )
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # its client reads this when it is imported
    reader = importlib.import_module(f"compiler.artifacts.stores.{module_name}")
    digest: ArtifactDigest = reader.store_digest(location, progress)
    return digest


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False
