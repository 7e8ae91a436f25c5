"""A destination in the cluster opens the pods and ports that the spec names; without pods it is reported, and refused for an agent."""

from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
LABELS = {"app": "features"}
SELECTED = {"podSelector": {"matchLabels": LABELS}}
URL = "http://features.data.svc.cluster.local:8080"
TOOL = {"name": "find", "server": f"{URL}/mcp", "allow": ["find"], "sideEffects": "none", "approval": "never"}
AGENT = {**PROGRAM, "settingsEnv": "TOOLS", "limits": {"steps": 5}, "tools": [TOOL]}
USES = {"uses": [{"dataset": "features", "env": "FEATURES"}]}


def model(
    egress: list | None = None, kind: str = "heuristic", source: Any = PROGRAM, target: str = "kubernetes", **more: Any
) -> dict:
    deploy = {"target": target, **({"egress": egress} if egress else {})}
    return {
        "apiVersion": "modelyard/v1", "kind": "Model", "name": "one", "type": kind, "lifecycle": "production", "summary": "A.",
        "version": "1.0.0", "source": source, "deploy": deploy, "environments": {"prod": {}}, **more,
    }  # fmt: skip


def dataset(**fields: Any) -> dict:
    return {"apiVersion": "modelyard/v1", "kind": "Dataset", "name": "features", "endpoint": URL, **fields}


def rules(unit: Any) -> list[dict]:
    """The rules of egress, without the one for DNS."""
    return [rule for rule in unit.objects["networkpolicy.yaml"]["spec"]["egress"] if "kube-dns" not in str(rule)]


def rule(namespace: str, ports: list[dict], **pods: Any) -> dict:
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}, **pods}
    return {"to": [peer], **({"ports": ports} if ports else {})}


