"""Endpoints: the parts of a URL, what an emitter exports for a model, and what a model connects to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from compiler.foundation.json_data import Json, Object

_DEFAULT_PORTS: Mapping[str, int] = {
    "http": 80, "https": 443, "grpc": 80, "grpcs": 443, "ws": 80, "wss": 443, "ldap": 389, "ldaps": 636, "amqp": 5672, "amqps": 5671,
    "postgres": 5432, "postgresql": 5432, "mysql": 3306, "redis": 6379, "mongodb": 27017,
}  # fmt: skip
"""Ports registered with IANA for the scheme."""
_STORAGE_SCHEMES = frozenset({"s3", "gs", "abfss", "wasbs", "hdfs", "webhdfs", "hf", "oci", "pvc", "file"})
"""Schemes whose authority is a bucket, a volume or a repository rather than a host."""
_INTERNAL_SUFFIXES = (".svc", ".svc.cluster.local")
_DESTINATION_KEYS = ("host", "port", "namespace", "podSelector", "ports")
"""The keys in which two destinations differ."""
_ENTRY_KEYS = (*_DESTINATION_KEYS, "scheme", "internal", "selector", "cidrs", "gatewayNamespaces", "name")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A network address; `namespace` for a service of the same cluster."""

    url: str
    scheme: str
    host: str
    port: int | None
    namespace: str | None

    @property
    def data(self) -> dict[str, Json]:
        """The endpoint as templates see it; absent parts are left out."""
        parts: dict[str, Json] = {
            "url": self.url,
            "scheme": self.scheme,
            "host": self.host,
            "internal": self.namespace is not None,
        }
        if self.port is not None:
            parts["port"] = self.port
        if self.namespace is not None:
            parts["namespace"] = self.namespace
        return parts


@lru_cache(maxsize=1024)
def parse_endpoint(url: str) -> Endpoint | None:
    """The parts of a URL; `None` without a host or with an invalid port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    return Endpoint(
        url, parts.scheme, parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme), _namespace(parts.hostname)
    )


def _namespace(host: str) -> str | None:
    """The namespace in a host name of the cluster: the last label before `svc`, because a pod has a name before that of its service."""
    name = next((host.removesuffix(suffix) for suffix in _INTERNAL_SUFFIXES if host.endswith(suffix)), "")
    labels = name.split(".")
    return labels[-1] if len(labels) > 1 else None


def egress_entries(peers: Iterable[Object]) -> Iterator[Object]:
    """The network destinations among peers, each once; of the equal ones the first."""
    known_entries: list[Object] = []
    for peer in peers:
        if not peer.get("host") or peer.get("scheme") in _STORAGE_SCHEMES:
            continue
        entry = _with_cidr(peer)
        destination = {key: entry[key] for key in _DESTINATION_KEYS if key in entry}
        if destination not in known_entries:
            known_entries.append(destination)
            yield {key: entry[key] for key in _ENTRY_KEYS if key in entry}


def _with_cidr(peer: Object) -> Object:
    """The entry with its address as a CIDR, if the host is an IP address."""
    host = peer.get("host")
    if peer.get("internal") or not isinstance(host, str) or (not host[:1].isdecimal() and ":" not in host):
        return peer
    try:
        address = ip_address(host)
    except ValueError:
        return peer
    return {**peer, "cidrs": [f"{address}/{address.max_prefixlen}"]}
