"""Language models on KServe: several accelerators and nodes, servers of prompts, schedulers."""

from typing import Any

import pytest

from compiler.pipeline.stages import check
from tests.targets.conftest import project_session

DIGEST = "sha256:" + "0" * 64
GATEWAY = {"gateway": {"namespace": "gateways", "name": "public", "inferencePools": True}}
MESH = {"mesh": {"kind": "istio", "namespace": "istio-system"}}
OWN_PODS = {"app.kubernetes.io/name": "summary", "app.kubernetes.io/part-of": "llminferenceservice"}
RELEASES = ("0.18", "0.19", "0.20")
WIDE = {
    "parallelism": {"data": 16, "dataLocal": 8, "tensor": 1, "expert": True},
    "worker": {"resources": {"cpu": 8, "memory": "64Gi", "gpu": 8}},
}

CONNECTOR = {"args": ["--kv-transfer-config.kv_connector=NixlConnector", "--kv-transfer-config.kv_role=kv_both"]}


def summary(deploy: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "modelyard/v1",
        "kind": "Model",
        "name": "summary",
        "type": "llm",
        "lifecycle": "production",
        "summary": "Summarises.",
        "version": "1.0.0",
        "source": {
            "baseModel": {"name": "a/b", "revision": "1", "license": "MIT"},
            "uri": "s3://models/b/",
            "digest": DIGEST,
        },
        "deploy": {"target": "kserve", "resources": {"cpu": 16, "memory": "128Gi", "gpu": 8}, **deploy},
        "environments": {"prod": {}},
        **({"runtime": CONNECTOR} if "prefill" in deploy else {}),
        **more,
    }


SCHEDULED = {"expose": {"host": "llm.bank.example"}, "scheduler": {}}
DISAGGREGATED = {**SCHEDULED, "prefill": {"replicas": 2, "resources": {"cpu": 4, "memory": "32Gi", "gpu": 1}}}
EVERYTHING = {
    **WIDE,
    "expose": SCHEDULED["expose"],
    "scheduler": {"replicas": 2, "config": {"apiVersion": "inference.networking.x-k8s.io/v1alpha1", "kind": "EndpointPickerConfig"}},
    "prefill": {"replicas": 3, **WIDE},
    "options": {"baseRefs": ["gpu-nodes"]},
}  # fmt: skip
EXTENDED = {**GATEWAY, "leaderWorkerSet": True}
DISK = {"fileSystem": {"emptyDir": {"size": "100Gi"}}}
CLAIM = {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "100Gi"}}}
TIERS = {
    "kvCacheOffloading": {
        "cpu": "64Gi",
        "evictionPolicy": "arc",
        "secondary": [
            DISK,
            {"fileSystem": {"pvc": {"spec": CLAIM}}},
            {"fileSystem": {"pvc": {"ref": {"name": "cache", "path": "kv/"}}}},
        ],
    }
}


def autoscaled(actuator: str, release: str = "0.20") -> dict[str, Any]:
    return {"kserve": {"version": release, "mode": "Standard", "workloadVariantAutoscaler": actuator}}


def spec_of(unit) -> Any:
    assert unit.reasons == ""
    return unit.objects["llminferenceservice.yaml"]["spec"]


@pytest.mark.parametrize("release", RELEASES)
def test_the_definitions_of_each_release_accept_all_fields(build_unit, kserve_release, release):
    unit = build_unit(summary(EVERYTHING), **EXTENDED, kserve={"version": release, "mode": "Standard"})
    assert unit.reasons == ""
    judge = kserve_release(release)
    assert judge("llminferenceservice_v1alpha2", unit.objects["llminferenceservice.yaml"]) == ()
    broken = {**unit.objects["llminferenceservice.yaml"], "spec": {"parallelism": {"tensors": 1}}}
    assert judge("llminferenceservice_v1alpha2", broken) != ()


def test_a_replica_on_several_nodes_has_further_nodes_with_their_own_resources(build_unit):
    spec = spec_of(build_unit(summary(WIDE), **EXTENDED))
    assert spec["parallelism"] == {"data": 16, "dataLocal": 8, "tensor": 1, "expert": True}
    [worker] = spec["worker"]["containers"]
    assert worker["name"] == "main"
    assert worker["resources"]["limits"] == {"memory": "64Gi", "nvidia.com/gpu": "8"}


def test_further_nodes_have_the_resources_arguments_and_variables_of_the_first(build_unit):
    model = summary(
        {"parallelism": {"data": 2, "dataLocal": 1}, "worker": {}, "env": [{"name": "A", "value": "1"}]},
        runtime={"args": ["--seed=1"]},
    )
    spec = spec_of(build_unit(model, **EXTENDED))
    assert spec["worker"] == spec["template"]


