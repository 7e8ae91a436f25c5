"""Attempts to evade policies: each is refused, or reported at its location."""

# ruff: noqa: E501 - texts of documents

import pytest

from compiler.policy import secret_detection

HEAD = "apiVersion: modelyard/v1\n"
MODEL_PATH = "models/refunds.yaml"
EXAMPLES = "examples:\n  good: [{model: {owner: pricing}}]\n  bad: [{model: {owner: risk}}]\n"
KEPT_RULE = "rules:\n  - {expression: model.owner == 'pricing', message: not ours}\n" + EXAMPLES
CANARY = f"""{HEAD}kind: Model
name: scores
type: statistical
owner: pricing
summary: Scores
lifecycle: production
releases:
  1.0.0: {{source: {{method: glm, format: onnx, uri: "s3://a/1", digest: "sha256:{"1" * 64}"}}}}
  2.0.0: {{source: {{method: glm, format: pickle, uri: "s3://a/2", digest: "sha256:{"2" * 64}"}}}}
deploy: {{target: kserve, resources: {{cpu: 100m, memory: 64Mi}}}}
governance: {{risk: {{tier: low}}, intendedUse: Scores., limitations: [None known]}}
environments: {{prod: {{release: 1.0.0, canary: {{release: 2.0.0, weight: 10%}}}}}}
"""


def finding_locations(items, *codes):
    return [(item.message, item.location.path, item.location.line) for item in items if item.code.id in codes]


def project(tree, policies: str) -> str:
    return tree().read("modelyard.yaml").decode().replace("policies: [rule]", f"policies: [{policies}]")


def test_the_policies_of_the_main_release_apply_to_a_canary(check_findings, tree) -> None:
    items = check_findings(modelyard=project(tree, "supply-chain/no-pickle-in-production"), models__scores=CANARY)
    assert finding_locations(items, "supply-chain/no-pickle-in-production") == [
        (
            "scores (canary 2.0.0): artifacts of this format can run code when they are loaded; source.format is `pickle`",
            "models/scores.yaml",
            10,
        )
    ]
    sound = CANARY.replace("format: pickle", "format: pmml")
    assert (
        finding_locations(
            check_findings(modelyard=project(tree, "supply-chain"), models__scores=sound),
            "supply-chain/no-pickle-in-production",
        )
        == []
    )


def test_a_policy_that_cannot_be_evaluated_is_as_severe_as_a_violation(check_findings, tree, monkeypatch) -> None:
    monkeypatch.setattr(secret_detection, "is_available", lambda: False)
    monkeypatch.setattr(secret_detection.SecretDetectors, "are_available", False, raising=False)
    [item] = [
        one
        for one in check_findings(modelyard=project(tree, "supply-chain/no-plaintext-secret"))
        if one.code.id == "MY313"
    ]
    assert (item.is_blocking, item.code.severity.value, item.help) == (
        True,
        "critical",
        "pip install 'modelyard[secrets]'",
    )
    assert item.location.path == "modelyard.yaml", "the user can edit the line that binds it, and no shipped file"
    assert [note.location.path for note in item.notes] == ["modelyard:schemas/policies/supply-chain/secrets.yaml"]


def test_the_address_of_a_dataset_holds_no_password(check_findings, tree) -> None:
    base = tree().read("models/base.yaml").decode().replace(
        "classification: internal", "classification: internal\nendpoint: http://reader:open-sesame-9Xk2@orders.example:8080"
    )  # fmt: skip
    [item] = [finding for finding in check_findings(models__base=base) if finding.code.id == "MY103"]
    assert (item.location.path, item.location.line) == ("models/base.yaml", 32)
    assert "without user name or password" in item.message


@pytest.mark.parametrize(
    "rule", ["model.labels.map(k, k)[0] in ['p', 'q']", "model.labels.filter(k, k != 'p').size() < 4"]
)
def test_a_rule_that_hangs_on_the_order_of_keys_is_refused(check_findings, tree, rule) -> None:
    model = tree().read(MODEL_PATH).decode().replace("owner:", 'labels: {p: "1", q: "2", r: "3", s: "4"}\nowner:')
    policy = f'rules:\n  - {{expression: "!has(model.labels) || {rule}", message: no}}\n'
    policy += "examples:\n  good: [{model: {labels: {p: a}}}]\n  bad: [{model: {labels: {z: a}}}]\n"
    messages = [item.message for item in check_findings(policy, models__refunds=model) if item.code.id == "MY303"]
    assert len(messages) == 1
    assert "the keys of `model.labels` have no order" in messages[0]


