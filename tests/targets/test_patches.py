"""Patches of what the shipped targets render: what they merge into, and which are rejected, and where."""

import json

import pytest

from compiler.diagnostics import codes

DIGEST = "sha256:" + "0" * 64
NAME = "model"
"""The name of the container of a program."""
KNATIVE = {"kserve": {"version": "0.20", "mode": "Knative"}}


def release(version: str) -> dict:
    return {"source": {"format": "sklearn", "uri": f"s3://models/a/{version}/", "digest": "sha256:" + version[2] * 64}}


SCORER = {
    "apiVersion": "modelyard/v1",
    "kind": "Model",
    "name": "scorer",
    "type": "ml",
    "lifecycle": "production",
    "summary": "Scores.",
    "releases": {"1.0.0": release("1.0.0"), "1.1.0": release("1.1.0")},
    "environments": {"prod": {"release": "1.0.0"}},
}
PROGRAM = {
    "apiVersion": "modelyard/v1",
    "kind": "Model",
    "name": "limits",
    "type": "heuristic",
    "lifecycle": "production",
    "summary": "Computes limits.",
    "version": "1.0.0",
    "source": {"image": "registry.example/limits:1.0.0", "digest": DIGEST, "port": 8080, "health": "/healthz"},
    "environments": {"prod": {}},
}
CANARY = {"prod": {"release": "1.0.0", "canary": {"release": "1.1.0", "weight": "10%"}}}


def patch(kind: str, merge: dict, *, target: dict | None = None, **fields: object) -> dict:
    return {"target": {"kind": kind, **(target or {})}, "merge": merge, "reason": "A test.", **fields}


def program(*patches: dict, **deploy: object) -> dict:
    return {**PROGRAM, "deploy": {"target": "kubernetes", **deploy, "patches": list(patches)}}


def scorer(*patches: dict, **fields: object) -> dict:
    return {**SCORER, "deploy": {"target": "kserve", "patches": list(patches)}, **fields}


def pod(spec: dict) -> dict:
    return {"spec": {"template": {"spec": spec}}}


def pod_of(unit) -> dict:
    assert unit.reasons == ""
    return unit.objects["deployment.yaml"]["spec"]["template"]["spec"]


def test_lists_merge_by_the_keys_of_the_schema(build_unit):
    """`x-kubernetes-list-map-keys` of a PodSpec and a Container: by `name`, and volume mounts by `mountPath`."""
    merge = pod(
        {
            "containers": [{"name": NAME, "env": [{"name": "B", "value": "2"}, {"name": "C", "value": "3"}]}],
            "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "2Gi"}}],
        }
    )
    variables = [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]
    more = {"volumes": [{"name": "scratch", "emptyDir": {}}], "volumeMounts": [{"name": "scratch", "mountPath": "/s"}]}
    before = pod_of(build_unit(program(env=variables, pod=more)))
    after = pod_of(build_unit(program(patch("Deployment", merge), env=variables, pod=more)))
    [container] = after["containers"]
    assert container["image"] == before["containers"][0]["image"]
    assert {variable["name"]: variable["value"] for variable in container["env"]} == {"A": "1", "B": "2", "C": "3"}
    assert container["volumeMounts"] == before["containers"][0]["volumeMounts"]
    assert [volume for volume in after["volumes"] if volume["name"] == "scratch"] == [
        {"name": "scratch", "emptyDir": {"sizeLimit": "2Gi"}}
    ]


def test_an_element_is_removed_and_a_list_is_replaced_by_directives_of_kubernetes(build_unit):
    variables = [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]
    removed = pod({"containers": [{"name": NAME, "env": [{"name": "A", "$patch": "delete"}]}]})
    [container] = pod_of(build_unit(program(patch("Deployment", removed), env=variables)))["containers"]
    assert container["env"] == [{"name": "B", "value": "1"}]
    replaced = pod({"containers": [{"name": NAME, "env": [{"$patch": "replace"}, {"name": "C", "value": "3"}]}]})
    [container] = pod_of(build_unit(program(patch("Deployment", replaced), env=variables)))["containers"]
    assert container["env"] == [{"name": "C", "value": "3"}]


