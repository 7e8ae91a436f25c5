"""Rules and monitors are what Prometheus and its operator take, and every name in them is a constant of one file."""

import json
import re
import subprocess

import pytest
import yaml

from compiler.foundation.resources import shipped_folder
from compiler.json_schema.validator import Validator
from compiler.plan import conventions


def groups(text: str) -> list:
    read = yaml.load(text, Loader=yaml.CSafeLoader)
    return read.get("groups") or read["spec"]["groups"]


@pytest.fixture(scope="session")
def rule_files(portfolio) -> dict[str, str]:
    return {path: text for path, text in portfolio.items() if path.endswith((".rules.yaml", "/prometheusrule.yaml"))}


def test_rules_are_files_where_no_operator_is_and_objects_where_one_is(rule_files):
    assert {path.partition("/")[0] for path in rule_files if path.endswith(".rules.yaml")} == {"staging"}
    assert {path.partition("/")[0] for path in rule_files if path.endswith("prometheusrule.yaml")} == {"prod"}


@pytest.mark.parametrize(
    ("model", "slo"),
    [
        ("card-fraud", "latency-100ms"), ("complaint-summary", "first-token-1s"), ("credit-policy", "availability"),
        ("cash-logistics", "freshness"), ("authorisation-route", "availability"), ("bureau-score", "availability"),
        ("dispute-agent", "availability"), ("ownership-graph", "latency-2500ms"),
    ],
)  # fmt: skip
def test_the_sample_shows_it_for_models_of_many_types(rule_files, model, slo):
    alert_rules = [
        rule
        for path, text in rule_files.items()
        for group in groups(text)
        for rule in group["rules"]
        if path.split("/")[1] == model and rule["labels"].get("modelyard_slo") == slo and "alert" in rule
    ]
    assert alert_rules


def test_prometheus_takes_all_rules(rule_files, program, tmp_path):
    for number, text in enumerate(rule_files.values()):
        (tmp_path / f"{number}.yaml").write_text(
            yaml.dump({"groups": groups(text)}, Dumper=yaml.CSafeDumper), encoding="utf-8"
        )
    tool = program("promtool", "apt-get install prometheus")
    done = subprocess.run(
        [tool, "check", "rules", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("SUCCESS") == len(rule_files)


def test_it_refuses_a_rule_that_is_none(rule_files, program, tmp_path):
    text = next(iter(rule_files.values())).replace("or vector(0))", "or vector(0)", 1)
    (tmp_path / "a.yaml").write_text(yaml.dump({"groups": groups(text)}, Dumper=yaml.CSafeDumper), encoding="utf-8")
    tool = program("promtool", "apt-get install prometheus")
    assert (
        subprocess.run([tool, "check", "rules", str(tmp_path / "a.yaml")], capture_output=True, check=False).returncode
        != 0
    )


def test_rule_files_keep_the_official_schema_and_ours_and_no_mutant_does(rule_files, external_schemas, schema, mutants):
    official = Validator(json.loads((external_schemas / "schemastore" / "prometheus.rules.json").read_bytes()))
    own_schema = schema("prometheus", "rules.schema.json")
    for path, text in rule_files.items():
        document = {"groups": groups(text)}
        assert official.violations(document) == (), path
        assert own_schema.violations(document) == (), path
    smallest = min((groups(text) for path, text in rule_files.items() if "card-fraud" in path), key=len)
    for what, broken in mutants({"groups": [smallest[0]]}):
        assert own_schema.violations(broken) or "labels'): a key" in what or "annotations'): a key" in what, what
        # An unknown label is a label; its value is a text.
        assert own_schema.violations(broken), what


KINDS = {"prometheusrule": "PrometheusRule", "servicemonitor": "ServiceMonitor", "podmonitor": "PodMonitor"}


@pytest.mark.parametrize("name", KINDS)
def test_objects_keep_the_operators_own_definition_and_no_mutant_does(portfolio, official, mutants, name):
    resources = {
        path: yaml.load(text, Loader=yaml.CSafeLoader)
        for path, text in portfolio.items()
        if path.endswith(f"/{name}.yaml")
    }
    assert resources
    for path, data in resources.items():
        assert official(name).violations(data) == (), path
        assert data["kind"] == KINDS[name]
        assert data["metadata"]["labels"]["release"] == "kube-prometheus-stack", "its Prometheus looks for this label"
    data = next(iter(resources.values()))
    small = {**data, "spec": {"groups": data["spec"]["groups"][:1]}} if name == "prometheusrule" else data
    for mutation, mutant in mutants(small):
        if (
            "'metadata'" not in mutation
            and "('apiVersion'" not in mutation
            and "('kind'" not in mutation
            and "'labels'" not in mutation
            and "matchLabels" not in mutation
        ):
            assert official(name).violations(mutant), mutation


def test_a_service_monitor_finds_a_service_and_its_port(portfolio):
    found = [path for path in portfolio if path.endswith("/servicemonitor.yaml")]
    assert found
    for path in found:
        monitor, service = (
            yaml.load(portfolio[path], Loader=yaml.CSafeLoader),
            yaml.load(portfolio[path.replace("servicemonitor", "service")], Loader=yaml.CSafeLoader),
        )
        assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        assert monitor["metadata"]["namespace"] == service["metadata"]["namespace"]
        ports = {port["name"] for port in service["spec"]["ports"]}
        assert {endpoint["port"] for endpoint in monitor["spec"]["endpoints"]} <= ports


def test_what_is_applied_is_listed_and_what_is_not_is_left_out(portfolio):
    listed = yaml.load(portfolio["prod/card-fraud/kustomization.yaml"], Loader=yaml.CSafeLoader)["resources"]
    assert "prometheusrule.yaml" in listed
    assert not [one for one in listed if one.endswith((".json", ".openslo.yaml"))]
    assert (
        "card-fraud.rules.yaml"
        not in yaml.load(portfolio["staging/card-fraud/kustomization.yaml"], Loader=yaml.CSafeLoader)["resources"]
    )


def known_names() -> tuple[set[str], set[str], set[str], set[str]]:
    watched = conventions.TEMPLATE_NAMES
    return tuple(
        {str(name) for name in watched[part].values()} for part in ("labels", "series", "alerts", "annotations")
    )  # type: ignore[return-value]


def test_every_recorded_name_is_a_constant_of_one_file(rule_files):
    labels, series, alerts, annotations = known_names()
    for text in rule_files.values():
        for rule in (rule for group in groups(text) for rule in group["rules"]):
            assert set(rule["labels"]) <= labels
            assert set(rule.get("annotations", {})) <= annotations
            assert rule.get("alert", conventions.ALERT_BURN) in alerts
            record = rule.get("record")
            assert (
                record is None
                or record in series
                or re.fullmatch(rf"{conventions.ERROR_RATIO_SERIES}[0-9]+[mhd]", record)
            )


def test_no_template_writes_such_a_name_itself():
    labels, series, alerts, _ = known_names()
    words = re.compile(
        "|".join(
            map(re.escape, sorted((labels - {conventions.SEVERITY_LABEL}) | series | alerts, key=len, reverse=True))
        )
    )
    for path in (shipped_folder("templates") / "monitoring").rglob("*.j2"):
        assert not words.findall(path.read_text("utf-8")), path