def test_a_pipeline_is_rendered_for_a_cluster_with_configurations_of_its_own(build_unit, kserve_release):
    """`combineBaseRefsConfig` in `config_merge.go` names them, and no release up to v0.20.0 contains them."""
    own = {"kserve": {"version": "0.20", "mode": "Standard", "pipelineConfigs": True}}
    unit = build_unit(summary({"parallelism": {"tensor": 8, "pipeline": 2}, "worker": {}}), **EXTENDED, **own)
    assert spec_of(unit)["parallelism"] == {"tensor": 8, "pipeline": 2}
    assert kserve_release("0.20")("llminferenceservice_v1alpha2", unit.objects["llminferenceservice.yaml"]) == ()


def test_without_parallelism_all_accelerators_hold_one_copy(build_unit):
    assert spec_of(build_unit(summary({})))["parallelism"] == {"tensor": 8}


@pytest.mark.parametrize("release", ["0.18", "0.19"])
def test_a_release_that_does_not_pass_the_number_of_accelerators_needs_an_argument(build_unit, release):
    """The command in `config-llm-template.yaml` of v0.19.0 has no `--tensor-parallel-size`; that of v0.20.0 has one."""
    older = {"kserve": {"version": release, "mode": "Standard"}}
    assert (
        "KServe does not tell a server on one node to use more than one accelerator"
        in build_unit(summary({}), **older).reasons
    )
    assert spec_of(build_unit(summary({}, runtime={"args": ["--tensor-parallel-size=8"]}), **older))
    assert spec_of(build_unit(summary({"parallelism": {"tensor": 1}}), **older))


def test_servers_of_prompts_have_their_own_replicas_and_resources(build_unit):
    spec = spec_of(build_unit(summary(DISAGGREGATED), **EXTENDED))
    assert spec["prefill"]["replicas"] == 2
    assert spec["prefill"]["parallelism"] == {"tensor": 1}
    assert spec["prefill"]["annotations"] == spec["annotations"]
    [server] = spec["prefill"]["template"]["containers"]
    assert server["resources"]["limits"]["nvidia.com/gpu"] == "1"


def test_only_a_server_with_a_proxy_gets_a_token(build_unit):
    """`config-llm-decode-template.yaml`: the proxy of a decoding server checks the address of a prefilling one in the API."""
    spec = spec_of(build_unit(summary(DISAGGREGATED), **EXTENDED))
    assert spec["template"]["automountServiceAccountToken"] is True
    assert spec["prefill"]["template"]["automountServiceAccountToken"] is False
    assert spec_of(build_unit(summary(WIDE), **EXTENDED))["template"]["automountServiceAccountToken"] is False


def test_a_scheduled_model_is_reached_through_its_pool(build_unit):
    unit = build_unit(summary(SCHEDULED), **EXTENDED)
    assert spec_of(unit)["router"] == {"route": {"http": {"refs": [{"name": "summary-exposed"}]}}, "scheduler": {}}
    [rule] = unit.objects["httproute.yaml"]["spec"]["rules"]
    assert rule["backendRefs"] == [
        {
            "group": "inference.networking.k8s.io",
            "kind": "InferencePool",
            "name": "summary-inference-pool",
            "port": 8000,
        }
    ]


def test_a_suspended_model_refers_to_no_route(build_unit):
    """`validateHTTPRouteReferences` in `router_validation.go` fails for a route that does not exist, also if the service is stopped."""
    unit = build_unit(summary({**SCHEDULED, "suspended": True}), **EXTENDED)
    assert "httproute.yaml" not in unit.objects
    assert "router" not in spec_of(unit)


def test_a_schedulers_configuration_is_passed_on_as_it_is(build_unit):
    config = {"kind": "EndpointPickerConfig", "plugins": [{"type": "queue-scorer", "parameters": {"limit": 0.5}}]}
    unit = build_unit(summary({**SCHEDULED, "scheduler": {"config": config, "replicas": 2}}), **EXTENDED)
    assert spec_of(unit)["router"]["scheduler"] == {"replicas": 2, "config": {"inline": config}}


def test_a_network_policy_covers_further_nodes_and_lets_the_pods_call_each_other(build_unit):
    """`expectedMainMultiNodeLWS` in `workload_multi_node.go`: further nodes lack the label `kserve.io/component`."""
    unit = build_unit(summary({**EVERYTHING, "options": {"storageCidrs": ["198.51.100.0/24"]}}), **EXTENDED)
    spec = unit.objects["networkpolicy.yaml"]["spec"]
    assert spec["podSelector"]["matchLabels"] == OWN_PODS
    [excluded] = spec["podSelector"]["matchExpressions"]
    assert excluded["values"] == ["llminferenceservice-router-scheduler"]
    own = {"podSelector": {"matchLabels": OWN_PODS}}
    assert own in spec["ingress"][0]["from"]
    assert {"to": [own]} in spec["egress"]