def test_a_patch_states_the_keys_of_a_list_without_any(build_unit):
    """`tolerations` are atomic in Kubernetes: a patch replaces them, unless it states a key."""
    scheduling = {"tolerations": [{"key": "a", "operator": "Exists"}]}
    merge = pod({"tolerations": [{"key": "b", "operator": "Exists"}]})
    keys = {"spec.template.spec.tolerations": ["key"]}
    replaced = pod_of(build_unit(program(patch("Deployment", merge), scheduling=scheduling)))
    merged = pod_of(build_unit(program(patch("Deployment", merge, listMapKeys=keys), scheduling=scheduling)))
    assert [toleration["key"] for toleration in replaced["tolerations"]] == ["b"]
    assert [toleration["key"] for toleration in merged["tolerations"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("path", "help_"),
    [
        ("spec.template.spec.toleration", "did you mean `spec.template.spec.tolerations`?"),
        ("spec.tolerations", "did you mean"),
        ("metadata.finalizers", "it has lists at `spec.template.spec.tolerations`"),
        ("spec.template.spec.tolerations[].key", "did you mean"),
    ],
)
def test_a_path_at_which_the_patch_has_no_list_is_a_finding_at_the_path(path, help_, refusals):
    merge = pod({"tolerations": [{"key": "b", "operator": "Exists"}]})
    [(text, line)] = refusals(program(patch("Deployment", merge, listMapKeys={path: ["key"]}))).items()
    assert text.startswith(f"the patch has no list at `{path}` | {help_}")
    assert line.startswith(path)


def test_lists_of_an_inference_service_merge_without_its_schema(build_unit):
    """KServe's CRDs define no key for `containers` and `volumes`; the emitter declares those of Kubernetes."""
    container = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 8080}
    merge = {"spec": {"predictor": {"containers": [{"name": "kserve-container", "workingDir": "/srv"}]}}}
    unit = build_unit(scorer(patch("InferenceService", merge), runtime=container))
    assert unit.reasons == ""
    [patched] = unit.objects["inferenceservice.yaml"]["spec"]["predictor"]["containers"]
    assert patched["workingDir"] == "/srv"
    assert patched["image"].startswith("registry.example/own:1.0@")


def test_a_list_whose_keys_nothing_defines_is_a_finding_at_the_list(build_unit, refusals):
    """No CRD of KServe is in this project, so that nothing says how `tolerations` of an InferenceService merge."""
    tolerations = [{"key": "a", "operator": "Exists"}]
    spec = {"spec": {"predictor": {"tolerations": [{"key": "b", "operator": "Exists"}]}}}
    model = scorer(patch("InferenceService", spec))
    model["deploy"]["scheduling"] = {"tolerations": tolerations}
    [(message, line)] = refusals(model).items()
    assert "the key that identifies the elements of `spec.predictor.tolerations` is not known" in message
    assert line == "- key: b"
    model["deploy"]["patches"][0]["listMapKeys"] = {"spec.predictor.tolerations": []}
    unit = build_unit(model)
    assert unit.objects["inferenceservice.yaml"]["spec"]["predictor"]["tolerations"] == [
        {"key": "b", "operator": "Exists"}
    ]


PREDICTOR = {"spec": {"predictor": {"schedulerName": "gpu", "minReplicas": 2, "maxReplicas": 3}}}


