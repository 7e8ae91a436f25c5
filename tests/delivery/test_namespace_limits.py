"""What a model requests is compared with the limit range and the quota of its namespace, at the field.

`maxConstraint` and `minConstraint` in plugin/pkg/admission/limitranger/admission.go of Kubernetes; `SetDefaults_LimitRangeItem` in
pkg/apis/core/v1/defaults.go makes `max` the default limit of a container that has none.
"""

import pytest

from compiler.diagnostics import codes

LIMITS = {"min": {"cpu": "100m", "memory": "64Mi"}, "default": {"cpu": 1}, "max": {"cpu": 2, "memory": "2Gi"}}


def limit_findings(made) -> list[tuple[tuple, str]]:
    return [
        (finding.subject.pointer, finding.message)
        for finding in made.findings
        if finding.code is codes.NAMESPACE_LIMIT_EXCEEDED
    ]


@pytest.mark.parametrize(
    ("resources", "field", "message"),
    [
        ({"cpu": "1", "memory": "3Gi"}, ("resources", "memory"), "3Gi of memory is more than 2Gi, the maximum of a container"),
        ({"cpu": "1", "memory": "1Gi", "limits": {"memory": "4Gi"}}, ("resources", "limits", "memory"), "4Gi of memory is more"),
        ({"cpu": "50m", "memory": "1Gi"}, ("resources", "cpu"), "50m of cpu is less than a container must request"),
        ({"cpu": "1500m", "memory": "1Gi"}, ("resources", "cpu"), "1500m of cpu is more than the default limit"),
    ],
)  # fmt: skip
def test_a_container_outside_of_the_limit_range_is_an_error_at_its_field(resources, field, message, deliver, a_model):
    made = deliver(a_model("one", {"resources": resources}), environment={"namespaceSettings": {"limitRange": LIMITS}})
    [(pointer, text)] = limit_findings(made)
    assert pointer == ("deploy", *field)
    assert message in text


def test_a_container_within_the_limit_range_is_none(deliver, a_model):
    resources = {"cpu": "1500m", "memory": "1Gi", "limits": {"cpu": "2"}}
    made = deliver(a_model("one", {"resources": resources}), environment={"namespaceSettings": {"limitRange": LIMITS}})
    assert limit_findings(made) == []


def test_a_target_that_sets_the_limit_of_cpu_needs_no_default(deliver, a_model):
    """KServe sets a limit of CPU where there is none, so that the template sets it to the request."""
    source = {"format": "sklearn", "uri": "s3://a/b", "digest": "sha256:" + "0" * 64}
    served = {**a_model("one"), "type": "ml", "source": source}
    served["deploy"] = {"target": "kserve", "resources": {"cpu": "1500m", "memory": "1Gi"}}
    made = deliver(served, environment={"namespaceSettings": {"limitRange": LIMITS}})
    assert limit_findings(made) == []


def test_each_container_of_a_pod_is_compared(deliver, a_model):
    sidecar = {
        "name": "log",
        "image": "registry.example/log:1",
        "digest": "sha256:" + "0" * 64,
        "resources": {"cpu": "3", "memory": "1Gi"},
    }
    made = deliver(
        a_model("one", {"resources": {"cpu": "1", "memory": "1Gi"}, "pod": {"containers": [sidecar]}}),
        environment={"namespaceSettings": {"limitRange": {"max": {"cpu": 2}}}},
    )
    [(pointer, _)] = limit_findings(made)
    assert pointer == ("deploy", "pod", "containers", 0, "resources", "cpu")


def test_a_pod_that_alone_exceeds_the_quota_is_an_error_at_its_field(deliver, a_model):
    quota = {"namespaces": {"models": {"cpu": 8, "memory": "4Gi"}}}
    made = deliver(a_model("one", {"resources": {"cpu": "1", "memory": "5Gi"}}), environment={"quota": quota})
    [(pointer, text)] = limit_findings(made)
    assert pointer == ("deploy", "resources", "memory")
    assert "a pod requests 5Gi of memory" in text