def test_a_scheduler_accepts_its_gateway_its_servers_and_prometheus(build_unit):
    spec = build_unit(summary(SCHEDULED), **EXTENDED).objects["networkpolicy-scheduler.yaml"]["spec"]
    assert [rule["ports"][0]["port"] for rule in spec["ingress"]] == [9002, 5557, 9090]
    assert spec["policyTypes"] == ["Ingress"]


def test_a_mesh_admits_the_models_own_service_accounts(build_unit):
    """`expectedMultiNodeMainServiceAccount`, `expectedMultiNodePrefillServiceAccount`, `expectedSchedulerServiceAccount`."""
    policy = build_unit(summary(EVERYTHING), **EXTENDED, **MESH).objects["authorizationpolicy.yaml"]["spec"]
    assert policy["selector"]["matchLabels"] == OWN_PODS
    principals = [name for source in policy["rules"][0]["from"] for name in source["source"].get("principals", ())]
    assert principals == [
        f"cluster.local/ns/models/sa/summary-{suffix}" for suffix in ("kserve-mn", "kserve-mn-prefill", "epp-sa")
    ]


def test_a_model_on_one_node_admits_nothing_of_its_own(build_unit):
    unit = build_unit(summary({}), **MESH)
    assert "matchExpressions" not in unit.objects["networkpolicy.yaml"]["spec"]["podSelector"]
    assert "summary-" not in unit.texts["authorizationpolicy.yaml"]


REFUSALS = {
    "a pipeline": ({"parallelism": {"pipeline": 2}}, "no release of KServe up to 0.20 has a configuration for pipeline parallelism"),
    "further nodes without a number": ({"worker": {}}, "KServe needs `data` and `dataLocal`, or `pipeline`"),
    "pipelines and copies": (
        {**WIDE, "parallelism": {"pipeline": 2, "data": 2, "dataLocal": 1}}, "KServe accepts either `pipeline` or `data`",
    ),
    "a pipeline on one node": ({"parallelism": {"pipeline": 2}}, "does not pass data and pipeline parallelism"),
    "copies on one node": ({"parallelism": {"data": 2, "dataLocal": 1}}, "does not pass data and pipeline parallelism"),
    "experts on one node": ({"parallelism": {"expert": True}}, "does not pass expert parallelism to a server on one node"),
    "a rest": ({**WIDE, "parallelism": {"data": 12, "dataLocal": 8}}, "`data` must be a multiple of `dataLocal`"),
    "too few accelerators": ({"parallelism": {"tensor": 16}}, "the servers of a node need more accelerators"),
    "a scheduler without requests": ({"scheduler": {}}, "the model is not exposed"),
    "prompts without a scheduler": ({"prefill": {}}, "without a scheduler nothing sends a prompt"),
    "a budget for two kinds": (
        {**DISAGGREGATED, "disruptionBudget": 1, "scaling": {"min": 2, "max": 2}}, "would count servers that process prompts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_part_that_kserve_would_not_run_is_refused(build_unit, case):
    deploy, reason = REFUSALS[case]
    assert reason in build_unit(summary(deploy), **EXTENDED).reasons


def test_each_part_needs_its_capability(build_unit):
    assert "add `leaderWorkerSet: true`" in build_unit(summary(WIDE)).reasons
    assert "add `inferencePools: true`" in build_unit(summary(SCHEDULED)).reasons


def test_callers_of_a_disaggregated_model_are_warned(refusals):
    caller = {"name": "a", "namespace": "a", "podSelector": {"matchLabels": {"app": "a"}}, "serviceAccount": "a"}
    findings = refusals(summary({**DISAGGREGATED, "callers": [caller]}), **EXTENDED)
    assert any("bypass the scheduler" in text for text in findings)


def test_a_server_with_its_own_certificate_is_not_exposed(build_unit):
    """`expectedSelfSignedCertsSecret` in `workload_tls_self_signed.go`: no ConfigMap holds the authority that a BackendTLSPolicy needs."""
    tls = {"kserve": {"version": "0.20", "mode": "Standard", "llmTls": True}}
    exposed = summary({"expose": {"host": "llm.bank.example"}})
    assert "a certificate that the gateway cannot verify" in build_unit(exposed, **EXTENDED, **tls).reasons
    assert spec_of(build_unit(summary({}), **EXTENDED, **tls))


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("actuator", ["hpa", "keda"])
def test_servers_of_prompts_have_a_range_of_their_own(build_unit, kserve_release, actuator, release):
    """`prefillWorkloadScalingParams` and `expectedVA` in `scaling.go`, v0.18.0 to v0.20.0: each workload has its own autoscaler."""
    behavior = {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}}} if actuator == "hpa" else {}
    prefill = {
        "resources": {"cpu": 4, "memory": "32Gi", "gpu": 1},
        "scaling": {"min": 2, "max": 6, "variantCost": "4.5", **behavior},
    }
    deploy = {**SCHEDULED, "prefill": prefill, "scaling": {"min": 1, "max": 3, "variantCost": "36"}}
    model = summary(deploy, runtime={"args": ["--tensor-parallel-size=8", *CONNECTOR["args"]]})
    unit = build_unit(model, **EXTENDED, **autoscaled(actuator, release))
    spec = spec_of(unit)
    wva = {"hpa": behavior} if actuator == "hpa" else {"keda": {}}
    assert spec["prefill"]["scaling"] == {"minReplicas": 2, "maxReplicas": 6, "wva": {"variantCost": "4.5", **wva}}
    assert "replicas" not in spec["prefill"]
    assert spec["scaling"]["wva"]["variantCost"] == "36"
    judge = kserve_release(release)
    assert judge("llminferenceservice_v1alpha2", unit.objects["llminferenceservice.yaml"]) == ()
    spec["prefill"]["scaling"]["wva"]["variantCost"] = "4,5"
    assert judge("llminferenceservice_v1alpha2", unit.objects["llminferenceservice.yaml"]) != ()


