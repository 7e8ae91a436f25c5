"""An agent's network lets it out to the namespaces of its tools' servers, and to nothing beside them.

By whatever port: a policy asks for the port of the pod, and an address names that of the service before it.
"""

import copy

import pytest

DIGEST = "sha256:" + "0" * 64
TOOL = {
    "name": "payments", "server": "http://tools.payments.svc.cluster.local:8080/mcp", "allow": ["find"],
    "sideEffects": "none", "approval": "never",
}  # fmt: skip
OTHER_TOOL = {**TOOL, "name": "letters", "server": "http://letters.service.svc.cluster.local:9000/mcp"}
NAMESPACE = "kubernetes.io/metadata.name"


def agent(*tools) -> dict:
    source = {
        "image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready", "settingsEnv": "TOOLS",
        "tools": list(tools), "limits": {"steps": 5},
    }  # fmt: skip
    return {
        "apiVersion": "modelyard/v1", "kind": "Model", "name": "one", "type": "agent", "lifecycle": "production",
        "summary": "A.", "version": "1.0.0", "source": source, "deploy": {"target": "kubernetes"},
        "environments": {"prod": {}},
    }  # fmt: skip


def policy(made, *tools) -> dict:
    unit = made(agent(*tools))
    assert unit.reasons == ""
    return unit.objects["networkpolicy.yaml"]["spec"]


def lets_out(spec: dict, namespace: str, port: int) -> bool:
    """Whether a connection to a pod of a namespace is let out, as a cluster decides it."""
    return any(
        _is_there(rule, namespace) and any(one.get("port", port) == port for one in rule.get("ports") or [{}])
        for rule in spec["egress"]
    )


def _is_there(rule: dict, namespace: str) -> bool:
    """No peers are everybody; an empty selector is every namespace; a block of addresses may hold any pod."""
    peers = rule.get("to") or [{"namespaceSelector": {}}]
    return any(
        "ipBlock" in peer
        or peer.get("namespaceSelector", {}).get("matchLabels", {}).get(NAMESPACE, namespace) == namespace
        for peer in peers
    )


def is_exact(spec: dict, allowed: set[str]) -> bool:
    """Of the namespaces of all tools and a stranger's, the allowed ones are let out to, and no other by any port."""
    namespaces = ("payments", "service", "stranger")
    return {one for one in namespaces if any(lets_out(spec, one, port) for port in (8080, 9000, 443))} == allowed


@pytest.mark.parametrize(
    ("tools", "allowed_hosts"),
    [((), set()), ((TOOL,), {"payments"}), ((TOOL, OTHER_TOOL), {"payments", "service"})],
    ids=["no tool", "one tool", "two tools"],
)
def test_an_agent_is_let_out_to_its_tools_alone(build_unit, tools, allowed_hosts) -> None:
    spec = policy(build_unit, *tools)
    assert "Egress" in spec["policyTypes"]
    assert is_exact(spec, allowed_hosts)


WIDER = [
    {},
    {"to": [{"namespaceSelector": {}}]},
    {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]},
    {"to": [{"namespaceSelector": {"matchLabels": {NAMESPACE: "stranger"}}}], "ports": [{"port": 443}]},
]


@pytest.mark.parametrize("rule", WIDER, ids=["anything", "every namespace", "every address", "a stranger"])
def test_a_wider_network_would_be_seen(build_unit, rule) -> None:
    spec = copy.deepcopy(policy(build_unit, TOOL))
    spec["egress"].append(rule)
    assert not is_exact(spec, {"payments"})
