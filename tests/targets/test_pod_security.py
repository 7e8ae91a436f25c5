"""Every pod that is rendered keeps the restricted profile, control by control.

The controls are those of kubernetes.io/docs/concepts/security/pod-security-standards for pods of Linux.
"""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
IMAGE = {"image": "registry.example/own:1.0", "digest": DIGEST}
PROGRAM = {**IMAGE, "port": 9000, "health": "/ready"}
OWN_RUNTIME = {"runtime": PROGRAM}
GRAPH = {
    "ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]},
    "files": ["companies.ttl"],
}

SYSCTLS = frozenset({
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat",
})  # fmt: skip
VOLUMES = frozenset({
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
})  # fmt: skip
SELINUX = (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def containers(pod: dict) -> list[dict]:
    return [one for key in ("initContainers", "containers", "ephemeralContainers") for one in pod.get(key, [])]


def contexts(pod: dict) -> list[dict]:
    """The security context of the pod, then those of its containers."""
    return [one.get("securityContext") or {} for one in (pod, *containers(pod))]


def security_values(pod: dict, *path: str) -> list[Any]:
    """What the pod and each container say under a path of their security contexts; `None` where they say nothing."""
    found: list[Any] = contexts(pod)
    for key in path:
        found = [(one or {}).get(key) for one in found]
    return found


def handlers(pod: dict) -> Iterator[dict]:
    for one in containers(pod):
        hooks = one.get("lifecycle", {})
        for handler in [*(one.get(probe, {}) for probe in PROBES), *hooks.values()]:
            yield from (handler.get(kind, {}) for kind in ("httpGet", "tcpSocket"))


def each_or_all(pod: dict, holds: Callable[[Any], bool], *path: str) -> bool:
    """Whether nothing says otherwise, and every container that says nothing has it from the pod."""
    whole, *own = security_values(pod, *path)
    return (whole is None or holds(whole)) and all(holds(one) if one is not None else whole is not None for one in own)


def capabilities(pod: dict, key: str) -> list[set[str]]:
    return [set((one or {}).get(key) or ()) for one in security_values(pod, "capabilities")[1:]]


CONTROLS: dict[str, Callable[[dict], bool]] = {
    "host process": lambda pod: not any(security_values(pod, "windowsOptions", "hostProcess")),
    "host namespaces": lambda pod: not any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")),
    "privileged containers": lambda pod: not any(security_values(pod, "privileged")),
    "host ports": lambda pod: not any(port.get("hostPort") for container in containers(pod) for port in container.get("ports", [])),
    "host probes and hooks": lambda pod: not any(handler.get("host") for handler in handlers(pod)),
    "AppArmor": lambda pod: set(security_values(pod, "appArmorProfile", "type")) <= {None, "RuntimeDefault", "Localhost"},
    "AppArmor by annotation": lambda pod: all(
        value in ("", "runtime/default") or value.startswith("localhost/")
        for key, value in pod.get("annotations", {}).items() if key.startswith(APPARMOR)
    ),
    "SELinux": lambda pod: all(value in SELINUX for value in security_values(pod, "seLinuxOptions", "type"))
    and not any((*security_values(pod, "seLinuxOptions", "user"), *security_values(pod, "seLinuxOptions", "role"))),
    "proc mount": lambda pod: set(security_values(pod, "procMount")) <= {None, "Default"},
    "sysctls": lambda pod: {sysctl["name"] for sysctl in contexts(pod)[0].get("sysctls", [])} <= SYSCTLS,
    "volume types": lambda pod: all(set(volume) - {"name"} <= VOLUMES for volume in pod.get("volumes", [])),
    "privilege escalation": lambda pod: all(value is False for value in security_values(pod, "allowPrivilegeEscalation")[1:]),
    "running as non-root": lambda pod: each_or_all(pod, lambda value: value is True, "runAsNonRoot"),
    "running as a non-root user": lambda pod: 0 not in security_values(pod, "runAsUser"),
    "seccomp": lambda pod: each_or_all(pod, lambda value: value in ("RuntimeDefault", "Localhost"), "seccompProfile", "type"),
    "capabilities": lambda pod: all("ALL" in names for names in capabilities(pod, "drop"))
    and all(names <= {"NET_BIND_SERVICE"} for names in capabilities(pod, "add")),
}  # fmt: skip
"""What the restricted profile asks for, that of the baseline profile included, each with whether a pod keeps it."""


def broken_controls(pod: dict) -> list[str]:
    """The controls that a pod does not keep; its annotations stand beside its other fields."""
    return [control for control, keeps in CONTROLS.items() if not keeps(pod)]


def pods(data: Any) -> Iterator[dict]:
    """Every pod in an object that has containers of its own: a template, a predictor with its model, a runtime."""
    if isinstance(data, list):
        for item in data:
            yield from pods(item)
    elif isinstance(data, dict):
        if "storageUri" in data:
            yield {"containers": [data]}
        elif isinstance(data.get("containers"), list) and any("image" in item for item in data["containers"]):
            yield data
        elif isinstance(data.get("spec"), dict) and "containers" in data["spec"]:
            yield {**data["spec"], "annotations": data.get("metadata", {}).get("annotations", {})}
        else:
            for item in data.values():
                yield from pods(item)


def model(kind: str, target: str, source: dict, deploy: dict | None = None, **more: Any) -> dict:
    deploy = {"target": target, **(deploy or {})}
    return {
        **HEAD,
        "name": "one",
        "type": kind,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


STORED_SOURCE = {"format": "sklearn", "uri": "s3://models/one/1.0.0/", "digest": DIGEST}
MODELS = {
    "engine": model("rules", "kubernetes", {"engine": "opa", "files": ["policy.rego"]}),
    "engine of one's own": model(
        "rules", "kubernetes", {"engine": "gorules", "files": ["pricing.json"]}, runtime=IMAGE
    ),
    "program": model("heuristic", "kubernetes", {**PROGRAM, "files": ["cash.lp"]}),
    "program with a disk": model("heuristic", "kubernetes", PROGRAM, {"volume": {"size": "1Gi"}}),
    "job": model("heuristic", "kubernetes", IMAGE, {"batch": {"schedule": "0 1 * * *"}}),
    "agent": model("agent", "kubernetes", {**PROGRAM, "settingsEnv": "S", "limits": {"steps": 5}}),
    "graph": model("knowledge-graph", "kubernetes", GRAPH),
    "graph with a disk": model("knowledge-graph", "kubernetes", GRAPH, {"volume": {"size": "1Gi"}}),
    "server of KServe's": model("ml", "kserve", STORED_SOURCE),
    "the image of a custom server determines its version": model("ml", "kserve", STORED_SOURCE, **OWN_RUNTIME),
    "file for a server of one's own": model(
        "ml", "kserve", {"format": "onnx", "files": ["policy.rego"]}, **OWN_RUNTIME
    ),
    "runtime of one's own": model("ml", "kserve", STORED_SOURCE, {"options": {"imageAs": "runtime"}}, **OWN_RUNTIME),
}


def single_pod(unit: Any) -> dict:
    """The one pod of a unit; where there is a runtime beside a model, that is the same pod, seen from both."""
    found = [pod for made in unit.objects.values() for pod in pods(made)]
    assert found
    assert [one for one in found[:-1] if broken_controls(one)] == []
    return found[-1]


@pytest.mark.parametrize("spec", MODELS.values(), ids=MODELS)
def test_every_pod_keeps_the_restricted_profile(spec, build_unit):
    unit = build_unit(spec)
    assert unit.reasons == ""
    assert broken_controls(single_pod(unit)) == []


def test_every_pod_of_the_sample_keeps_the_restricted_profile():
    pods_by_path = {
        file.path: pod
        for unit in build(Session(WorkTree(ROOT))).units
        for file in unit.files
        if file.path.endswith(".yaml")
        for document in yaml.load_all(file.content, Loader=yaml.CSafeLoader)
        for pod in pods(document)
    }
    assert len(pods_by_path) > 10
    assert {path: broken_controls(pod) for path, pod in pods_by_path.items() if broken_controls(pod)} == {}


def test_every_pod_says_that_it_needs_no_token_of_the_cluster(build_unit):
    for name, spec in MODELS.items():
        if "runtime" not in name and name != "server of KServe's":
            assert single_pod(build_unit(spec))["automountServiceAccountToken"] is False, name


def context(**more: Any) -> Callable[[dict], None]:
    return lambda pod: pod["containers"][0].setdefault("securityContext", {}).update(more)


def whole(**more: Any) -> Callable[[dict], None]:
    return lambda pod: pod["securityContext"].update(more)


def first(**more: Any) -> Callable[[dict], None]:
    return lambda pod: pod["containers"][0].update(more)


MUTATIONS: list[tuple[str, Callable[[dict], None]]] = [
    ("host process", whole(windowsOptions={"hostProcess": True})),
    ("host process", context(windowsOptions={"hostProcess": True})),
    *(("host namespaces", lambda pod, key=key: pod.update({key: True})) for key in ("hostNetwork", "hostPID", "hostIPC")),
    ("privileged containers", context(privileged=True)),
    ("host ports", first(ports=[{"containerPort": 9000, "hostPort": 80}])),
    ("host probes and hooks", first(livenessProbe={"httpGet": {"host": "169.254.169.254", "port": 80}})),
    ("host probes and hooks", first(lifecycle={"preStop": {"tcpSocket": {"host": "a.example", "port": 80}}})),
    ("AppArmor", whole(appArmorProfile={"type": "Unconfined"})),
    ("AppArmor by annotation", lambda pod: pod.setdefault("annotations", {}).update({APPARMOR + "model": "unconfined"})),
    ("SELinux", context(seLinuxOptions={"type": "spc_t"})),
    ("SELinux", whole(seLinuxOptions={"role": "sysadm_r"})),
    ("proc mount", context(procMount="Unmasked")),
    ("sysctls", whole(sysctls=[{"name": "kernel.msgmax", "value": "1"}])),
    ("volume types", lambda pod: pod.update(volumes=[{"name": "a", "hostPath": {"path": "/"}}])),
    ("volume types", lambda pod: pod.update(volumes=[{"name": "a", "nfs": {"server": "a", "path": "/"}}])),
    ("privilege escalation", context(allowPrivilegeEscalation=True)),
    ("privilege escalation", lambda pod: pod["containers"][0]["securityContext"].pop("allowPrivilegeEscalation")),
    ("running as non-root", lambda pod: pod["securityContext"].pop("runAsNonRoot")),
    ("running as non-root", context(runAsNonRoot=False)),
    ("running as a non-root user", context(runAsUser=0)),
    ("seccomp", lambda pod: pod["securityContext"].pop("seccompProfile")),
    ("seccomp", context(seccompProfile={"type": "Unconfined"})),
    ("capabilities", context(capabilities={"drop": ["NET_RAW"]})),
    ("capabilities", context(capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]})),
    ("capabilities", lambda pod: pod.update(initContainers=[{"name": "a", "securityContext": {"allowPrivilegeEscalation": False}}])),
]  # fmt: skip


@pytest.mark.parametrize(("control", "mutate"), MUTATIONS)
def test_a_pod_that_breaks_a_control_is_refused_by_its_name(control, mutate, build_unit):
    pod = copy.deepcopy(single_pod(build_unit(MODELS["program"])))
    mutate(pod)
    assert broken_controls(pod) == [control]


def test_each_control_is_broken_by_a_mutation():
    assert {control for control, _ in MUTATIONS} == set(CONTROLS)
