"""Policies of the network are evaluated as a cluster does: selectors against labels of rendered pods, ports, ranges of addresses."""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
STORED_SOURCE = {"format": "sklearn", "uri": "s3://models/one/1.0.0/", "digest": DIGEST}
VENDOR = {
    "provider": "Bureau", "product": "Score", "contract": {"id": "C-1"}, "endpoint": {"host": "api.bureau.example"},
    "egress": {"cidrs": ["203.0.113.0/25"]},
}  # fmt: skip
NAME = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Pod:
    """Somebody in the cluster, or outside of it where there is an address instead."""

    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = "models"
    ports: Mapping[str, int] = field(default_factory=dict)
    address: str | None = None


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items()
    expressions = selector.get("matchExpressions", [])
    assert {one["operator"] for one in expressions} <= {"In"}, "the evaluator knows no other operator yet"
    return all(labels.get(key) == value for key, value in wanted) and all(
        labels.get(one["key"]) in one["values"] for one in expressions
    )


def is_peer(peer: Mapping[str, Any], pod: Pod, namespace: str) -> bool:
    """Whether a pod is one that a rule speaks of; `namespace` is the policy's own."""
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        inside = pod.address is not None and ip_address(pod.address) in ip_network(block["cidr"])
        return inside and not any(ip_address(pod.address) in ip_network(one) for one in block.get("except", []))
    matches_namespace = (
        selects(peer["namespaceSelector"], {NAME: pod.namespace})
        if "namespaceSelector" in peer
        else pod.namespace == namespace
    )
    return pod.address is None and matches_namespace and selects(peer.get("podSelector", {}), pod.labels)


def is_port(rule: Mapping[str, Any], target: Pod, port: int, protocol: str) -> bool:
    ports = rule.get("ports")
    return not ports or any(
        one.get("protocol", "TCP") == protocol and one.get("port", port) in (port, *_names(target, port))
        for one in ports
    )


def _names(target: Pod, port: int) -> Iterable[str]:
    return [name for name, number in target.ports.items() if number == port]


def lets(policies: Iterable[dict], source: Pod, target: Pod, port: int, protocol: str = "TCP") -> bool:
    """Whether a connection comes about: both sides allow it, each where any policy that selects it does."""
    return _side(policies, "Egress", source, target, (target, port, protocol)) and _side(
        policies, "Ingress", target, source, (target, port, protocol)
    )


def _side(policies: Iterable[dict], kind: str, own_pod: Pod, other_pod: Pod, destination: tuple[Pod, int, str]) -> bool:
    binding = [
        one for one in policies
        if kind in one["spec"]["policyTypes"] and one["metadata"]["namespace"] == own_pod.namespace
        and own_pod.address is None and selects(one["spec"]["podSelector"], own_pod.labels)
    ]  # fmt: skip
    key = "to" if kind == "Egress" else "from"
    return not binding or any(
        is_port(rule, *destination)
        and (not rule.get(key) or any(is_peer(peer, other_pod, own_pod.namespace) for peer in rule[key]))
        for policy in binding
        for rule in policy["spec"].get(kind.lower()) or []
    )


