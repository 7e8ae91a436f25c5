"""A violation is reported at the line to edit, with the value there, and the policy behind it."""

import pytest

MODEL_PATH = "models/refunds.yaml"
EXAMPLES = """examples:
  good: [{model: {type: rules, %s}}]
  bad: [{model: {type: rules, %s}}]
"""


def policy(rule: str, good: str, bad: str, more: str = "") -> str:
    return f"{more}rules:\n{rule}\n{EXAMPLES % (good, bad)}"


def spots(findings):
    return [(item.code.id, item.location.path, item.location.line, item.location.column) for item in findings]


AVAILABLE = policy(
    "  - {expression: quantities.sla.availability >= 0.999, message: it answers too seldom}",
    "sla: {availability: 99.9%}",
    "sla: {availability: 99.8%}",
)


def test_a_value_is_reported_where_it_stands_with_what_it_is(check_findings) -> None:
    [item] = check_findings(AVAILABLE)
    assert spots([item]) == [("rule", MODEL_PATH, 11, 21)]
    assert item.message == "refunds: it answers too seldom; sla.availability is `99%`"
    assert (item.help, item.is_blocking, item.subject.environment) == ("do it", True, None)


def test_a_policy_that_is_kept_says_nothing(check_findings) -> None:
    assert check_findings(AVAILABLE.replace("0.999", "0.9").replace("99.8%", "89%")) == []


def test_of_a_list_the_element_that_fails_is_reported(check_findings) -> None:
    rule = policy(
        "  - expression: model.deploy.secrets.all(s, s.key.startsWith('shop/'))\n    message: a secret of another team",
        "deploy: {secrets: [{name: x, key: shop/x, env: X}]}",
        "deploy: {secrets: [{name: x, key: a/x, env: X}]}, policies: []",
        "match: {when: has(model.deploy.secrets)}\n",
    )
    [item] = check_findings(rule)
    assert spots([item]) == [("rule", MODEL_PATH, 17, 24)]
    assert item.message == "refunds: a secret of another team; deploy.secrets[1].key is `other/two`"
    assert item.anchor == ("deploy", "secrets", "two", "key")


APPROVALS = """approvals:
  - {role: model-risk, team: risk, decision: approved, date: "2026-01-01", environment: prod, runtimeDigest: %s, governanceDigest: %s}
  - {role: validator, team: risk, decision: approved, date: "2026-01-01", environment: prod, runtimeDigest: %s, governanceDigest: %s}
"""


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ("approvals.all(a, a.role == 'model-risk')", 3),
        ("size(approvals) == 1 || approvals.all(a, a.role != 'validator')", 3),
        ("approvals.exists(a, a.role == 'head')", 1),
        ("size(approvals) > 5", 1),
    ],
)
def test_a_rule_with_the_path_of_a_list_is_reported_at_the_element_that_fails(
    condition, line, check_findings, tree
) -> None:
    """Where no element is at fault, at the key of the list, and not at its first element."""
    digest = "sha256:" + "0" * 64
    text = tree().read(MODEL_PATH).decode()
    model = text + APPROVALS % (digest, digest, digest, digest)
    bad = EXAMPLES % ("approvals: []", "approvals: []")
    rule = f"rules:\n  - {{expression: {condition!r}, path: approvals, message: an approval is wrong}}\n{bad}"
    findings = [finding for finding in check_findings(rule, models__refunds=model) if finding.code.id == "rule"]
    assert [finding.location.line - text.count("\n") for finding in findings] == [line]


def test_a_value_that_a_folder_sets_is_reported_in_the_folders_file(check_findings) -> None:
    defaults = "apiVersion: modelyard/v1\nkind: Defaults\nmonitoring:\n  - {signal: dataDrift, threshold: 0.2, action: ticket}\n"
    rule = policy(
        "  - expression: model.monitoring.all(m, m.action == 'page')\n    message: nobody is paged",
        "monitoring: [{signal: dataDrift, threshold: 0.2, action: page}]",
        "monitoring: [{signal: dataDrift, threshold: 0.2, action: ticket}]",
        "match: {when: has(model.monitoring)}\n",
    )
    [item] = check_findings(rule, models___defaults=defaults)
    assert spots([item]) == [("rule", "models/_defaults.yaml", 4, 49)]


def test_what_is_missing_is_reported_at_its_parent(check_findings) -> None:
    rule = policy(
        "  - {expression: has(model.sla.latency.p99), message: no latency}",
        "sla: {latency: {p99: 1s}}",
        "sla: {availability: 99%}",
    )
    [item] = check_findings(rule)
    assert spots([item]) == [("rule", MODEL_PATH, 11, 1)]
    assert item.message == "refunds: no latency; sla.latency is missing"