@pytest.mark.parametrize(
    ("canary", "names"),
    [("include", ["gpu", "gpu"]), ("exclude", ["gpu", None]), ("only", [None, "gpu"])],
)
def test_a_patch_applies_to_the_canary_too(canary, names, build_unit, splitting_kserve):
    """But not what `validateCanarySpecs` of v0.20.0 rejects: a canary has no replicas of its own."""
    target = {} if canary == "include" else {"canary": canary}
    model = scorer(patch("InferenceService", PREDICTOR, target=target), environments=CANARY)
    unit = build_unit(model, files=splitting_kserve)
    assert unit.reasons == ""
    spec = unit.objects["inferenceservice.yaml"]["spec"]
    parts = [spec["predictor"], spec["canary"][0]["predictor"]]
    assert [part.get("schedulerName") for part in parts] == names
    assert "maxReplicas" not in parts[1]
    assert [part["model"]["storageUri"][-6:] for part in parts] == ["1.0.0/", "1.1.0/"]


def test_a_patch_applies_to_the_canary_in_knative_mode(build_unit):
    """There the canary takes the place of the predictor."""
    model = scorer(patch("InferenceService", PREDICTOR), environments=CANARY)
    predictor = build_unit(model, **KNATIVE).objects["inferenceservice.yaml"]["spec"]["predictor"]
    assert (predictor["schedulerName"], predictor["canaryTrafficPercent"]) == ("gpu", 10)


def test_a_patch_for_canaries_waits_for_one(refusals):
    assert refusals(scorer(patch("InferenceService", PREDICTOR, target={"canary": "only"}))) == {}


def test_a_patch_applies_to_all_objects_of_a_kind_as_in_a_kustomization(build_unit):
    merge = {"metadata": {"annotations": {"bank.example/reviewed": "yes"}}}
    secrets = [{"name": "key", "key": "scorer/key", "env": "KEY"}]
    agent = program(patch("ConfigMap", merge), patch("ExternalSecret", merge), secrets=secrets)
    agent["source"] = {**PROGRAM["source"]}
    rules = {
        **PROGRAM, "type": "rules", "source": {"engine": "opa", "files": ["policy.rego"], "entrypoint": "credit/allow"},
        "deploy": {"target": "kubernetes", "patches": [patch("ConfigMap", merge)]},
    }  # fmt: skip
    unit = build_unit(rules)
    assert unit.reasons == ""
    maps = [document for document in unit.documents if document["kind"] == "ConfigMap"]
    assert len(maps) > 1
    assert {json.dumps(document["metadata"].get("annotations")) for document in maps} == {
        '{"bank.example/reviewed": "yes"}'
    }


def test_a_patch_can_name_the_group_of_a_kind(build_unit):
    merge = {"spec": {"revisionHistoryLimit": 3}}
    unit = build_unit(program(patch("Deployment", merge, target={"group": "apps"})))
    assert unit.objects["deployment.yaml"]["spec"]["revisionHistoryLimit"] == 3
    assert (
        build_unit(program(patch("Service", {"spec": {"sessionAffinity": "ClientIP"}}, target={"group": ""}))).reasons
        == ""
    )


def test_a_patch_of_a_kind_in_another_group_matches_no_object(session_findings):
    [finding] = session_findings(program(patch("Deployment", {}, target={"group": "serving.kserve.io"})))
    assert finding.code is codes.PATCH_TARGET_MISMATCH