def test_a_range_of_one_number_is_that_number(build_unit):
    deploy = {**SCHEDULED, "prefill": {"scaling": {"min": 2, "max": 2}}}
    assert spec_of(build_unit(summary(deploy), **EXTENDED))["prefill"]["replicas"] == 2


def test_a_cache_is_offloaded_to_memory_and_disks(build_unit, kserve_release):
    """`kvTransferConfig` in `config_merge.go` and `attachKVCacheSecondaryTiers` in `workload_kvcache.go` of v0.20.0.

    vLLM keeps the blocks in a file below /dev/shm, which `config-llm-template.yaml` limits to 1 GiB: the server could not start.
    """
    unit = build_unit(summary({**TIERS, **WIDE, "worker": {"resources": {"memory": "96Gi", "gpu": 8}}}), **EXTENDED)
    spec = spec_of(unit)
    assert spec["kvCacheOffloading"] == TIERS["kvCacheOffloading"]
    shared = {"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": "128Gi"}}
    assert spec["template"]["volumes"] == [shared]
    assert spec["worker"]["volumes"][0]["emptyDir"]["sizeLimit"] == "96Gi"
    judge = kserve_release("0.20")
    assert judge("llminferenceservice_v1alpha2", unit.objects["llminferenceservice.yaml"]) == ()
    spec["kvCacheOffloading"]["evictionPolicy"] = "fifo"
    assert judge("llminferenceservice_v1alpha2", unit.objects["llminferenceservice.yaml"]) != ()


def test_a_folder_fits_where_the_storage_has_a_limit_of_its_own(build_unit):
    """`attachFileSystemKVCacheTier` in `workload_kvcache.go` of v0.20.0 adds the size to the request of the container."""
    storage = {"ephemeralStorage": "10Gi", "limits": {"ephemeralStorage": "120Gi"}}
    deploy = {
        "kvCacheOffloading": {"cpu": "1Gi", "secondary": [DISK]},
        "resources": {"cpu": 1, "memory": "64Gi", "gpu": 8, **storage},
    }
    assert spec_of(build_unit(summary(deploy), **EXTENDED))["kvCacheOffloading"]["secondary"] == [DISK]


def test_a_size_of_the_shared_memory_that_the_spec_sets_stays(build_unit):
    own = {"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": "80Gi"}}
    deploy = {**TIERS, "pod": {"volumes": [own]}}
    assert spec_of(build_unit(summary(deploy), **EXTENDED))["template"]["volumes"] == [own]
    assert "volumes" not in spec_of(build_unit(summary({}), **EXTENDED))["template"]


