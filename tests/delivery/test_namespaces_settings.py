"""Created namespaces have what their pods need: the label of the mesh, a Pod Security level that admits them, limits of containers."""

from typing import Any

import pytest

ARGOCD = {"version": "3.5", "namespace": "argocd", "createNamespaces": True}
CAPABILITIES = {"kubernetes": {"version": "1.34"}, "argocd": ARGOCD}
ISTIO = {"kind": "istio", "namespace": "istio-system"}
ENFORCE = "pod-security.kubernetes.io/enforce"
LIMITS = {
    "default": {"memory": "1Gi"},
    "defaultRequest": {"cpu": 0.05, "memory": "64Mi"},
    "max": {"cpu": 8, "memory": "64Gi"},
}


@pytest.fixture
def namespace_of(deliver, a_model):
    """The namespace of an environment with some settings and capabilities."""

    def build(settings: dict | None = None, **capabilities: Any) -> dict:
        environment: dict[str, Any] = {"capabilities": {**CAPABILITIES, **capabilities}}
        environment |= {"namespaceSettings": settings} if settings else {}
        built = deliver(a_model("one", {}), environment=environment)
        assert built.wrong == []
        (namespace,) = built.documents("prod/_namespaces/namespaces.yaml")
        assert namespace["kind"] == "Namespace"
        return namespace["metadata"]

    return build


@pytest.mark.parametrize(
    ("mesh", "labels"),
    [
        (None, {ENFORCE: "baseline"}),
        (ISTIO, {"istio-injection": "enabled", ENFORCE: "privileged"}),
        ({**ISTIO, "cni": True}, {"istio-injection": "enabled", ENFORCE: "baseline"}),
        ({**ISTIO, "cni": True, "revision": "stable"}, {"istio.io/rev": "stable", ENFORCE: "baseline"}),
    ],
    ids=["no mesh", "a mesh", "a mesh with CNI", "a revision of a mesh"],
)
def test_the_default_labels_follow_from_the_mesh(mesh, labels, namespace_of):
    found = namespace_of(**({"mesh": mesh} if mesh else {}))["labels"]
    assert {key: value for key, value in found.items() if not key.startswith("app.kubernetes.io/")} == labels


def test_settings_add_to_the_defaults_and_override_them(namespace_of):
    settings = {
        "labels": {"istio-injection": "disabled", "cost-centre": "42"}, "annotations": {"contact": "platform@bank.example"},
        "podSecurity": "restricted",
    }  # fmt: skip
    found = namespace_of(settings, mesh=ISTIO)
    assert (
        found["labels"].items() >= {"istio-injection": "disabled", "cost-centre": "42", ENFORCE: "restricted"}.items()
    )
    assert found["annotations"]["contact"] == "platform@bank.example"
    assert found["annotations"]["argocd.argoproj.io/sync-wave"] == "-1"
    chosen = namespace_of({"labels": {"istio.io/rev": "canary", ENFORCE: "baseline"}}, mesh=ISTIO)["labels"]
    assert "istio-injection" not in chosen
    assert (chosen["istio.io/rev"], chosen[ENFORCE]) == ("canary", "baseline")


def test_containers_have_limits_that_argo_cd_may_apply(deliver, a_model):
    environment = {"capabilities": CAPABILITIES, "namespaceSettings": {"limitRange": LIMITS}}
    built = deliver(a_model("one", {}), environment=environment)
    assert built.wrong == []
    (limits,) = built.documents("prod/_namespaces/limitranges.yaml")
    assert limits["metadata"]["namespace"] == "models"
    assert limits["spec"]["limits"] == [
        {
            "type": "Container", "default": {"memory": "1Gi"}, "defaultRequest": {"cpu": "0.05", "memory": "64Mi"},
            "max": {"cpu": "8", "memory": "64Gi"},
        }
    ]  # fmt: skip
    assert "limitranges.yaml" in built.read("prod/_namespaces/kustomization.yaml")["resources"]
    kinds = built.read("prod/_argocd/appproject.yaml")["spec"]["namespaceResourceWhitelist"]
    assert {"group": "", "kind": "LimitRange"} in kinds
    without = deliver(a_model("one", {}), environment={"capabilities": CAPABILITIES})
    assert "prod/_namespaces/limitranges.yaml" not in without.files
    assert {"group": "", "kind": "LimitRange"} not in without.read("prod/_argocd/appproject.yaml")["spec"][
        "namespaceResourceWhitelist"
    ]


def test_settings_that_no_emitter_applies_are_refused_at_their_line(deliver, a_model):
    argocd = {**ARGOCD, "createNamespaces": False}
    environment = {
        "capabilities": {**CAPABILITIES, "argocd": argocd},
        "namespaceSettings": {"podSecurity": "restricted"},
    }
    ((message, line),) = deliver(a_model("one", {}), environment=environment).wrong
    assert "no emitter creates the namespaces that have these settings" in message
    assert line.startswith(("namespaceSettings", "podSecurity"))
