"""A value of a spec is no variable of Kubernetes, no template of KServe, and no other host than it seems."""

import pytest

from compiler.plan.context.endpoints import parse_endpoint

DIGEST = "sha256:" + "0" * 64
STORED = {"uri": "s3://models/one/1.0.0/", "digest": DIGEST}
RUNTIME = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 8080}
VARIABLE = "--key=$(SECRET_KEY)"


def model(kind: str, target: str, source: dict, deploy: dict | None = None, **more) -> dict:
    deploy = {"target": target, "resources": {"cpu": 1, "memory": "1Gi"}, **(deploy or {})}
    head = {
        "kind": "Model",
        "name": "one",
        "lifecycle": "production",
        "summary": "A.",
        "version": "1.0.0",
        "type": kind,
    }
    return {
        "apiVersion": "modelyard/v1",
        **head,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


def containers(value):
    """Every container of an object, and the model of an InferenceService, which becomes one."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key == "containers":
                yield from member
            elif key == "model" and isinstance(member, dict):
                yield member
            yield from containers(member)
    elif isinstance(value, list):
        for element in value:
            yield from containers(element)


MODELS = {
    "runtime of KServe": model("ml", "kserve", {"format": "sklearn", **STORED}, runtime={"args": [VARIABLE]}),
    "own server": model("ml", "kserve", {"format": "sklearn", **STORED}, runtime={**RUNTIME, "args": [VARIABLE]}),
    "own runtime": model(
        "ml", "kserve", {"format": "sklearn", **STORED}, {"options": {"imageAs": "runtime"}}, runtime={**RUNTIME, "args": [VARIABLE]}
    ),
    "policy engine": model("rules", "kubernetes", {"engine": "opa", "files": ["policy.rego"]}, runtime={"args": [VARIABLE]}),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_an_argument_is_no_variable_of_kubernetes(name, build_unit):
    unit = build_unit(MODELS[name])
    arguments = [
        arg for item in unit.objects.values() for container in containers(item) for arg in container.get("args", [])
    ]
    assert "--key=$$(SECRET_KEY)" in arguments, unit.reasons
    assert VARIABLE not in arguments


@pytest.mark.parametrize("name", ["runtime of KServe", "own runtime"])
@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"runtime": {"args": ["--name={{.Namespace}}"]}}, "- --name={{.Namespace}}"),
        ({"runtime": {"health": "/{{.Name}}", "port": 8080}}, "health: /{{.Name}}"),
        ({"deploy": {"env": [{"name": "A", "value": "{{.Namespace}}"}]}}, "value: '{{.Namespace}}'"),
    ],
)
def test_a_template_of_go_is_refused_at_its_line(name, more, line, refusals):
    one = MODELS[name]
    changed = {**one, **{key: {**one[key], **value} for key, value in more.items()}}
    assert any(line in blamed or "double braces" in message for message, blamed in refusals(changed).items())


def test_a_server_of_ones_own_is_no_template(build_unit):
    one = MODELS["own server"]
    unit = build_unit({**one, "deploy": {**one["deploy"], "env": [{"name": "A", "value": "{{.Namespace}}"}]}})
    assert any("{{.Namespace}}" in text for text in unit.texts.values()), unit.reasons


@pytest.mark.parametrize("runtime", [{}, {"runtime": RUNTIME}])
def test_a_uri_of_an_artifact_holds_no_variable(runtime, refusals):
    source = {"format": "sklearn", **STORED, "uri": "s3://models/$(SECRET)/"}
    assert any("start of a variable" in message for message in refusals(model("ml", "kserve", source, **runtime)))


BAD_URLS = (
    "http://features@evil.example", "http://features.bank.example:80@evil.example/", "http://u:secret@features.bank.example",
    "http://features.bank.example\\@evil.example/", "http://features.bank.example{{.Namespace}}:80", "http:///path",
    "http://:80/", "http://a b.example/", "http://ｅvil.example", "http://x.example:999999", "http://[::1", "http://a..@b",
    "http://features.bank.example#@evil.example", "http://features.bank.example?@evil.example", "http://features.bank.example/a#b",
    "http:////features.bank.example", "http:/features.bank.example", "http://features.bank.example:0", "http://features.bank.example:65536",
    "http://a..example", "http://-a.example", "http://a.example.", "http://features", "http://2130706433", "http://0x7f.1", "http://010.0.0.1",
    "http://1.2.3", "http://256.1.1.1", "s3://features/a",
)  # fmt: skip


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_url_whose_host_can_be_misread_is_refused(url, refusals):
    one = MODELS["runtime of KServe"]
    dataset = {"apiVersion": "modelyard/v1", "kind": "Dataset", "name": "features", "endpoint": url}
    uses = {"uses": [{"dataset": "features", "as": {"env": "F"}}]}
    for specs in ([{**one, "deploy": {**one["deploy"], "egress": [url]}}], [{**one, **uses}, dataset]):
        assert any("without user name or password" in message for message in refusals(*specs))


GOOD_URLS = {
    "http://features.bank.example": ("features.bank.example", 80),
    "https://Features.Bank.example:8443/a//b@c?d=e": ("features.bank.example", 8443),
    "http://10.0.0.1:1": ("10.0.0.1", 1),
    "http://[2001:db8::1]:65535": ("2001:db8::1", 65535),
    "kafka://b_1.kafka.data.svc:9092": ("b_1.kafka.data.svc", 9092),
}


@pytest.mark.parametrize("url", GOOD_URLS)
def test_network_policies_read_the_host_and_the_port_of_a_url(url, refusals):
    one = MODELS["runtime of KServe"]
    assert not any(
        "without user name" in message for message in refusals({**one, "deploy": {**one["deploy"], "egress": [url]}})
    )
    parsed = parse_endpoint(url)
    assert parsed is not None
    assert (parsed.host, parsed.port) == GOOD_URLS[url]


@pytest.mark.parametrize(
    "uri", ["s3://key:secret@bucket/a", "https://user@x.example/a", "abfss://a:b@c.example/d", "s3://a/{b}"]
)
def test_a_uri_holds_no_credentials(uri, refusals):
    source = {"format": "sklearn", **STORED, "uri": uri}
    assert any("without user name or password" in message for message in refusals(model("ml", "kserve", source)))


@pytest.mark.parametrize(
    "uri", ["abfss://data@bank.dfs.core.windows.net/a", "https://x.example/a@b:c", "s3://a/b?c=d&e=%7B"]
)
def test_a_uri_without_credentials_is_accepted(uri, refusals):
    dataset = {"apiVersion": "modelyard/v1", "kind": "Dataset", "name": "features", "uri": uri}
    assert not any("expected" in message for message in refusals(MODELS["runtime of KServe"], dataset))