def test_an_overlay_is_reported_with_its_environment(check_findings, tree) -> None:
    model = (
        tree()
        .read(MODEL_PATH)
        .decode()
        .replace("prod: {}", "prod: {sla: {availability: 90%}}")
        .replace("sla: {availability: 99%}\n", "sla: {availability: 99.9%}\n")
    )
    [item] = check_findings(AVAILABLE, models__refunds=model)
    assert (item.subject.environment, item.location.line) == ("prod", 19)


def test_a_release_is_reported_at_its_source(check_findings) -> None:
    rule = policy(
        "  - {expression: has(release.source.tests), message: nothing tests it}",
        "release: {source: {engine: opa, files: [a.rego], tests: [t.rego]}}",
        "release: {source: {engine: opa, files: [a.rego]}}",
    )
    assert spots(check_findings(rule)) == [("rule", MODEL_PATH, 9, 1)]


def test_a_dataset_is_reported_where_the_model_names_it(check_findings) -> None:
    rule = (
        "rules:\n  - {expression: \"datasets.all(d, d.classification == 'public')\", message: not for everybody}\n"
        "examples:\n  good: [{datasets: [{name: x, classification: public}]}]\n"
        "  bad: [{datasets: [{name: x, classification: internal}], path: 'datasets[0].classification'}]\n"
    )
    assert spots(check_findings(rule)) == [("rule", MODEL_PATH, 10, 21)]


def test_messages_name_values(check_findings) -> None:
    rule = policy(
        "  - {expression: quantities.sla.availability >= 0.999, "
        "message: '{model.sla.availability} is promised by {model.owner} of {team.name}'}",
        "sla: {availability: 99.9%}",
        "owner: x, sla: {availability: 1%}",
    ).replace("owner: x, sla: {availability: 1%}}", "owner: x, sla: {availability: 1%}}, team: {name: x}")
    [item] = check_findings(rule)
    assert item.message == "refunds: 99% is promised by pricing of pricing"


def test_a_schema_is_kept_as_rules_are(check_findings) -> None:
    rule = "schema: {properties: {sla: {required: [latency]}}}\n" + EXAMPLES % (
        "sla: {latency: {p99: 1s}}",
        "sla: {availability: 99%}",
    )
    [item] = check_findings(rule)
    assert spots([item]) == [("rule", MODEL_PATH, 11, 1)]


@pytest.mark.parametrize(
    ("match", "selected_models"),
    [
        ("{types: [rules]}", True), ("{types: [ml]}", False), ("{lifecycle: [production]}", True), ("{lifecycle: [pilot]}", False),
        ("{tiers: [low]}", True), ("{tiers: [high]}", False), ("{owners: [pricing]}", True), ("{owners: [risk]}", False),
        ("{labels: {a: b}}", False), ("{environments: [prod]}", True), ("{environments: [staging]}", False),
        ("{when: has(model.sla)}", True), ("{when: has(model.slo)}", False), ("{classification: {eu-ai-act: [high-risk]}}", False),
    ],
)  # fmt: skip
def test_a_policy_is_for_those_whom_its_match_selects(check_findings, match, selected_models) -> None:
    rule = "rules:\n  - {expression: model.name == 'x', message: wrong}\n"
    data = "type: rules, lifecycle: production, sla: {availability: 99%}, governance: {risk: {tier: low}}, owner: pricing, labels: {a: b}"
    for name, value in (
        ("ml", "{types: [ml]}"),
        ("pilot", "{lifecycle: [pilot]}"),
        ("high", "{tiers: [high]}"),
        ("risk", "{owners: [risk]}"),
    ):
        if value == match:
            data = data.replace(
                {"ml": "type: rules", "pilot": "lifecycle: production", "high": "tier: low", "risk": "owner: pricing"}[
                    name
                ],
                {"ml": "type: ml", "pilot": "lifecycle: pilot", "high": "tier: high", "risk": "owner: risk"}[name],
            )
    data += ", slo: {availability: 99%}" if "slo" in match else ""
    use = ", useCase: {classification: {eu-ai-act: {value: high-risk}}}" if "classification" in match else ""
    examples = (
        f"examples:\n  good: [{{model: {{name: x, {data}}}{use}}}]\n  bad: [{{model: {{name: z, {data}}}{use}}}]\n"
    )
    items = check_findings(f"match: {match}\n{rule}{examples}")
    if selected_models:
        assert [item.code.id for item in items] == ["rule"]
    else:
        assert [(item.code.id, item.location.path) for item in items] == [("MY304", "modelyard.yaml")]