GOVERNED = {
    "the name": (patch("Service", {"metadata": {"name": "other"}}), "rename the model"),
    "the namespace": (patch("Service", {"metadata": {"namespace": "other"}}), "set the namespace in the Environment"),
    "the kind": (patch("Service", {"kind": "Pod"}), "another emitter"),
    "a selector": (patch("Service", {"spec": {"selector": {"app.kubernetes.io/name": "other"}}}), "deploy.adopt.selector"),
    "a wider selector": (patch("Service", {"spec": {"selector": {"app.kubernetes.io/name": None}}}), "deploy.adopt.selector"),
    "a narrower selector": (patch("Service", {"spec": {"selector": {"tier": "a"}}}), "deploy.adopt.selector"),
    "a label of pods": (
        patch("Deployment", {"spec": {"template": {"metadata": {"labels": {"app.kubernetes.io/name": "other"}}}}}),
        "rename the model",
    ),
    "a digest": (
        patch("Deployment", pod({"containers": [{"name": NAME, "image": "registry.example/limits@sha256:" + "1" * 64}]})),
        "change `source.image`",
    ),
    "the container": (
        patch("Deployment", pod({"containers": [{"$patch": "replace"}, {"name": NAME, "image": "a/b"}]})), "change `source"),
    "a port of the node": (
        patch("Deployment", pod({"containers": [{"name": NAME, "ports": [{"containerPort": 8080, "protocol": "TCP", "hostPort": 80}]}]})),
        "callers reach the model through its Service",
    ),
    "the network of the node": (patch("Deployment", pod({"hostNetwork": True})), "callers reach the model through its Service"),
    "a load balancer": (patch("Service", {"spec": {"type": "LoadBalancer"}}), "set `deploy.expose`"),
    "the number of replicas": (patch("Deployment", {"spec": {"replicas": 7}}), "set `deploy.scaling`"),
    "the service account": (patch("Deployment", pod({"serviceAccountName": "admin"})), "set `deploy.pod.serviceAccountName`"),
    "what the cluster sets": (patch("Deployment", {"status": {"replicas": 3}}), "remove it"),
    "all callers": (patch("NetworkPolicy", {"spec": {"ingress": [{}]}}), "set `deploy.callers`"),
    "all destinations": (patch("NetworkPolicy", {"spec": {"policyTypes": ["Ingress"]}}), "set `deploy.callers`"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "remedy"), GOVERNED.values(), ids=GOVERNED)
def test_a_patch_cannot_change_what_a_field_governs(change, remedy, session_findings):
    findings = [item for item in session_findings(program(change)) if item.code is not codes.OUTPUT_INVALID]
    assert {finding.code for finding in findings} == {codes.GOVERNED_VALUE_PATCHED}
    assert all(remedy in (finding.help or "") for finding in findings)
    assert {finding.subject.pointer[:4] for finding in findings} == {("deploy", "patches", 0, "merge")}


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"metadata": {"labels": {"networking.kserve.io/visibility": None}}}, "set `deploy.expose`"),
        ({"metadata": {"annotations": {"serving.kserve.io/deploymentMode": "Knative"}}}, "set `kserve.mode`"),
        ({"spec": {"predictor": {"model": {"storageUri": "s3://models/b/"}}}}, "change `releases['1.0.0'].source.uri`"),
        ({"spec": {"predictor": {"labels": {"sidecar.istio.io/inject": "false"}}}}, "`mesh`"),
    ],
)
def test_a_patch_of_an_inference_service_cannot_expose_it_or_change_what_it_serves(change, remedy, session_findings):
    [finding] = session_findings(scorer(patch("InferenceService", change)))
    assert finding.code is codes.GOVERNED_VALUE_PATCHED
    assert remedy in (finding.help or "")