SCALED_PROMPTS = {**SCHEDULED, "prefill": {"scaling": {"min": 1, "max": 3}}}
COSTLY_PROMPTS = {**SCHEDULED, "prefill": {"scaling": {"variantCost": "1"}}}
QUICK = {"behavior": {"scaleUp": {"stabilizationWindowSeconds": 0}}}
REFUSED_SCALING = {
    "a range without an autoscaler": (SCALED_PROMPTS, {}, {}, "the Workload Variant Autoscaler, which the Environment does not declare"),
    "a range before 0.18": (SCALED_PROMPTS, {}, autoscaled("hpa", "0.17"), "KServe scales language models from 0.18 on"),
    "a cost without an autoscaler": ({"scaling": {"variantCost": "1"}}, {}, {}, "a fixed number of replicas in this Environment"),
    "a cost of prompts without an autoscaler": (COSTLY_PROMPTS, {}, {}, "a fixed number of replicas in this Environment"),
    "a cost of a fixed number": ({"scaling": {"variantCost": "1"}}, {}, autoscaled("hpa"), "the number of replicas is fixed"),
    "a cost of a fixed number of servers of prompts": (COSTLY_PROMPTS, {}, autoscaled("hpa"), "the number of replicas is fixed"),
    "a behavior for KEDA": (
        {**SCHEDULED, "prefill": {"scaling": {"max": 2, **QUICK}}}, {}, autoscaled("keda"), "for a HorizontalPodAutoscaler only",
    ),
    "a behavior without an autoscaler": ({**SCHEDULED, "prefill": {"scaling": QUICK}}, {}, {}, "a fixed number of replicas"),
    "a number and a range": (
        {**SCHEDULED, "prefill": {"replicas": 2, "scaling": {"max": 3}}}, {}, autoscaled("hpa"), "either `replicas` or `scaling`",
    ),
    "offloading before 0.20": (TIERS, {}, autoscaled("hpa", "0.19"), "KServe offloads the cache of a language model from 0.20 on"),
    "offloading without a request": (
        {**TIERS, "resources": {"gpu": 8}}, {}, {}, "a part of the container's memory, but the model requests none",
    ),
    "offloading with prompts": ({**DISAGGREGATED, **TIERS}, {}, {}, "one connector to a server"),
    "offloading with a connector": (TIERS, {"runtime": CONNECTOR}, {}, "offloads nothing if `runtime.args` configures a connector"),
    "a folder above the limit of storage": (
        {"kvCacheOffloading": {"cpu": "1Gi", "secondary": [DISK]}, "resources": {"memory": "64Gi", "gpu": 8, "ephemeralStorage": "10Gi"}},
        {}, {}, "would then be more than its limit",
    ),
    "two disks in one": (
        {"kvCacheOffloading": {"cpu": "1Gi", "secondary": [{"fileSystem": {**DISK["fileSystem"], "pvc": {"ref": {"name": "a"}}}}]}},
        {}, {}, "a folder is that of `emptyDir`, `pvc.spec` or `pvc.ref`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED_SCALING)
def test_what_kserve_would_not_scale_or_offload_is_refused(build_unit, case):
    deploy, more, capabilities, reason = REFUSED_SCALING[case]
    assert reason in build_unit(summary(deploy, **more), **EXTENDED, **capabilities).reasons


@pytest.mark.parametrize(
    ("deploy", "line"),
    [
        ({**SCHEDULED, "prefill": {"scaling": {"min": 3, "max": 2}}}, "min: 3"),
        ({"kvCacheOffloading": {"cpu": "256Gi"}}, "cpu: 256Gi"),
    ],
)
def test_what_contradicts_itself_is_refused_at_its_line(deploy, line):
    session, lines = project_session([summary(deploy)], "risk", {**EXTENDED, **autoscaled("hpa")})
    [finding] = [finding for finding in check(session) if finding.code.id == "MY222"]
    assert finding.location
    assert lines[finding.location.line - 1].strip() == line


def test_a_server_that_may_be_too_old_to_offload_is_a_warning(refusals):
    """The condition on the version in `config-llm-template.yaml` of v0.20.0."""
    own = {"runtime": {"image": "registry.example/vllm:1.0", "digest": DIGEST}}
    assert any("older than 0.22" in text for text in refusals(summary(TIERS, **own), **EXTENDED))
    assert not any("older than 0.22" in text for text in refusals(summary(TIERS), **EXTENDED))


def test_servers_that_transfer_no_caches_are_a_warning(refusals):
    """`config-llm-decode-template.yaml` passes the connector to the proxy alone; the server gets one from its arguments."""
    text = "processes each prompt again"
    without = summary(DISAGGREGATED, runtime={"args": ["--seed=1"]})
    assert any(text in finding for finding in refusals(without, **EXTENDED))
    assert not any(text in finding for finding in refusals(summary(DISAGGREGATED, runtime=CONNECTOR), **EXTENDED))