FLEET = """scope: fleet
rules:
  - expression: models.all(m, m.model.summary != 'Refunds or not')
    message: another policy requires the same
examples:
  good: [{models: [{name: a, type: rules, summary: b}]}]
  bad: [{models: [{name: a, type: rules, summary: Refunds or not}], path: 'models[0].model.summary'}]
"""


def test_a_fleet_policy_is_evaluated_on_all_models_and_reported_at_the_model(check_findings) -> None:
    items = check_findings(FLEET)
    assert spots(items) == [("rule", MODEL_PATH, 6, 10)]


RENDERED_POLICY = """scope: object
objects: {kinds: [Deployment]}
rules:
  - expression: object.spec.template.spec.containers.all(c, c.resources.requests.cpu != '100m')
    message: too little
examples:
  good: [{object: {kind: Deployment, spec: {template: {spec: {containers: [{resources: {requests: {cpu: "1"}}}]}}}}}]
  bad: [{object: {kind: Deployment, spec: {template: {spec: {containers: [{resources: {requests: {cpu: 100m}}}]}}}}}]
"""


def test_what_is_rendered_is_reported_at_the_specs_line(check_findings, build_findings) -> None:
    assert check_findings(RENDERED_POLICY) == []
    items = [item for item in build_findings(RENDERED_POLICY) if item.code.id == "rule"]
    assert set(spots(items)) == {("rule", MODEL_PATH, 14, 20)}
    assert items[0].message.startswith(
        "refunds: dev/refunds/deployment.yaml: spec.template.spec.containers[0].resources.requests.cpu: too little"
    )


def test_a_model_that_runs_nowhere_is_judged_as_it_is(check_findings, tree) -> None:
    model = (
        tree()
        .read(MODEL_PATH)
        .decode()
        .replace("environments: {dev: {}, prod: {}}", "")
        .replace("production", "proposed")
    )
    assert spots(check_findings(AVAILABLE, models__refunds=model)) == [("rule", MODEL_PATH, 11, 21)]


def test_what_is_decided_otherwise_elsewhere_says_where(check_findings) -> None:
    """One value, mandatory in one environment and advisory in another: two findings that a baseline can tell apart."""
    rule = AVAILABLE.replace("rules:", "enforcementIn: {dev: advisory}\nrules:", 1)
    items = check_findings(rule)
    assert [(item.affected_environments, item.is_blocking) for item in items] == [(("dev",), False), (("prod",), True)]
    assert len({item.fingerprint for item in items}) == 1, "one value, whatever it is decided to be"


def on_the_fleet(condition: str, message: str, good: str, bad: str, group_by: str | None = "model.summary") -> str:
    """A policy on the fleet, with two models a and b that keep it, and two that break it."""

    def models(model_pair: str) -> str:
        a, b = model_pair.split(" | ")
        return f"{{models: [{{name: a, type: rules, {a}}}, {{name: b, type: rules, {b}}}]}}"

    group = f'groupBy: "{group_by}"\n' if group_by else ""
    examples = f"examples:\n  good: [{models(good)}]\n  bad: [{models(bad)}]\n"
    return f'scope: fleet\n{group}rules:\n  - expression: {condition}\n    message: "{message}"\n{examples}'


SUMMARIES = {"good": "summary: x | summary: z", "bad": "summary: x | summary: x"}
SAME_SUMMARY_POLICY = on_the_fleet(
    "models.all(m, m.model.name == models[0].model.name)", "{models[0].model.name} says the same", **SUMMARIES
)


def returns(tree) -> str:
    """Another model that says what the first one says."""
    return tree().read(MODEL_PATH).decode().replace("name: refunds", "name: returns", 1)


def test_models_are_grouped_by_what_they_say(check_findings, tree) -> None:
    [item] = check_findings(SAME_SUMMARY_POLICY, models__returns=returns(tree))
    assert (item.subject.name, item.location.line, item.message) == ("returns", 3, "returns: refunds says the same")
    assert (
        check_findings(SAME_SUMMARY_POLICY, models__returns=returns(tree).replace("Refunds or not", "Returns or not"))
        == []
    )


def test_a_policy_of_one_environment_names_that_environment(check_findings) -> None:
    items = check_findings(AVAILABLE.replace("rules:", "match: {environments: [prod]}\nrules:", 1))
    assert [(item.affected_environments, item.subject.environment) for item in items] == [(("prod",), None)]


def test_what_is_wrong_with_a_whole_model_is_reported_once(check_findings, tree) -> None:
    model = tree().read(MODEL_PATH).decode().replace("prod: {}", "prod: {sla: {availability: 99.5%}}")
    items = check_findings(on_the_fleet("models.size() < 2", "more than one", **SUMMARIES), models__refunds=model)
    assert [(item.subject.environment, item.location.line) for item in items] == [(None, 3)]


