"""A model reaches the DNS servers of its cluster, at their port, and nothing else there."""

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import yaml

from compiler.foundation.resources import read_shipped_text
from compiler.json_schema.validator import Validator

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
VENDOR = {
    "provider": "Bureau", "product": "Score", "contract": {"id": "C-1"}, "endpoint": {"host": "api.bureau.example"},
    "egress": {"cidrs": ["203.0.113.0/25"]},
}  # fmt: skip
STORE = {"options": {"storageCidrs": ["198.51.100.0/28"]}}
OPENSHIFT_LABELS = {"dns.operator.openshift.io/daemonset-dns": "default"}
OPENSHIFT = {"namespace": "openshift-dns", "podSelector": {"matchLabels": OPENSHIFT_LABELS}, "port": 5353}
NODE_CACHE = {"cidrs": ["169.254.20.10/32", "10.96.0.10/32"]}
NAME = "kubernetes.io/metadata.name"
KUBE_DNS = ("kube-system", {"k8s-app": "kube-dns"}, 53)


def model(kind: str, target: str, source: dict, deploy: dict | None = None) -> dict:
    deploy = {"target": target, **(deploy or {})}
    return {**HEAD, "name": "one", "type": kind, "source": source, "deploy": deploy, "environments": {"prod": {}}}


MODELS = {
    "kserve": model("ml", "kserve", {"format": "sklearn", "uri": "s3://models/one/", "digest": DIGEST}, STORE),
    "kubernetes": model("heuristic", "kubernetes", PROGRAM),
    "vendor": model("vendor", "kubernetes", VENDOR),
}


def pods(unit: Any) -> list[tuple[str, dict, int]]:
    """The pods that the network policy lets the model ask by UDP: namespace, labels, port."""
    rules = [
        rule
        for rule in unit.objects["networkpolicy.yaml"]["spec"]["egress"]
        for port in rule["ports"]
        if port["protocol"] == "UDP"
    ]
    return [
        (peer["namespaceSelector"]["matchLabels"][NAME], peer["podSelector"]["matchLabels"], rule["ports"][0]["port"])
        for rule in rules for peer in rule["to"] if "podSelector" in peer
    ]  # fmt: skip


def reaches_address(unit: Any, address: str, port: int, protocol: str) -> bool:
    return any(
        {"port": port, "protocol": protocol} in rule["ports"] and ip_address(address) in ip_network(peer["ipBlock"]["cidr"])
        for rule in unit.objects["networkpolicy.yaml"]["spec"]["egress"] for peer in rule["to"] if "ipBlock" in peer
    )  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("dns", "expected"),
    [(None, [KUBE_DNS]), (OPENSHIFT, [("openshift-dns", OPENSHIFT_LABELS, 5353)]), (NODE_CACHE, [])],
    ids=["default", "OpenShift", "NodeLocal DNSCache"],
)
def test_the_pods_that_answer_are_those_of_the_environment(name, dns, expected, build_unit):
    unit = build_unit(MODELS[name], dns=dns)
    assert unit.reasons == ""
    assert pods(unit) == expected


@pytest.mark.parametrize("name", MODELS)
def test_addresses_of_a_cache_on_the_node_are_reached_at_the_port_of_dns_alone(name, build_unit):
    unit = build_unit(MODELS[name], dns=NODE_CACHE)
    for address in ("169.254.20.10", "10.96.0.10"):
        assert reaches_address(unit, address, 53, "UDP")
        assert reaches_address(unit, address, 53, "TCP")
        assert not reaches_address(unit, address, 80, "TCP")
    assert not reaches_address(unit, "169.254.169.254", 53, "UDP")
    assert not reaches_address(build_unit(MODELS[name]), "169.254.20.10", 53, "UDP")


def test_a_cache_and_the_pods_behind_it_are_reached_if_the_environment_names_both(build_unit):
    unit = build_unit(MODELS["kubernetes"], dns={**OPENSHIFT, **NODE_CACHE})
    assert pods(unit) == [("openshift-dns", OPENSHIFT_LABELS, 5353)]
    assert reaches_address(unit, "169.254.20.10", 53, "UDP")


@pytest.mark.parametrize("name", MODELS)
def test_with_cilium_its_policy_sends_lookups_through_the_proxy_to_the_same_servers(name, build_unit, cluster):
    unit = build_unit(MODELS[name], dns={**OPENSHIFT, **NODE_CACHE}, hostnameEgress="cilium")
    assert unit.reasons == ""
    rules = [
        rule for rule in unit.objects["ciliumnetworkpolicy.yaml"]["spec"]["egress"] if "rules" in rule["toPorts"][0]
    ]
    labels = {
        f"k8s:{key}": value
        for key, value in {"io.kubernetes.pod.namespace": "openshift-dns", **OPENSHIFT_LABELS}.items()
    }
    assert [rule.get("toEndpoints", rule.get("toCIDR")) for rule in rules] == [
        [{"matchLabels": labels}],
        NODE_CACHE["cidrs"],
    ]
    assert [port["port"] for rule in rules for one in rule["toPorts"] for port in one["ports"]] == ["5353", "53"]
    assert {str(one["rules"]) for rule in rules for one in rule["toPorts"]} == {"{'dns': [{'matchPattern': '*'}]}"}


@pytest.mark.parametrize(
    "dns", [{}, {"namespace": "openshift-dns"}, {"podSelector": {"matchLabels": {"a": "b"}}}, {"cidrs": ["10.0.0.10"]}, {"port": 5353}]
)  # fmt: skip
def test_half_a_description_is_a_finding(dns):
    validator = Validator(yaml.safe_load(read_shipped_text("capabilities.yaml"))["dns"])
    assert validator.violations(dns)
    assert validator.violations(OPENSHIFT) == ()
    assert validator.violations(NODE_CACHE) == ()