TCP = [{"port": 8080, "protocol": "TCP"}]
ENTRIES: dict[str, tuple[dict, list[dict]]] = {
    "the port of the URL": ({"url": URL, **SELECTED}, TCP),
    "the default port of the scheme": ({"url": "http://features.data.svc", **SELECTED}, [{"port": 80, "protocol": "TCP"}]),
    "a port of the pods": ({"url": URL, **SELECTED, "ports": [{"port": 9080}]}, [{"port": 9080, "protocol": "TCP"}]),
    "several ports": (
        {"url": URL, **SELECTED, "ports": [{"port": 1, "protocol": "UDP"}, {"port": 2, "protocol": "SCTP"}]},
        [{"port": 1, "protocol": "UDP"}, {"port": 2, "protocol": "SCTP"}],
    ),
    "a pod of a headless Service": ({"url": "http://pod-0.features.data.svc:8080", **SELECTED}, TCP),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "ports"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_opens_exactly_its_pods_and_ports(entry, ports, build_unit):
    unit = build_unit(model([entry]))
    assert unit.reasons == ""
    assert rules(unit) == [rule("data", ports, **SELECTED)]


def test_a_host_outside_of_the_cluster_can_lead_to_pods(build_unit):
    entry = {"url": "https://lists.bank.example", "namespace": "gateway", **SELECTED, "ports": [{"port": 8443}]}
    for capabilities in ({}, {"hostnameEgress": "cilium"}):
        unit = build_unit(model([entry]), **capabilities)
        assert unit.reasons == ""
        assert rules(unit) == [rule("gateway", [{"port": 8443, "protocol": "TCP"}], **SELECTED)]
    assert "toFQDNs" not in str(unit.objects["ciliumnetworkpolicy.yaml"])


def test_kserve_opens_the_same_pods(build_unit):
    stored = {"format": "sklearn", "uri": "s3://models/one/", "digest": DIGEST}
    one = model([{"url": URL, **SELECTED}], "ml", stored, "kserve")
    one["deploy"]["options"] = {"storageCidrs": ["198.51.100.0/28"]}
    assert rule("data", TCP, **SELECTED) in rules(build_unit(one))


def test_with_cilium_an_address_is_not_a_host_name(build_unit):
    stored = {"format": "sklearn", "uri": "s3://models/one/", "digest": DIGEST}
    one = model(["https://203.0.113.9", "https://a.example"], "ml", stored, "kserve")
    one["deploy"]["options"] = {"storageCidrs": ["198.51.100.0/28"]}
    unit = build_unit(one, hostnameEgress="cilium")
    hosts = [
        rule["toFQDNs"] for rule in unit.objects["ciliumnetworkpolicy.yaml"]["spec"]["egress"] if "toFQDNs" in rule
    ]
    assert hosts == [[{"matchName": "a.example"}]]


WIDE: dict[str, tuple[list, list[dict], str]] = {
    "a URL": ([URL], [], "every pod and port of the namespace data"),
    "ports without pods": ([{"url": URL, "ports": [{"port": 8080}]}], TCP, "every pod of the namespace data"),
}


@pytest.mark.parametrize(("egress", "ports", "message"), WIDE.values(), ids=WIDE)
def test_an_entry_without_pods_opens_the_namespace_and_is_reported(egress, ports, message, build_unit):
    unit = build_unit(model(egress))
    assert rules(unit) == [rule("data", ports)]
    assert message in unit.reasons
    assert f"write the entry as `{{url: {URL}, podSelector: {{matchLabels: {{…}}}}}}`" in unit.reasons
    [line] = unit.blamed_lines.values()
    assert URL in line


def test_an_agent_that_opens_a_namespace_is_refused_at_the_server_of_its_tool(build_unit):
    unit = build_unit(model(kind="agent", source=AGENT))
    assert unit.objects == {}
    [line] = unit.blamed_lines.values()
    assert line == f"server: {URL}/mcp"
    assert f"add `{{url: {URL}/mcp, podSelector: {{matchLabels: {{…}}}}}}` to `deploy.egress`" in unit.reasons
    complete = build_unit(model([{"url": URL, **SELECTED}], "agent", AGENT))
    assert complete.reasons == ""
    assert rules(complete) == [rule("data", TCP, **SELECTED)]


@pytest.mark.parametrize("pods", [{"podSelector": None}, {"ports": [{"port": 8080}]}])
def test_an_agent_that_opens_a_namespace_is_refused_at_the_entry(pods, build_unit):
    entry = {"url": URL, **{key: value for key, value in pods.items() if value}}
    unit = build_unit(model([entry], "agent", {**AGENT, "tools": []}))
    assert unit.objects == {}
    assert "names no pods" in unit.reasons


def test_a_dataset_names_the_pods_of_its_endpoint(build_unit):
    assert rules(build_unit(model(**USES), dataset(**SELECTED))) == [rule("data", TCP, **SELECTED)]
    ports = [{"port": 9080}]
    assert rules(build_unit(model(**USES), dataset(**SELECTED, ports=ports))) == [
        rule("data", [{"port": 9080, "protocol": "TCP"}], **SELECTED)
    ]
    described = build_unit(model([{"url": URL, **SELECTED}], **USES), dataset())
    assert (described.reasons, rules(described)) == ("", [rule("data", TCP, **SELECTED)])


def test_a_dataset_without_pods_is_reported_at_its_endpoint_and_refused_for_an_agent(build_unit):
    unit = build_unit(model(**USES), dataset())
    assert rules(unit) == [rule("data", [])]
    assert list(unit.blamed_lines.values()) == [f"endpoint: {URL}"]
    refused = build_unit(model(kind="agent", source={**AGENT, "tools": []}, **USES), dataset())
    assert refused.objects == {}
    assert "set `podSelector` of the Dataset features" in refused.reasons


@pytest.mark.parametrize("key", ["podSelector", "ports"])
def test_pods_of_a_host_outside_of_the_cluster_are_a_mistake(key, build_unit):
    entry = {"url": "https://203.0.113.9", **SELECTED, "ports": [{"port": 1}]}
    unit = build_unit(model([{name: entry[name] for name in ("url", key)}]))
    assert f"`{key}` has no effect, because the host of https://203.0.113.9 is not in the cluster" in unit.reasons
    assert unit.objects == {}


def test_an_environment_adds_the_pods_of_a_url_and_removes_entries(build_unit):
    one = model([URL, "http://b.data.svc:80"])
    one["environments"]["prod"] = {
        "deploy": {"egress": [{"url": URL, **SELECTED}, {"url": "http://b.data.svc:80", "$delete": True}]}
    }
    unit = build_unit(one)
    assert unit.reasons == ""
    assert rules(unit) == [rule("data", TCP, **SELECTED)]