REMEDIES = {
    "the release of an environment": (
        scorer(patch("InferenceService", {"spec": {"predictor": {"annotations": {"modelyard/release": "2"}}}})),
        "change `environments.prod.release`",
    ),
    "the image of the project": (
        {**PROGRAM, "type": "rules", "source": {"engine": "opa", "files": ["policy.rego"]},
         "deploy": {"target": "kubernetes", "patches": [patch("Deployment", pod({"containers": [{"name": "engine", "image": "a"}]}))]}},
        "change `images.opa.image` of the Project",
    ),
    "the image of the model": (
        {**scorer(patch("InferenceService", {"spec": {"predictor": {"containers": [{"name": "kserve-container", "image": "a"}]}}})),
         "runtime": {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 8080}},
        "change `runtime.image`",
    ),
    "a label that KServe selects": (
        scorer(patch("InferenceService", {"metadata": {"labels": {"app.kubernetes.io/name": "a"}}})), "rename the model",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("model", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_the_remedy_names_the_field_of_the_spec(model, remedy, session_findings):
    [finding] = session_findings(model)
    assert finding.code is codes.GOVERNED_VALUE_PATCHED
    assert finding.help == remedy


def test_a_later_patch_cannot_change_the_digest_of_a_container_that_an_earlier_one_moved(session_findings):
    first = patch("Deployment", pod({"containers": [{"name": "log", "$patch": "delete"}]}))
    second = patch("Deployment", pod({"containers": [{"name": NAME, "image": "registry.example/x"}]}))
    log = {
        "name": "log",
        "image": "registry.example/log:1",
        "digest": DIGEST,
        "resources": {"cpu": "1", "memory": "1Gi"},
    }
    findings = session_findings(program(first, second, pod={"containers": [log]}))
    assert [item.code.id for item in findings if "`source." in (item.help or "")] == ["MY418"]


def test_a_patch_that_changes_nothing_is_a_warning_at_the_patch(session_findings):
    [finding] = session_findings(program(patch("Service", {"spec": {"type": "ClusterIP"}})))
    assert finding.code is codes.PATCH_WITHOUT_EFFECT
    assert finding.subject.pointer == ("deploy", "patches", 0, "merge")


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ({"nodeSelectorr": None}, "spec.template.spec.nodeSelectorr"),
        (
            {"containers": [{"name": NAME, "env": [{"name": "NOPE", "$patch": "delete"}]}]},
            "spec.template.spec.containers[].env[]",
        ),
    ],
)
def test_a_part_that_removes_nothing_is_a_warning_at_the_part(part, path, session_findings):
    """The other part of the patch has an effect. A part that removes something in one of several objects has one, too."""
    [finding] = session_findings(program(patch("Deployment", pod({"terminationGracePeriodSeconds": 9, **part}))))
    assert finding.code is codes.PATCH_WITHOUT_EFFECT
    assert f"removes nothing at `{path}`" in finding.message
    assert finding.subject.pointer[-1] in ("nodeSelectorr", 0)


def test_a_patch_for_canaries_of_an_object_that_has_none_is_a_warning(session_findings):
    change = patch("Deployment", pod({"terminationGracePeriodSeconds": 9}), target={"canary": "only"})
    [finding] = session_findings(program(change))
    assert finding.code is codes.PATCH_WITHOUT_EFFECT


def test_a_patch_that_matches_no_object_names_those_that_are_rendered(session_findings):
    [finding] = session_findings(program(patch("Ingress", {"spec": {}})))
    assert finding.code is codes.PATCH_TARGET_MISMATCH
    assert "Deployment limits" in (finding.help or "")


def test_a_patched_object_is_validated_and_reported_at_the_element_of_the_patch(refusals):
    merge = pod({"containers": [{"name": NAME, "stdin": "yes"}]})
    [(message, line)] = refusals(program(patch("Deployment", merge))).items()
    assert "spec.template.spec.containers[0].stdin" in message
    assert line == "stdin: 'yes'"


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ([{"stdin": True}], "the element has no `name`"),
        ([{"name": NAME, "ports": [{"containerPort": 8080, "$retainKeys": ["name"]}]}], "`$retainKeys` is not supported"),
        ([{"name": NAME, "$patch": "merge-all"}], "`$patch: merge-all` is not supported"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_merged_is_a_finding(elements, message, session_findings):
    findings = session_findings(program(patch("Deployment", pod({"containers": elements}))))
    assert [item.code for item in findings] == [codes.BAD_PATCH]
    assert message in findings[0].message


FROM_FIELD = {"fieldRef": {"fieldPath": "metadata.name"}}
INCOMPLETE = {
    "a misspelled container": (
        patch("Deployment", pod({"containers": [{"name": "modell", "stdin": True}]})),
        "the container has no image | did you mean `model`? If not, set its `image`", "name: modell",
    ),
    "an init container without image": (
        patch("Deployment", pod({"initContainers": [{"name": "migrate", "stdin": True}]})),
        "the container has no image | set its `image`", "name: migrate",
    ),
    "a replaced list of containers": (
        patch("Deployment", pod({"initContainers": [{"$patch": "replace"}, {"name": "migrate"}]})),
        "the container has no image | set its `image`", "name: migrate",
    ),
    "a misspelled volume": (
        patch("Deployment", pod({"containers": [{"name": NAME, "volumeMounts": [{"mountPath": "/c", "name": "scrach"}]}]})),
        "the pod has no volume of this name | did you mean `scratch`? If not, add it", "name: scrach",
    ),
    "a second source of a volume": (
        patch("Deployment", pod({"volumes": [{"name": "scratch", "configMap": {"name": "c"}}]})),
        "the volume has more than one source", "configMap:",
    ),
    "a second source of a variable": (
        patch("Deployment", pod({"containers": [{"name": NAME, "env": [{"name": "A", "valueFrom": FROM_FIELD}]}]})),
        "the variable has both `value` and `valueFrom`", "name: A",
    ),
    "a second request of a probe": (
        patch("Deployment", pod({"containers": [{"name": NAME, "livenessProbe": {"tcpSocket": {"port": 8080}}}]})),
        "the probe does not have exactly one of", "tcpSocket:",
    ),
    "the strategy": (
        patch("Deployment", {"spec": {"strategy": {"type": "Recreate"}}}),
        "the strategy `Recreate` has no `rollingUpdate`", "type: Recreate",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message", "line"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_what_the_api_server_rejects_is_a_finding_at_the_patch(change, message, line, session_findings, refusals):
    """`validateContainerCommon`, `validateVolumeSource`, `validateEnvVarValueFrom` and `ValidateDeploymentStrategy` of Kubernetes 1.34."""
    more = {"volumes": [{"name": "scratch", "emptyDir": {}}], "volumeMounts": [{"name": "scratch", "mountPath": "/s"}]}
    model = program(change, pod=more, env=[{"name": "A", "value": "1"}])
    [(text, found_line)] = refusals(model).items()
    assert message in text
    assert line.removeprefix("- ") in found_line
    [finding] = session_findings(model)
    assert finding.code is codes.OUTPUT_INVALID


def test_a_complete_element_of_a_patch_is_added(build_unit):
    log = {
        "name": "models",
        "image": "registry.example/log@" + DIGEST,
        "volumeMounts": [{"name": "s", "mountPath": "/s"}],
    }
    merge = pod({"containers": [log], "volumes": [{"name": "s", "emptyDir": {}}]})
    assert [one["name"] for one in pod_of(build_unit(program(patch("Deployment", merge))))["containers"]] == [
        NAME,
        "models",
    ]


def test_kserve_knows_some_containers_by_name(refusals):
    """`buildPodSpec` of v0.20.0 merges `transformer-container` of a runtime, and appends all others as they are."""
    for name, count in (("transformer-container", 0), ("transformer-containers", 1)):
        merge = {"spec": {"predictor": {"containers": [{"name": name, "stdin": True}]}}}
        assert len(refusals(scorer(patch("InferenceService", merge)))) == count


def test_a_later_patch_moves_what_an_earlier_one_set(refusals):
    """The container that lacks an image is the second one when the first patch adds it, and the first one in the end."""
    log = {
        "name": "log",
        "image": "registry.example/log:1",
        "digest": DIGEST,
        "resources": {"cpu": "1", "memory": "1Gi"},
    }
    first = patch("Deployment", pod({"containers": [{"name": "wrong", "stdin": True}]}))
    second = patch("Deployment", pod({"containers": [{"name": "log", "$patch": "delete"}]}))
    messages = refusals(program(first, second, pod={"containers": [log]}))
    assert [line for text, line in messages.items() if "has no image" in text] == ["- name: wrong"]
