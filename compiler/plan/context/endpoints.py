"""Endpoints: the parts of a URL, what an emitter exports for a model, and what a model connects to."""

from collections.abc import Iterator, Mapping
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
    labels = parts.hostname.split(".")
    is_internal = parts.hostname.endswith(_INTERNAL_SUFFIXES) and len(labels) > 2  # noqa: PLR2004 - service.namespace.svc
    namespace = labels[1] if is_internal else None
    return Endpoint(url, parts.scheme, parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme), namespace)


def egress_entries(uses: list[dict[str, Json]], extra_urls: list[str]) -> Iterator[Object]:
    """The egress entries: dependencies first, then additionally allowed addresses, each host and port once."""
    unique_keys: set[tuple[Json, Json]] = set()
    extra_peers = [parsed_url.data for parsed_url in map(parse_endpoint, extra_urls) if parsed_url is not None]
    for peer in [*uses, *extra_peers]:
        key = (peer.get("host"), peer.get("port"))
        if peer.get("host") and peer.get("scheme") not in _STORAGE_SCHEMES and key not in unique_keys:
            unique_keys.add(key)
            entry = _with_cidr(peer)
            yield {
                name: entry[name]
                for name in (
                    "host",
                    "port",
                    "scheme",
                    "internal",
                    "namespace",
                    "selector",
                    "cidrs",
                    "gatewayNamespaces",
                    "name",
                )
                if name in entry
            }


def _with_cidr(peer: Object) -> Object:
    """The entry with its address as a CIDR, if the host is an IP address."""
    host = peer.get("host")
    if not isinstance(host, str) or (not host[:1].isdecimal() and ":" not in host):
        return peer
    try:
        address = ip_address(host)
    except ValueError:
        return peer
    return {**peer, "cidrs": [f"{address}/{address.max_prefixlen}"]}
