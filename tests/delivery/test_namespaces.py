"""Namespaces get the quota that their models can reach at most, or an explicit one; never one that cannot be derived."""

import pytest

QUOTA = {"headroom": "0%"}
"""What its models can come to at most, and no more: for tests that count."""


def hard(made) -> dict[str, dict[str, str]]:
    """What each namespace may request."""
    return {one["metadata"]["namespace"]: one["spec"]["hard"] for one in made.documents("prod/_namespaces/quotas.yaml")}


def test_a_deployment_has_one_replica_more_while_it_is_rolled_out(deliver, a_model):
    scaled = a_model("one", {"resources": {"cpu": "500m", "memory": "1Gi"}, "scaling": {"min": 2, "max": 4}})
    made = deliver(scaled, environment={"quota": QUOTA})
    assert made.read("prod/one/deployment.yaml")["spec"]["strategy"]["rollingUpdate"]["maxSurge"] == 1
    assert hard(made) == {"models": {"requests.cpu": "2500m", "requests.memory": "5Gi"}}


@pytest.mark.parametrize(
    ("deploy", "replicas"),
    [
        ({}, 2),
        ({"scaling": {"min": 3, "max": 3}}, 4),
        ({"scaling": {"min": 3}}, 4),
        ({"volume": {"size": "1Gi"}, "scaling": {"min": 2, "max": 2}}, 2),
        ({"suspended": True, "scaling": {"min": 2, "max": 5}}, 6),
    ],
    ids=["one replica", "as many as ever", "at least three", "a disk each", "stopped, and to be started again"],
)
def test_how_many_replicas_there_can_be(deploy, replicas, deliver, a_model):
    made = deliver(a_model("one", deploy), environment={"quota": QUOTA})
    assert hard(made) == {"models": {"requests.cpu": f"{replicas}", "requests.memory": f"{replicas}Gi"}}


def test_a_job_has_one_run(deliver, a_model):
    source = {"image": "registry.example/own:1.0", "digest": "sha256:" + "0" * 64}
    made = deliver(a_model("one", {"batch": {"schedule": "0 3 * * *"}}, source=source), environment={"quota": QUOTA})
    assert hard(made) == {"models": {"requests.cpu": "1", "requests.memory": "1Gi"}}


def served_model(name: str, a_model, mode: str = "Standard", **deploy):
    source = {"format": "sklearn", "uri": "s3://a/b", "digest": "sha256:" + "0" * 64}
    own = {"target": "kserve", "resources": {"cpu": 1, "memory": "1Gi"}, **deploy}
    return {**a_model(name), "type": "ml", "source": source, "deploy": own}


def test_kserve_rolls_out_a_quarter_more_rounded_up(deliver, a_model):
    made = deliver(served_model("one", a_model, scaling={"min": 1, "max": 5}), environment={"quota": QUOTA})
    assert hard(made) == {"models": {"requests.cpu": "7", "requests.memory": "7Gi"}}


def test_further_nodes_and_servers_of_prompts_count_with_their_own_resources(deliver, a_model):
    """Four nodes of which three are small, and one more replica for a rollout; two servers of prompts, and one more."""
    source = {"baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b"}
    small = {"cpu": 1, "memory": "1Gi", "gpu": 1}
    own = {
        "target": "kserve", "resources": {"cpu": 10, "memory": "10Gi", "gpu": 2}, "expose": {"host": "a.example"}, "scheduler": {},
        "parallelism": {"data": 4, "dataLocal": 1}, "worker": {"resources": small},
        "prefill": {"replicas": 2, "resources": small},
    }  # fmt: skip
    capabilities = {
        "kubernetes": {"version": "1.34"}, "kserve": {"version": "0.20", "mode": "Standard"},
        "argocd": {"version": "3.5", "namespace": "argocd", "createNamespaces": True},
        "gateway": {"namespace": "gateways", "name": "public", "inferencePools": True}, "leaderWorkerSet": True,
    }  # fmt: skip
    settings = {
        "namespaces": {"models": {"podSecurity": "privileged"}},
        "limitRange": {"defaultRequest": {"cpu": "50m", "memory": "64Mi"}},
    }
    model = {**a_model("one"), "type": "llm", "source": source, "deploy": own}
    made = deliver(model, environment={"quota": QUOTA, "capabilities": capabilities, "namespaceSettings": settings})
    assert hard(made) == {
        "models": {"requests.cpu": "29", "requests.memory": "29Gi", "requests.nvidia.com/gpu": "13"},
    }