def test_what_a_group_breaks_is_reported_of_each_in_it_and_of_no_model_without_a_group(check_findings, tree) -> None:
    rule = on_the_fleet(
        "models.size() < 2", "{models.size()} in a row", "labels: {row: a} | labels: {row: b}",
        "labels: {row: a} | labels: {row: a}", "has(model.labels.row) ? model.labels.row : ''",
    )  # fmt: skip
    assert check_findings(rule, models__returns=returns(tree)) == []
    texts = {"models__refunds": tree().read(MODEL_PATH).decode(), "models__returns": returns(tree)}
    labelled = {name: text.replace("owner:", "labels: {row: '7'}\nowner:") for name, text in texts.items()}
    assert {(item.subject.name, item.message) for item in check_findings(rule, **labelled)} == {
        ("refunds", "refunds: 4 in a row"), ("returns", "returns: 4 in a row"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("group_by", "message"),
    [
        ("model.sumary", "there is no field `sumary`"),
        ("models[0].model.name", "there is no"),
        ("[model.name]", "its value is a list or a map, not a single value"),
        ("model.labels['row']", "is not there"),
    ],
)
def test_a_group_that_cannot_be_reported_is_the_policys_mistake(check_findings, group_by, message) -> None:
    items = check_findings(SAME_SUMMARY_POLICY.replace('groupBy: "model.summary"', f'groupBy: "{group_by}"'))
    assert any(item.code.id in {"MY302", "MY303"} and message in item.message and item.is_blocking for item in items)


def test_groups_are_of_the_fleet_alone(check_findings) -> None:
    items = check_findings(AVAILABLE.replace("rules:", "groupBy: model.name\nrules:", 1))
    assert [(item.code.id, item.help) for item in items] == [("MY302", "set `scope: fleet`")]


def test_a_rule_that_goes_through_too_many_pairs_says_what_to_do(check_findings, tree) -> None:
    model = tree().read(MODEL_PATH).decode()
    many = {f"models__m{n}": model.replace("name: refunds", f"name: m{n}", 1) for n in range(60)}
    pairs = "models.all(a, models.all(b, a.model.name == b.model.name || a.model.summary != 'x'))"
    [item] = check_findings(
        on_the_fleet(pairs, "so", "summary: z | summary: z", "summary: x | summary: x", group_by=None), **many
    )
    assert (item.code.id, item.message) == ("MY303", "rule: it goes through too many elements")
    assert item.help == "set `groupBy`, so that rules are evaluated for one group of models at a time"


def test_a_pattern_that_takes_too_long_is_the_policys_mistake(check_findings, tree) -> None:
    rule = "schema: {properties: {summary: {pattern: '^(a|a)*\\1b$'}}}\n" + EXAMPLES % ("summary: bb", "summary: ba")
    rule = rule.replace("summary: bb", "labels: {}")
    model = tree().read(MODEL_PATH).decode().replace("Refunds or not", "a" * 60)
    [item] = check_findings(rule, models__refunds=model)
    assert spots([item]) == [("MY303", "models/policy.yaml", 6, 9)]
    assert "takes too long" in item.message


USED = """apiVersion: modelyard/v1
kind: Model
name: basket
type: heuristic
owner: pricing
summary: Sums a basket
lifecycle: production
version: 1.0.0
source: {image: shop.example/basket, digest: "sha256:%s", port: 80, health: /ready}
uses: [{model: refunds, env: REFUNDS_URL}]
deploy: {target: kubernetes}
environments: {%s}
"""


def test_rules_read_which_models_use_a_model_in_the_same_environment(check_findings) -> None:
    rule = """match: {types: [rules]}
rules:
  - {expression: "dependents.exists(d, d.name == 'basket')", path: deploy, message: basket does not use it}
examples:
  good: [{model: {type: rules}, dependents: [{name: basket}]}]
  bad: [{model: {type: rules}, dependents: [{name: other}]}, {model: {type: rules}}]
"""
    [item] = check_findings(rule, models__basket=USED % ("1" * 64, "dev: {}"))
    assert item.message == "refunds: basket does not use it"
    assert check_findings(rule, models__basket=USED % ("1" * 64, "dev: {}, prod: {}")) == []
    invalid = USED % ("1" * 64, "dev: {}") + "sla: {availability: often}\n"
    assert [item.code.id for item in check_findings(rule, models__basket=invalid)] == ["MY103"], (
        "no finding that follows from it"
    )
