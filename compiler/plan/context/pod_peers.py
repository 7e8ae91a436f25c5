"""The pods behind destinations in the cluster: what the spec says of them, and findings where it says too little or contradicts itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Note, Subject
from compiler.foundation.json_data import Json, Object, Pointer, plain_data
from compiler.plan.context.endpoints import parse_endpoint
from compiler.plan.context.model_context import environment_of
from compiler.resolve.dependencies import release_finding
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import dataset_in_environment
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import EgressPeerData
from compiler.spec.language import iter_strings
from compiler.spec.portfolio import DatasetSpec


@dataclass(frozen=True, slots=True)
class PodPeers:
    """The entries of `deploy.egress` of a model, with which its other destinations are completed."""

    model: ResolvedModel
    must_select_pods: bool

    @property
    def entries(self) -> Iterator[tuple[Pointer, EgressPeerData]]:
        """The entries of `deploy.egress`, each as a map, with its pointer."""
        for index, entry in enumerate(self.model.data.get("deploy", {}).get("egress", ())):
            yield ("deploy", "egress", index), {"url": entry} if isinstance(entry, str) else entry

    @property
    def endpoints(self) -> Iterator[Object]:
        """The endpoints of the entries, with their pods."""
        for _, entry in self.entries:
            yield with_pods(_endpoint_data(entry["url"]), plain_data(entry))
        if url := self._log_url:
            yield self.with_entry_pods(_endpoint_data(url))

    @property
    def _log_url(self) -> str:
        """The URL of the service that gets the payloads of requests; empty if there is none."""
        return self.model.data.get("deploy", {}).get("logger", {}).get("url", "")

    def with_entry_pods(self, endpoint: Object) -> Object:
        """The endpoint, with the pods of the entry that has the same host and port."""
        for _, entry in self.entries:
            parsed = parse_endpoint(entry["url"])
            if parsed and (parsed.host, parsed.port) == (endpoint.get("host"), endpoint.get("port")):
                return endpoint if "podSelector" in endpoint else with_pods(endpoint, plain_data(entry))
        return endpoint

    def entry_findings(self) -> Iterator[Finding]:
        """Findings about the entries themselves, and about the service that gets payloads."""
        for pointer, entry in self.entries:
            endpoint = with_pods(_endpoint_data(entry["url"]), plain_data(entry))
            if not endpoint.get("internal"):
                yield from self._useless_fields(pointer, entry)
            elif message := self._wide_message(entry["url"], endpoint):
                url_pointer = pointer if len(entry) == 1 else (*pointer, "url")
                yield self.model.finding(
                    self._code, message, url_pointer, f"write the entry as {_map_text(entry['url'])}"
                )

        log_endpoint = self.with_entry_pods(_endpoint_data(self._log_url))
        if message := self._wide_message(self._log_url, log_endpoint):
            help_ = f"add {_map_text(self._log_url)} to `deploy.egress`"
            yield self.model.finding(self._code, message, ("deploy", "logger", "url"), help_)

    def url_findings(self, url: str, endpoint: Object, pointer: Pointer) -> Iterator[Finding]:
        """Findings about a URL in the content of the release."""
        if message := self._wide_message(url, endpoint):
            help_ = f"add {_map_text(url)} to `deploy.egress`"
            yield release_finding(self.model, self.model.release, self._code, message, pointer, help_)

    def dataset_findings(self, fleet: Fleet, dataset: DatasetSpec, pointer: Pointer) -> Iterator[Finding]:
        """Findings about the endpoint of a dataset that the model uses."""
        environment = environment_of(self.model).name
        endpoint = self.with_entry_pods(dataset_endpoint(fleet, dataset, environment))
        if message := self._wide_message(str(endpoint["url"]), endpoint):
            dataset_pointer = _endpoint_pointer(fleet, dataset, environment)
            location = dataset.document.location(dataset_pointer)
            help_ = f"set `podSelector` of the Dataset {dataset.name}"
            if self.must_select_pods:
                finding = self.model.finding(self._code, message, pointer, help_)
                yield replace(finding, notes=(Note("the endpoint", location),))
            else:
                yield Finding(
                    self._code, message, location, Subject("Dataset", dataset.name, None, dataset_pointer), help_
                )

    def _useless_fields(self, pointer: Pointer, entry: EgressPeerData) -> Iterator[Finding]:
        for key in ("podSelector", "ports"):
            if key in entry:
                message = f"`{key}` has no effect, because the host of {entry['url']} is not in the cluster"
                help_ = "remove it, or set `namespace` if the host leads to pods of the cluster"
                yield self.model.finding(codes.BAD_VALUE, message, (*pointer, key), help_)

    def _wide_message(self, url: str, endpoint: Object) -> str | None:
        if not endpoint.get("internal") or "podSelector" in endpoint:
            return None
        scope = "every pod" if "ports" in endpoint else "every pod and port"
        return (
            f"{url} names no pods, so that the network policy allows {scope} of the namespace {endpoint['namespace']}"
        )

    @property
    def _code(self) -> Code:
        return codes.AGENT_WIDE_EGRESS if self.must_select_pods else codes.WIDE_EGRESS


def egress_findings(fleet: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """Destinations of the model in the cluster without pods, and fields of entries that have no effect."""
    pod_peers = PodPeers(model, fleet.language.type_language(model.spec.data["type"]).must_select_pods)
    yield from pod_peers.entry_findings()
    for url, pointer, endpoint in release_urls(fleet, pod_peers):
        yield from pod_peers.url_findings(url, endpoint, pointer)
    for index, use in enumerate(model.data.get("uses", ())):
        dataset = fleet.find("Dataset", use["dataset"]) if "dataset" in use else None
        if dataset is not None:
            yield from pod_peers.dataset_findings(fleet, dataset, ("uses", index))


def release_urls(fleet: Fleet, pod_peers: PodPeers) -> Iterator[tuple[str, Pointer, Object]]:
    """The URLs that the running release calls: each with its pointer, and its endpoint with its pods."""
    model = pod_peers.model
    for annotation in fleet.language.type_language(model.spec.data["type"]).egress_urls:
        for pointer, url in iter_strings(model.release.json if model.release else {}, annotation.pointer):
            yield url, pointer, pod_peers.with_entry_pods(_endpoint_data(url))


def dataset_endpoint(fleet: Fleet, dataset: DatasetSpec, environment: str) -> Object:
    """The endpoint of a dataset in an environment, with its pods; `url` alone if it has no host."""
    data = dataset_in_environment(fleet.layers, dataset, environment)
    url = data.get("endpoint", "") or data.get("uri", "")
    return {"internal": False, "url": url, **with_pods(_endpoint_data(url), plain_data(data))}


def with_pods(endpoint: Object, peer: Object) -> Object:
    """The endpoint with the namespace, the pods and the ports of a peer; unchanged outside of the cluster."""
    namespace = peer.get("namespace") or endpoint.get("namespace")
    if namespace is None:
        return endpoint
    pods: dict[str, Json] = {"internal": True, "namespace": namespace}
    if "podSelector" in peer:
        pods["podSelector"] = peer["podSelector"]
    if ports := _ports(endpoint, peer):
        pods["ports"] = ports
    return {**endpoint, **pods}


def _ports(endpoint: Object, peer: Object) -> Sequence[Json]:
    """The ports of the peer, each with its protocol; with a selector alone, the port of the URL."""
    declared = peer.get("ports")
    if isinstance(declared, list):
        return [{"protocol": "TCP", **port} for port in declared if isinstance(port, Mapping)]
    return [{"port": endpoint["port"], "protocol": "TCP"}] if "podSelector" in peer and "port" in endpoint else ()


def _map_text(url: str) -> str:
    return f"`{{url: {url}, podSelector: {{matchLabels: {{…}}}}}}`"


def _endpoint_data(url: str) -> Object:
    parsed = parse_endpoint(url)
    return parsed.data if parsed else {}


def _endpoint_pointer(fleet: Fleet, dataset: DatasetSpec, environment: str) -> Pointer:
    """Where the endpoint of a dataset in an environment is set."""
    overlays = dataset.data.get("environments", {})
    for key in reversed(list(fleet.layers.environment_keys(environment, overlays))):
        if "endpoint" in overlays[key]:
            return ("environments", key, "endpoint")
    return ("endpoint",) if "endpoint" in dataset.data else ("uri",)