def test_knative_has_a_new_revision_beside_the_old(deliver, a_model):
    expected_quota = {
        "kubernetes": {"version": "1.34"}, "kserve": {"version": "0.20", "mode": "Knative"},
        "argocd": {"version": "3.5", "namespace": "argocd", "createNamespaces": True},
    }  # fmt: skip
    made = deliver(
        served_model("one", a_model, scaling={"min": 1, "max": 5}),
        environment={"quota": QUOTA, "capabilities": expected_quota},
    )
    assert hard(made) == {"models": {"requests.cpu": "10", "requests.memory": "10Gi"}}


def test_accelerators_are_counted_by_the_name_that_the_target_gives_them(deliver, a_model):
    one = served_model("one", a_model, resources={"cpu": 1, "memory": "1Gi", "gpu": 2}, scaling={"min": 1, "max": 4})
    two = served_model(
        "two", a_model, resources={"cpu": 1, "memory": "1Gi", "gpu": 1}, options={"gpuResource": "amd.com/gpu"}
    )
    made = deliver(one, two, environment={"quota": QUOTA})
    assert hard(made)["models"] == {
        "requests.cpu": "7", "requests.memory": "7Gi", "requests.amd.com/gpu": "2", "requests.nvidia.com/gpu": "10",
    }  # fmt: skip


def test_devices_and_other_containers_of_a_pod_are_counted(deliver, a_model):
    def container(name: str, cpu: str, **more: str) -> dict:
        return {
            "name": name,
            "image": "x.example/a:1",
            "digest": f"sha256:{'0' * 64}",
            "resources": {"cpu": cpu, "memory": "1Gi"},
            **more,
        }

    pod = {
        "initContainers": [
            container("first", "1500m"),
            container("proxy", "500m", restartPolicy="Always"),
            container("last", "4"),
        ],
        "containers": [container("logs", "250m")],
    }
    resources = {"cpu": 1, "memory": "1Gi", "extended": {"rdma/hca": 2}}
    made = deliver(
        served_model(
            "one", a_model, resources=resources, scaling={"min": 1, "max": 4}, pod=pod, strategy={"type": "Recreate"}
        ),
        environment={"quota": QUOTA},
    )
    # Of CPU the last init container with the proxy needs most (4.5), of memory the three containers that serve (3Gi).
    assert hard(made)["models"] == {"requests.cpu": "18", "requests.memory": "12Gi", "requests.rdma/hca": "8"}


def test_each_tenants_models_count_in_their_own_namespace(deliver, a_model):
    spaces = {"namespace": None, "namespaces": {"a": "a-models", "b": "b-models"}, "quota": QUOTA}
    models = (a_model("one", tenant="a"), a_model("two", tenant="a"), a_model("three", tenant="b"))
    assert hard(deliver(*models, environment=spaces)) == {
        "a-models": {"requests.cpu": "4", "requests.memory": "4Gi"},
        "b-models": {"requests.cpu": "2", "requests.memory": "2Gi"},
    }


@pytest.mark.parametrize(
    ("headroom", "cpu", "memory"),
    [("0%", "2", "2Gi"), ("25%", "2500m", "2560Mi"), ("150%", "5", "5Gi"), ("1%", "2020m", "2069Mi")],
)
def test_headroom_is_added_and_rounded_up(headroom, cpu, memory, deliver, a_model):
    made = deliver(a_model("one"), environment={"quota": {"headroom": headroom}})
    assert hard(made) == {"models": {"requests.cpu": cpu, "requests.memory": memory}}