def test_a_map_in_a_message_is_reported_in_one_order(check_findings, tree) -> None:
    model = tree().read(MODEL_PATH).decode().replace("owner:", 'labels: {s: "1", p: "2", r: "3"}\nowner:')
    policy = 'rules:\n  - {expression: "!has(model.labels)", path: labels, message: "it has {model.labels}"}\n'
    policy += "examples:\n  good: [{model: {owner: x}}]\n  bad: [{model: {labels: {z: a}}}]\n"
    [item] = check_findings(policy, models__refunds=model)
    assert item.message == 'refunds: it has {"p": "2", "r": "3", "s": "1"}'


FLEET = """scope: fleet
rules:
  - {expression: models.size() < 2, message: more than one}
examples:
  good: [{models: [{name: a, type: rules}]}]
  bad: [{models: [{name: a, type: rules}, {name: b, type: rules}]}]
"""


@pytest.mark.parametrize(
    ("enforcement", "mandatory"),
    [
        ("enforcement: advisory\nenforcementIn: {prod: mandatory}\n", True),
        ("enforcementIn: {dev: advisory}\n", True),
        ("enforcement: advisory\n", False),
    ],
)
def test_a_fleet_policy_is_as_strict_as_for_any_model_and_reported_at_the_rule(
    check_findings, enforcement, mandatory
) -> None:
    [item] = check_findings(enforcement + FLEET)
    assert (item.is_blocking, item.location.path, item.location.line) == (
        mandatory,
        "models/policy.yaml",
        6 + enforcement.count("\n") + 2,
    )


def test_a_waiver_for_one_model_does_not_except_the_fleet(check_findings) -> None:
    waiver = f"{HEAD}kind: Waiver\nname: once\npolicies: [rule]\nmodels: {{names: [refunds]}}\nenvironments: [dev]\nreason: It moves in spring.\n"
    waiver += 'ticket: SHOP-12\napprovedBy: [{team: risk, role: model-risk}]\nexpires: "2027-06-30"\n'
    assert [item.is_blocking for item in check_findings(FLEET, models__waiver=waiver) if item.code.id == "rule"] == [
        True
    ]


def test_a_schema_of_the_fleet_is_reported_of_each_model_once(check_findings) -> None:
    schema = "scope: fleet\nschema: {items: {properties: {model: {properties: {summary: {minLength: 20}}}}}}\n"
    schema += "examples:\n  good: [{models: [{name: a, type: rules, summary: as long as it has to be}]}]\n  bad: [{models: [{name: a, type: rules, summary: short}]}]\n"
    [item] = check_findings(schema)
    assert (item.message.startswith("refunds: model.summary: "), item.location.line) == (True, 6)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("datasets[0].classification", "size(datasets) > 3"),
        ("dependencies[5].model", "size(dependencies) > 3"),
        ("secretCandidates[5].kind", "size(datasets) > 3"),
    ],
)
def test_a_path_to_an_element_that_is_not_there_is_no_bug(check_findings, path, rule) -> None:
    policy = f'rules:\n  - {{expression: "{rule}", path: "{path}", message: few}}\n'
    policy += "examples:\n  good: [{model: {type: ml}, datasets: [{name: a}, {name: b}, {name: c}, {name: d}], dependencies: [{name: a, type: ml}, {name: b, type: ml}, {name: c, type: ml}, {name: d, type: ml}]}]\n  bad: [{model: {type: ml}}]\n"
    items = check_findings(policy)
    assert {item.code.id for item in items} <= {"rule", "MY302"}
    assert items


@pytest.mark.parametrize("day", ["0000-01-01", "2027-02-30"])
def test_a_day_that_is_none_is_refused(check_findings, day) -> None:
    assert {item.code.id for item in check_findings(f'mandatoryFrom: "{day}"\n{KEPT_RULE}')} >= {"MY103"}


@pytest.mark.parametrize("path", ["", ".", "....", "]", "a..b", "deploy.env[" + "9" * 5000 + "]"])
def test_a_waivers_path_is_one(check_findings, path) -> None:
    waiver = f"{HEAD}kind: Waiver\nname: once\npolicies: [rule]\nmodels: {{names: [refunds]}}\nreason: It moves in spring.\nticket: SHOP-12\n"
    waiver += f'approvedBy: [{{team: risk, role: model-risk}}]\nexpires: "2027-06-30"\npaths: ["{path}"]\n'
    assert "MY103" in {item.code.id for item in check_findings(KEPT_RULE, models__waiver=waiver)}