def model(name: str, kind: str, target: str, source: dict, deploy: dict | None = None, **more: Any) -> dict:
    deploy = {"target": target, **(deploy or {})}
    return {
        **HEAD,
        "name": name,
        "type": kind,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


def uses(*names: str) -> dict:
    return {"uses": [{"model": name, "env": name.upper()} for name in names]}


@dataclass(frozen=True)
class Cluster:
    """The pods and the policies of some models."""

    pods: Mapping[str, Pod]
    policies: list[dict]

    def lets(self, source: "str | Pod", target: "str | Pod", port: int, protocol: str = "TCP") -> bool:
        ends = [self.pods[one] if isinstance(one, str) else one for one in (source, target)]
        return lets(self.policies, *ends, port, protocol)

    def with_policy_change(self, name: str, mutate: Callable[[dict], None]) -> "Cluster":
        """The cluster, with one model's policy changed."""
        policies = copy.deepcopy(self.policies)
        mutate(next(one["spec"] for one in policies if one["metadata"]["name"] == name))
        return Cluster(self.pods, policies)


def pod(unit: Any) -> Pod | None:
    """The pod that comes of a unit; KServe hands the labels of its objects on, and adds one of its own."""
    for manifest in unit.objects.values():
        meta, spec = manifest.get("metadata", {}), manifest.get("spec", {})
        if manifest["kind"] in {"Deployment", "StatefulSet"}:
            (served,) = spec["template"]["spec"]["containers"]
            ports = {one["name"]: one["containerPort"] for one in served["ports"]}
            return Pod(spec["template"]["metadata"]["labels"], meta["namespace"], ports)
        if manifest["kind"] in {"InferenceService", "InferenceGraph"}:
            own = f"serving.kserve.io/{manifest['kind'].lower()}"
            return Pod({**meta["labels"], own: meta["name"]}, meta["namespace"], {"http1": 8080})
    return None


@pytest.fixture
def cluster_of(build_unit) -> Callable[..., Cluster]:
    """The cluster in which some models run."""

    def build(*models: dict, **capabilities: Any) -> Cluster:
        units = {
            one["name"]: build_unit(one, *(other for other in models if other is not one), **capabilities)
            for one in models
        }
        assert {name: unit.reasons for name, unit in units.items() if unit.reasons} == {}
        policies = [found for unit in units.values() for found in unit.documents if found["kind"] == "NetworkPolicy"]
        return Cluster({name: found for name, unit in units.items() if (found := pod(unit))}, policies)

    return build


CALLED_MODEL = model("asked", "heuristic", "kubernetes", PROGRAM)
OTHER_MODEL = model("other", "heuristic", "kubernetes", PROGRAM)
BUREAU = model("bureau", "vendor", "kubernetes", VENDOR)
INDEX_LABELS = {"app": "index", "tier": "read"}
INDEX = {"url": "http://index.search.svc:9200", "podSelector": {"matchLabels": INDEX_LABELS}}
CALLING_MODEL = model(
    "asking", "heuristic", "kubernetes", PROGRAM,
    {"egress": ["https://198.51.100.7/a", INDEX]}, **uses("asked", "bureau"),
)  # fmt: skip
DNS = Pod({"k8s-app": "kube-dns"}, "kube-system")
RANGE, OUT_OF_RANGE = Pod(address="203.0.113.9"), Pod(address="203.0.113.200")


@pytest.fixture
def programs(cluster_of) -> Cluster:
    return cluster_of(CALLING_MODEL, CALLED_MODEL, OTHER_MODEL, BUREAU, gateway=None)


def test_only_dependents_reach_a_model_and_only_at_its_port(programs):
    assert programs.lets("asking", "asked", 9000)
    assert not programs.lets("asking", "asked", 9001)
    assert not programs.lets("other", "asked", 9000)
    assert not programs.lets("asked", "asking", 9000)
    assert not programs.lets(Pod(programs.pods["asking"].labels, "elsewhere"), "asked", 9000)
    assert not programs.lets("asking", Pod(programs.pods["asked"].labels, "elsewhere"), 9000)


def test_metrics_are_scraped_from_their_namespace_alone(programs):
    assert programs.lets(Pod({}, "monitoring"), "asked", 9000)
    assert not programs.lets(Pod({}, "default"), "asked", 9000)
    assert not programs.lets(Pod({}, "monitoring"), "asked", 22)


def test_only_dns_is_reachable_in_the_namespace_of_the_resolver(programs):
    assert programs.lets("asking", DNS, 53, "UDP")
    assert programs.lets("asking", DNS, 53)
    assert not programs.lets("asking", DNS, 443)
    assert not programs.lets("asking", Pod({"k8s-app": "metrics-server"}, "kube-system"), 53, "UDP")
    assert not programs.lets("asking", Pod(DNS.labels, "default"), 53, "UDP")


def test_addresses_are_reached_in_their_ranges_at_their_ports(programs):
    assert programs.lets("asking", Pod(address="198.51.100.7"), 443)
    assert not programs.lets("asking", Pod(address="198.51.100.7"), 80)
    assert not programs.lets("asking", Pod(address="198.51.100.8"), 443)
    assert programs.lets("asking", RANGE, 443)
    assert not programs.lets("asking", OUT_OF_RANGE, 443)
    assert not programs.lets("other", RANGE, 443)
    assert not programs.lets("asking", Pod(address="169.254.169.254"), 80)


def test_pods_within_the_cluster_are_reached_by_their_labels_at_their_port(programs):
    assert programs.lets("asking", Pod(INDEX_LABELS, "search"), 9200)
    assert not programs.lets("asking", Pod(INDEX_LABELS, "search"), 9300)
    assert not programs.lets("asking", Pod({"app": "index"}, "search"), 9200)
    assert not programs.lets("asking", Pod(INDEX_LABELS, "elsewhere"), 9200)
    assert not programs.lets("other", Pod(INDEX_LABELS, "search"), 9200)


def egress_rule(spec: dict, has: str) -> dict:
    """The first rule of egress that has something about a peer in it."""
    return next(rule for rule in spec["egress"] for peer in rule["to"] if has in str(peer))


MUTATIONS: dict[str, tuple[str, Callable[[dict], Any], str, "str | Pod", int]] = {
    "a peer's podSelector": ("asked", lambda spec: spec["ingress"][0]["from"][0].pop("podSelector"), Pod({}), "asked", 9000),
    "a peer's namespaceSelector": (
        "asking", lambda spec: egress_rule(spec, "asked")["to"][0].pop("podSelector"), "asking", Pod({}), 1,
    ),
    "ports of ingress": ("asked", lambda spec: spec["ingress"][0].pop("ports"), "asking", "asked", 9001),
    "ports of egress": ("asking", lambda spec: egress_rule(spec, "kube-dns").pop("ports"), "asking", DNS, 443),
    "a range": (
        "asking", lambda spec: egress_rule(spec, "203.0.113.0")["to"][0]["ipBlock"].update(cidr="203.0.113.0/24"),
        "asking", OUT_OF_RANGE, 443,
    ),
    "whom a vendor's policy selects": (
        "bureau", lambda spec: spec["podSelector"]["matchExpressions"][0]["values"].append("other"), "other", RANGE, 443,
    ),
    "which pods are closed": (
        "other", lambda spec: spec["podSelector"]["matchLabels"].update({"app.kubernetes.io/name": "a"}), "other", OUT_OF_RANGE, 443,
    ),
    "which ways are closed": ("other", lambda spec: spec["policyTypes"].remove("Egress"), "other", OUT_OF_RANGE, 443),
}  # fmt: skip


@pytest.mark.parametrize(("name", "mutate", "source", "target", "port"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_hole_in_a_policy_is_seen(name, mutate, source, target, port, programs):
    assert not programs.lets(source, target, port)
    assert programs.with_policy_change(name, mutate).lets(source, target, port)


KNATIVE = {"version": "0.20", "mode": "Knative"}
KNATIVE_GATEWAY = {**KNATIVE, "gateways": ["istio-system"]}
GATEWAY = Pod({}, "istio-system")
TRAINED_MODEL = model("trained", "ml", "kserve", STORED_SOURCE)
CALLER = model("asking", "heuristic", "kubernetes", PROGRAM, **uses("trained"))
FILE_MODEL = model(
    "filed", "ml", "kserve", {"format": "onnx", "files": ["policy.rego"]}, runtime=PROGRAM, **uses("asked")
)
STEPS = {"router": "sequence", "steps": [{"name": "a", "model": "trained"}, {"name": "b", "model": "asked"}]}
GRAPH = model("graph", "ensemble", "kserve", STEPS)


def test_who_asks_a_model_of_kserve_reaches_its_pods_in_standard_mode(cluster_of):
    found = cluster_of(CALLER, TRAINED_MODEL)
    assert found.lets("asking", "trained", 8080)
    assert not found.lets("asking", GATEWAY, 8081)
    assert not found.lets(Pod({}), "trained", 8080)


def test_who_asks_a_model_of_knative_reaches_the_gateway_that_hands_the_request_on(cluster_of):
    found = cluster_of(CALLER, TRAINED_MODEL, kserve=KNATIVE_GATEWAY)
    assert found.lets("asking", GATEWAY, 8081)
    assert found.lets(GATEWAY, "trained", 8012)
    assert found.lets("asking", "trained", 8012)
    assert not found.lets("asking", Pod({}, "kourier-system"), 8081)
    assert not cluster_of(OTHER_MODEL, TRAINED_MODEL, kserve=KNATIVE_GATEWAY).lets("other", GATEWAY, 8081)


def test_who_asks_a_model_of_knative_needs_to_know_the_gateway(build_unit):
    message = "a dependency is behind Knative's gateway, but the Environment does not declare the gateway's namespace"
    closed = model(
        "one", "ml", "kserve", STORED_SOURCE, {"options": {"storageCidrs": ["198.51.100.0/24"]}}, **uses("trained")
    )
    for asking in (CALLER, closed):
        assert message in build_unit(asking, TRAINED_MODEL, kserve=KNATIVE).reasons
        assert build_unit(asking, TRAINED_MODEL, kserve=KNATIVE_GATEWAY).reasons == ""
        assert build_unit(asking, TRAINED_MODEL).reasons == ""


def test_a_model_that_fetches_nothing_reaches_only_whom_it_asks(cluster_of):
    for capabilities in ({}, {"kserve": KNATIVE}):
        found = cluster_of(FILE_MODEL, CALLED_MODEL, OTHER_MODEL, **capabilities)
        assert found.lets("filed", "asked", 9000)
        assert not found.lets("filed", RANGE, 443)
        assert not found.lets("filed", Pod({}, "elsewhere"), 80)
    stored = {**FILE_MODEL, "deploy": {**FILE_MODEL["deploy"], "options": {"storageCidrs": ["203.0.113.0/24"]}}}
    assert not cluster_of(stored, CALLED_MODEL).lets("filed", RANGE, 443)


def test_a_model_that_fetches_its_artifact_is_let_out_unless_the_store_is_known(cluster_of):
    assert cluster_of(TRAINED_MODEL).lets("trained", RANGE, 443)
    known = model("trained", "ml", "kserve", STORED_SOURCE, {"options": {"storageCidrs": ["198.51.100.0/24"]}})
    assert cluster_of(known).lets("trained", Pod(address="198.51.100.9"), 443)
    assert not cluster_of(known).lets("trained", Pod(address="198.51.100.9"), 80)
    assert not cluster_of(known).lets("trained", RANGE, 443)


def test_a_graph_reaches_only_its_steps(cluster_of):
    for capabilities in ({}, {"kserve": KNATIVE_GATEWAY}):
        found = cluster_of(GRAPH, TRAINED_MODEL, CALLED_MODEL, OTHER_MODEL, **capabilities)
        assert found.lets("graph", "trained", 8080)
        assert found.lets("graph", "asked", 9000)
        assert not found.lets("graph", RANGE, 443)
        assert found.lets("graph", GATEWAY, 8081) == bool(capabilities)
    assert cluster_of(GRAPH, TRAINED_MODEL, CALLED_MODEL, kserve=KNATIVE).lets("graph", RANGE, 443)


def test_a_file_that_asks_a_host_by_name_needs_a_network_that_knows_names(build_unit):
    spec = model(
        "one",
        "ml",
        "kserve",
        {"format": "onnx", "files": ["policy.rego"]},
        {"egress": ["https://a.example"]},
        runtime=PROGRAM,
    )
    assert "match addresses and no host names" in build_unit(spec).reasons
    unit = build_unit(spec, hostnameEgress="cilium")
    assert unit.objects["networkpolicy.yaml"]["spec"]["egress"] == []
    assert {"toFQDNs": [{"matchName": "a.example"}]}.items() <= unit.objects["ciliumnetworkpolicy.yaml"]["spec"][
        "egress"
    ][1].items()
    assert "ciliumnetworkpolicy.yaml" not in build_unit(TRAINED_MODEL, hostnameEgress="cilium").objects


SELECTOR = {"app": "legacy", "app.kubernetes.io/name": "scorer"}


def adopting(spec: dict, **live: Any) -> dict:
    return {**spec, "deploy": {**spec["deploy"], "adopt": live}}


def test_live_objects_that_were_adopted_are_reached_by_the_names_and_labels_that_they_have(cluster_of):
    network = cluster_of(
        CALLING_MODEL, adopting(CALLED_MODEL, name="scorer", namespace="fraud", selector=SELECTOR), OTHER_MODEL, BUREAU
    )
    called_pod = network.pods["asked"]
    assert (called_pod.namespace, SELECTOR.items() <= called_pod.labels.items()) == ("fraud", True)
    assert network.lets("asking", "asked", 9000)
    assert not network.lets("other", "asked", 9000)
    assert not network.lets("asking", Pod(called_pod.labels, "models"), 9000), (
        "where it would be, had it not been adopted"
    )


def test_live_callers_that_were_adopted_ask_by_the_labels_that_they_have(cluster_of):
    found = cluster_of(adopting(CALLING_MODEL, selector={"app": "legacy"}), CALLED_MODEL, OTHER_MODEL, BUREAU)
    assert found.lets("asking", "asked", 9000)
    assert found.lets("asking", RANGE, 443), "a vendor's policy lets them out"
    assert not found.lets("asking", OUT_OF_RANGE, 443)
    assert not found.lets("other", RANGE, 443)


def test_a_live_callers_own_part_of_is_no_obstacle(cluster_of):
    selector = {"app.kubernetes.io/name": "front", "app.kubernetes.io/part-of": "shop"}
    network = cluster_of(adopting(CALLING_MODEL, selector=selector), CALLED_MODEL, BUREAU)
    assert network.lets("asking", "asked", 9000)
    assert network.lets("asking", RANGE, 443)
    [own] = [one for one in network.policies if one["metadata"]["name"] == "bureau.asking"]
    assert own["spec"]["podSelector"] == {"matchLabels": selector}
    [shared] = [one for one in network.policies if one["metadata"]["name"] == "bureau"]
    assert not selects(shared["spec"]["podSelector"], network.pods["asking"].labels)


def test_a_live_model_of_kserve_is_reached_by_its_name(cluster_of):
    found = cluster_of(CALLER, adopting(TRAINED_MODEL, name="scorer", namespace="fraud"))
    assert found.pods["trained"].namespace == "fraud"
    assert found.lets("asking", "trained", 8080)
