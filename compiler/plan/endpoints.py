"""Where things are: the parts of a URL, what an emitter exports of a model, and what a model reaches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from compiler.values import Json, Object

_PORTS: Mapping[str, int] = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443}
_INTERNAL = (".svc", ".svc.cluster.local")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address on the network; `namespace` where it is a service of the same cluster."""

    url: str
    scheme: str
    host: str
    port: int | None
    namespace: str | None

    @property
    def data(self) -> dict[str, Json]:
        """The endpoint as templates see it: what is not there is left out."""
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


def endpoint(url: str) -> Endpoint | None:
    """The parts of a URL; `None` where it names no host or its port is no port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    labels = parts.hostname.split(".")
    is_internal = parts.hostname.endswith(_INTERNAL) and len(labels) > 2  # noqa: PLR2004 - service.namespace.svc
    namespace = labels[1] if is_internal else None
    return Endpoint(url, parts.scheme, parts.hostname, port or _PORTS.get(parts.scheme), namespace)


def reached(uses: list[dict[str, Json]], extra: list[str]) -> Iterator[Object]:
    """What goes out over the network: what is used, then what else is allowed, each host and port once."""
    seen: set[tuple[Json, Json]] = set()
    others = [found.data for found in map(endpoint, extra) if found is not None]
    for one in [*uses, *others]:
        key = (one.get("host"), one.get("port"))
        if one.get("port") is not None and key not in seen:
            seen.add(key)
            yield {
                name: one[name]
                for name in ("host", "port", "scheme", "internal", "namespace", "selector", "cidrs", "name")
                if name in one
            }