SECRETS = """rules:
  - {expression: "model.deploy.secrets.all(s, s.key.startsWith('shop/'))", message: not so}
examples:
  good: [{model: {deploy: {secrets: [{name: x, key: shop/x, env: X}]}}}]
  bad: [{model: {deploy: {secrets: [{name: x, key: a/x, env: X}]}}}]
"""


@pytest.mark.parametrize("path", ["deploy.secrets[two]", "deploy.secrets[1]", "deploy.secrets[1].key", "deploy"])
def test_a_waiver_may_name_a_value_as_the_finding_does(check_findings, path) -> None:
    waiver = f"{HEAD}kind: Waiver\nname: once\npolicies: [rule]\nmodels: {{names: [refunds]}}\nreason: It moves in spring.\nticket: SHOP-12\n"
    waiver += f'approvedBy: [{{team: risk, role: model-risk}}]\nexpires: "2027-06-30"\npaths: ["{path}"]\n'
    assert [(item.code.id, item.status.value) for item in check_findings(SECRETS, models__waiver=waiver)] == [
        ("rule", "waived")
    ]


RENDERED_POLICY = """scope: object
objects: {kinds: [Deployment]}
rules:
  - {expression: "object.spec.template.spec.containers.all(c, c.resources.requests.cpu != '100m')", message: too little}
examples:
  good: [{object: {kind: Deployment, spec: {template: {spec: {containers: [{resources: {requests: {cpu: "1"}}}]}}}}}]
  bad: [{object: {kind: Deployment, spec: {template: {spec: {containers: [{resources: {requests: {cpu: 100m}}}]}}}}}]
"""


@pytest.mark.parametrize(
    ("path", "status"), [("deploy.resources", "waived"), ("deploy.resources.cpu", "waived"), ("deploy.secrets", "open")]
)
def test_what_is_rendered_is_waived_at_the_value_of_the_spec(build_findings, path, status) -> None:
    waiver = f"{HEAD}kind: Waiver\nname: once\npolicies: [rule]\nmodels: {{names: [refunds]}}\nreason: It moves in spring.\nticket: SHOP-12\n"
    waiver += f'approvedBy: [{{team: risk, role: model-risk}}]\nexpires: "2027-06-30"\npaths: ["{path}"]\n'
    assert {
        item.status.value for item in build_findings(RENDERED_POLICY, models__waiver=waiver) if item.code.id == "rule"
    } == {status}


def test_kinds_that_nothing_is_of_are_reported_once_everything_was_rendered(check_findings, build_findings) -> None:
    slip = RENDERED_POLICY.replace("Deployment", "Deploymnet")
    assert [item.code.id for item in check_findings(slip)] == []
    assert finding_locations(build_findings(slip), "MY304") == [
        ("rule: no rendered object has one of its kinds", "models/policy.yaml", 7)
    ]
    other = RENDERED_POLICY.replace("object: {kind: Deployment", "object: {kind: Pod")
    assert "MY305" in {item.code.id for item in check_findings(other)}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("sumary.nope", "there is no field `sumary`"),
        ("sla.availabilty", "there is no field `availabilty`"),
        ("team.nam", "there is no field `nam`"),
    ],
)
def test_a_rules_path_leads_to_something_that_the_language_has(check_findings, path, message) -> None:
    items = check_findings(KEPT_RULE.replace("message: not ours", f"path: {path}, message: not ours"))
    assert [(item.code.id, message in item.message, item.location.line) for item in items] == [("MY302", True, 7)]


GROUPS = """scope: fleet
groupBy: model.summary
rules:
  - {expression: models.size() < 2, path: summary, message: reported twice}
examples:
  good: [{models: [{name: a, type: rules, summary: one}, {name: b, type: rules, summary: two}]}]
  bad: [{models: [{name: a, type: rules, summary: one}, {name: b, type: rules, summary: one}]}]
"""