def test_an_explicit_quota_of_a_namespace_is_used_unchanged(deliver, a_model):
    quota = {"headroom": "10%", "namespaces": {"models": {"cpu": 40}}}
    made = deliver(a_model("one"), environment={"quota": quota})
    assert hard(made) == {"models": {"requests.cpu": "40"}}
    assert made.reported_findings == []


def test_a_quota_below_the_maximum_of_its_models_is_reported_at_its_line(deliver, a_model):
    quota = {"namespaces": {"models": {"cpu": "1500m", "memory": "2Gi"}}}
    made = deliver(a_model("one"), environment={"quota": quota})
    assert made.reported_findings == [
        ("MY423", "the models of models can request up to 2 of cpu, but its quota is 1500m", "cpu: 1500m")
    ]
    assert made.wrong == [], "an organisation may want less"


def test_a_quota_of_a_namespace_that_is_not_there_is_refused_with_the_one_that_is_meant(deliver, a_model):
    made = deliver(a_model("one"), environment={"quota": {"namespaces": {"model": {"cpu": 10}}}})
    [(message, line)] = made.wrong
    assert "prod has no namespace `model`" in message
    assert line.strip().startswith("model:")


def test_a_namespace_of_kubernetes_own_is_refused(deliver, a_model):
    made = deliver(a_model("one"), environment={"namespace": "kube-system"})
    assert any("does not begin with kube-" in message for message, _ in made.wrong)


@pytest.mark.parametrize("amount", ["0", "0m", "0.0001"])
def test_an_amount_that_is_none_is_refused(amount, deliver, a_model):
    made = deliver(a_model("one"), environment={"quota": {"namespaces": {"models": {"cpu": amount}}}})
    assert made.wrong == [(f"{amount} is not a quantity of cpu", f"cpu: '{amount}'" if amount != "0m" else "cpu: 0m")]


@pytest.mark.parametrize(("lacks", "message"), [("cpu", "limits cpu"), ("memory", "limits memory")])
def test_a_model_that_does_not_say_what_a_quota_counts_is_reported(lacks, message, deliver, a_model):
    resources = {key: value for key, value in {"cpu": 1, "memory": "1Gi"}.items() if key != lacks}
    made = deliver(a_model("one", {"resources": resources}), environment={"quota": QUOTA})
    [(code, text, line)] = made.reported_findings
    assert (code, message in text, line.startswith(("cpu:", "memory:", "resources:"))) == ("MY422", True, True)
    assert made.wrong


def test_limits_alone_are_what_replicas_request(deliver, a_model):
    limited = {"resources": {"limits": {"cpu": 1, "memory": "1Gi"}}}
    requested = {"resources": {"cpu": 1, "memory": "1Gi", "limits": {"cpu": 2, "memory": "2Gi"}}}
    quotas = [hard(deliver(a_model("one", deploy), environment={"quota": QUOTA})) for deploy in (limited, requested)]
    assert quotas[0] == quotas[1]
    assert quotas[0]


def test_resources_that_the_quota_does_not_count_are_not_required(deliver, a_model):
    quota = {"namespaces": {"models": {"cpu": 4}}}
    assert deliver(a_model("one", {"resources": {"cpu": 1}}), environment={"quota": quota}).reported_findings == []


def test_a_bought_in_model_has_no_replicas(deliver, a_model):
    source = {
        "provider": "Bureau", "product": "Score", "contract": {"id": "C-1"}, "endpoint": {"host": "api.bureau.example"},
        "egress": {"cidrs": ["203.0.113.0/25"]},
    }  # fmt: skip
    vendor = {**a_model("bureau"), "type": "vendor", "source": source, "deploy": {"target": "kubernetes"}}
    assert hard(deliver(vendor, a_model("one"), environment={"quota": QUOTA})) == {
        "models": {"requests.cpu": "2", "requests.memory": "2Gi"}
    }


def test_without_a_quota_nothing_is_counted(deliver, a_model):
    made = deliver(a_model("one", {"resources": {"cpu": 1}}))
    assert "prod/_namespaces/quotas.yaml" not in made.files
    assert made.read("prod/_namespaces/kustomization.yaml")["resources"] == ["namespaces.yaml"]
