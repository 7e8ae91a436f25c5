"""The digest of an OCI artifact or image: of the manifest that its tag names, as registries and `oras resolve` state it."""

import hashlib
import ipaddress
from contextlib import suppress

import requests
from oras.container import Container
from oras.provider import Registry

from compiler.artifacts.artifact_digest import ArtifactDigest, Progress
from compiler.foundation.errors import HostError, UsageError

_MEDIA_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


def store_digest(location: str, progress: Progress) -> ArtifactDigest:
    """The digest of the manifest, computed from its bytes; credentials are those of `docker login`."""
    container = _container(location)
    try:
        content = _manifest(container)
    except (requests.RequestException, ValueError) as error:
        raise HostError(f"cannot read oci://{location}: {error}") from error
    progress.expect(len(content))
    progress.advance(len(content))
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if container.digest and container.digest.removeprefix("@") != digest:
        raise HostError(f"oci://{location}: the registry returned a manifest with the digest {digest}")
    return ArtifactDigest("manifest", digest)


def _container(location: str) -> Container:
    """The parts of the reference. It names its registry: no tool's default registry is assumed."""
    registry, slash, _ = location.partition("/")
    if slash and ("." in registry or ":" in registry or registry == "localhost"):
        with suppress(ValueError):
            return Container(location)
    raise UsageError(f"oci://{location} does not name an artifact", help="Write `oci://REGISTRY/REPOSITORY:TAG`.")


def _manifest(container: Container) -> bytes:
    registry = Registry(container.registry, insecure=_is_loopback(container.registry))
    registry.auth.load_configs(container)
    response = registry.do_request(
        f"{registry.prefix}://{container.manifest_url()}", headers={"Accept": ", ".join(_MEDIA_TYPES)}
    )
    if response.status_code != requests.codes.ok:
        raise HostError(
            f"cannot read oci://{container.uri}: the registry answered {response.status_code} {response.reason}"
        )
    content: bytes = response.content
    return content


def _is_loopback(registry: str) -> bool:
    """Whether the registry runs on this machine, where Docker and its tools accept HTTP."""
    host = registry.rpartition(":")[0] or registry
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