def test_a_path_on_the_fleet_is_of_each_model_of_a_group(check_findings, tree) -> None:
    model = tree().read(MODEL_PATH).decode()
    other = model.replace("name: refunds", "name: returns")
    line = model.splitlines().index(next(one for one in model.splitlines() if one.startswith("summary"))) + 1
    items = finding_locations(check_findings(GROUPS, models__refunds=model, models__returns=other), "rule")
    assert items == [(f"{name}: reported twice", f"models/{name}.yaml", line) for name in ("refunds", "returns")]
    for path in ("size", "model.sumary"):
        assert [
            item[0].split(":")[1]
            for item in finding_locations(check_findings(GROUPS.replace("path: summary", f"path: {path}")), "MY302")
        ] == [f" no field matches the path `{path}`"]
    assert (
        "there is no `groupBy`"
        in finding_locations(check_findings(GROUPS.replace("groupBy: model.summary\n", "")), "MY302")[0][0]
    )


def test_a_mistake_in_a_schema_is_reported_at_its_element(check_findings) -> None:
    schema = 'schema:\n  properties:\n    summary:\n      minLength: "3"\n' + EXAMPLES
    [item] = check_findings(schema)
    assert (item.code.id, item.location.line) == ("MY302", 9)


@pytest.mark.parametrize(
    ("example", "position"),
    [
        ("{model: {type: rulez, owner: pricing}}", "there is no model type `rulez`"),
        ("{model: {owner: pricing}, datasets: [{name: a, role: trainign}]}", "there is no dataset role `trainign`"),
        ("{model: {owner: pricing, canary: {x: 1}}}", "unknown key `x`"),
        ("{model: {owner: pricing, retirement: {dat: x}}}", "unknown key `dat`"),
    ],
)
def test_an_example_that_no_document_could_be_is_refused(check_findings, example, position) -> None:
    items = check_findings(KEPT_RULE.replace("good: [{model: {owner: pricing}}]", f"good: [{example}]"))
    assert [(item.code.id, position in item.message) for item in items] == [("MY305", True)]


def test_kinds_of_objects_are_for_what_is_rendered(check_findings) -> None:
    assert finding_locations(check_findings("objects: {kinds: [Pod]}\n" + KEPT_RULE), "MY302") == [
        ("rule: `objects` selects rendered objects, but the policy is not evaluated for them", "models/policy.yaml", 6)
    ]


def test_a_rule_that_no_model_can_answer_is_reported_once(check_findings, tree) -> None:
    policy = "rules:\n  - {expression: model.labels.tier == 'one', message: none}\n"
    policy += "examples:\n  good: [{model: {labels: {tier: one}}}]\n  bad: [{model: {labels: {tier: two}}}]\n"
    model = tree().read(MODEL_PATH).decode()
    others = {f"models__m{index}": model.replace("name: refunds", f"name: m{index}") for index in range(4)}
    [item] = [one for one in check_findings(policy, **others) if one.code.id == "MY303"]
    assert (item.message.endswith("(5 models)"), len(item.notes), item.location.line) == (True, 3, 7)


def test_a_waiver_of_tomorrow_says_that_it_excepts_nothing_yet(check_findings) -> None:
    waiver = f"{HEAD}kind: Waiver\nname: once\npolicies: [rule]\nmodels: {{names: [refunds]}}\nreason: It moves in spring.\nticket: SHOP-12\n"
    waiver += 'approvedBy: [{team: risk, role: model-risk}]\nvalidFrom: "2027-05-01"\nexpires: "2027-06-30"\n'
    items = finding_locations(
        check_findings(KEPT_RULE.replace("'pricing'", "'nowhere'"), models__waiver=waiver), "MY310"
    )
    assert items == [("once: it has no effect before 2027-05-01, the date in `validFrom`", "models/waiver.yaml", 9)]
    unknown = finding_locations(
        check_findings(
            KEPT_RULE, models__waiver=waiver.replace("[rule]", "[rul]").replace('validFrom: "2027-05-01"\n', "")
        ),
        "MY310",
    )
    assert unknown == []


def test_examples_that_need_missing_detectors_are_not_evaluated(check_findings, monkeypatch) -> None:
    policy = "rules:\n  - {expression: secretCandidates.size() == 0, message: a secret}\n"
    policy += (
        "examples:\n  good: [{model: {owner: x}}]\n  bad: [{model: {deploy: {env: [{name: TOKEN, value: ghp_"
        + "a1B2" * 9
        + "}]}}}]\n"
    )
    assert {item.code.id for item in check_findings(policy)} == set()
    monkeypatch.setattr(secret_detection.resources, "has_package", lambda name: name != secret_detection.PACKAGE)
    assert {item.code.id for item in check_findings(policy)} == {"MY313"}
