"""The network policy of an agent allows the pods of its tools' servers at their ports, and nothing else."""

import copy

import pytest

DIGEST = "sha256:" + "0" * 64
TOOL = {
    "name": "payments", "server": "http://tools.payments.svc.cluster.local:8080/mcp", "allow": ["find"],
    "sideEffects": "none", "approval": "never",
}  # fmt: skip
OTHER_TOOL = {**TOOL, "name": "letters", "server": "http://letters.service.svc.cluster.local:9000/mcp"}
PODS = {
    "payments": {
        "url": "http://tools.payments.svc.cluster.local:8080",
        "podSelector": {"matchLabels": {"app": "payments"}},
    },
    "letters": {
        "url": "http://letters.service.svc.cluster.local:9000",
        "podSelector": {"matchLabels": {"app": "letters"}},
    },
}
NAMESPACE = "kubernetes.io/metadata.name"


def agent(*tools) -> dict:
    source = {
        "image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready", "settingsEnv": "TOOLS",
        "tools": list(tools), "limits": {"steps": 5},
    }  # fmt: skip
    deploy = {"target": "kubernetes", "egress": [PODS[tool["name"]] for tool in tools]}
    return {
        "apiVersion": "modelyard/v1", "kind": "Model", "name": "one", "type": "agent", "lifecycle": "production",
        "summary": "A.", "version": "1.0.0", "source": source, "deploy": deploy,
        "environments": {"prod": {}},
    }  # fmt: skip


def policy(made, *tools) -> dict:
    unit = made(agent(*tools))
    assert unit.reasons == ""
    return unit.objects["networkpolicy.yaml"]["spec"]


def lets_out(spec: dict, pod: tuple[str, str], port: int) -> bool:
    """Whether a connection to a pod, of a namespace and with a label, is let out, as a cluster decides it."""
    return any(
        _is_there(rule, *pod) and any(one.get("port", port) == port for one in rule.get("ports") or [{}])
        for rule in spec["egress"]
    )


def _is_there(rule: dict, namespace: str, app: str) -> bool:
    """No peers are everybody; an empty selector is every namespace or pod; a block of addresses may hold any pod."""
    peers = rule.get("to") or [{"namespaceSelector": {}}]
    return any(
        "ipBlock" in peer
        or (
            peer.get("namespaceSelector", {}).get("matchLabels", {}).get(NAMESPACE, namespace) == namespace
            and all(
                {"app": app}.get(key) == value
                for key, value in peer.get("podSelector", {}).get("matchLabels", {}).items()
            )
        )
        for peer in peers
    )


def is_exact(spec: dict, allowed: set[tuple[str, str, int]]) -> bool:
    """Of all pods and ports in the namespaces of the tools and a stranger's, the allowed ones are let out to, and no other."""
    pods = [
        (namespace, app)
        for namespace in ("payments", "service", "stranger")
        for app in ("payments", "letters", "vault")
    ]
    return {(*pod, port) for pod in pods for port in (8080, 9000, 443) if lets_out(spec, pod, port)} == allowed


@pytest.mark.parametrize(
    ("tools", "allowed"),
    [
        ((), set()),
        ((TOOL,), {("payments", "payments", 8080)}),
        ((TOOL, OTHER_TOOL), {("payments", "payments", 8080), ("service", "letters", 9000)}),
    ],
    ids=["no tool", "one tool", "two tools"],
)
def test_an_agent_is_let_out_to_its_tools_alone(build_unit, tools, allowed) -> None:
    spec = policy(build_unit, *tools)
    assert "Egress" in spec["policyTypes"]
    assert is_exact(spec, allowed)


WIDER = [
    {},
    {"to": [{"namespaceSelector": {}}]},
    {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]},
    {"to": [{"namespaceSelector": {"matchLabels": {NAMESPACE: "stranger"}}}], "ports": [{"port": 443}]},
    {"to": [{"namespaceSelector": {"matchLabels": {NAMESPACE: "payments"}}}], "ports": [{"port": 8080}]},
]


@pytest.mark.parametrize("rule", WIDER, ids=["anything", "every namespace", "every address", "a stranger", "every pod"])
def test_a_wider_network_would_be_seen(build_unit, rule) -> None:
    spec = copy.deepcopy(policy(build_unit, TOOL))
    spec["egress"].append(rule)
    assert not is_exact(spec, {("payments", "payments", 8080)})
