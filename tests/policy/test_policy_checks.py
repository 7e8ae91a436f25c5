"""A mistake in a policy is reported at its characters, before any model is evaluated."""

# ruff: noqa: E501 - texts of documents

import pytest

EXAMPLES = """examples:
  good: [{model: {type: rules, sla: {availability: 99.9%}}}]
  bad: [{model: {type: rules, sla: {availability: 99%}}}]
"""
RULES = "rules:\n  - expression: quantities.sla.availability >= 0.999\n    message: too seldom\n"
SOUND = RULES + EXAMPLES
PATH = "models/policy.yaml"


def finding_positions(findings, code):
    return [
        (item.location.path, item.location.line, item.location.column, item.message)
        for item in findings
        if item.code.id == code
    ]


@pytest.mark.parametrize(
    ("policy", "code", "line", "column", "message"),
    [
        (SOUND.replace("quantities.sla.availability", "quantities.sla.availabilty"), "MY302", 7, 32, "`quantities.sla.availabilty >= 0.999`: there is no field `availabilty` here"),
        (SOUND.replace("quantities.sla.availability", "quantity.sla.availability"), "MY302", 7, 17, None),
        (SOUND.replace(">= 0.999", ">="), "MY302", 7, 47, None),
        (SOUND.replace(">= 0.999", ">= 'much'"), "MY302", 7, 45, None),
        (SOUND.replace("too seldom", "'{model.slaa} is too seldom'"), "MY302", 8, 22, None),
        ("match: {when: model.nam == 'x'}\n" + SOUND, "MY302", 6, 21, "`model.nam == 'x'`: there is no field `nam` here"),
        ("match: {types: [rule]}\n" + SOUND, "MY302", 6, 17, "rule: there is no model type `rule`"),
        ("match: {environments: [prd]}\n" + SOUND, "MY302", 6, 24, "rule: there is no Environment or stage `prd`"),
        ("enforcementIn: {prd: advisory}\n" + SOUND, "MY302", 6, 22, "rule: there is no Environment or stage `prd`"),
        ("controls: [NO-SUCH:1]\n" + SOUND, "MY306", 6, 12, "rule: there is no catalogue `NO-SUCH`"),
        (EXAMPLES, "MY302", 3, 7, "rule: it has neither `schema` nor `rules`"),
        ("schema: {type: 1}\n" + EXAMPLES, "MY302", 6, 16, None),
        ("schema: {properties: {sla: {requried: [latency]}}}\n" + EXAMPLES, "MY302", 6, 29, "`requried` is not a keyword of JSON Schema"),
        ("schema: {$ref: 'https://shop.example/schema.json'}\n" + EXAMPLES, "MY302", 6, 10, "`https://shop.example/schema.json` refers to another document, which is never fetched"),
        ("schema: {$schema: 'http://json-schema.org/draft-07/schema#'}\n" + EXAMPLES, "MY302", 6, 10, None),
        ("schema: {anyOf: [{}, {properties: {a: {minimun: 1}}}]}\n" + EXAMPLES, "MY302", 6, 40, "`minimun` is not a keyword of JSON Schema"),
        (SOUND.replace("availability: 99%", "availability: 99.99%"), "MY305", 11, 9, "rule: a bad example violates no rule"),
        (SOUND.replace("99.9%", "99.8%"), "MY305", 10, 52, "rule: a good example violates it: too seldom; sla.availability is `99.8%`"),
        (SOUND.replace("availability: 99%}}", "availability: 99%}}, path: sla"), "MY305", 11, 64, "rule: the finding reports `sla.availability`, not `sla`"),
        (SOUND.replace("availability: 99%}}", "availability: 99%}}, message: no"), "MY305", 11, 67, "rule: the actual message is: too seldom; sla.availability is `99%`"),
        (SOUND.replace("availability: 99%", "availabilty: 99%"), "MY305", 11, 50, "rule: unknown key `availabilty`"),
        ("match: {types: [ml]}\n" + SOUND, "MY305", 11, 10, "rule: `match` does not select `good 1`, so that the example tests nothing"),
        (SOUND.replace("rules:\n", "rules:\n  - {expression: model.type != 'ml', message: never}\n"), "MY305", 7, 5, "rule: no bad example violates rule 1"),
        (RULES, "MY102", 1, 1, None),
        (RULES + "examples: {good: [{model: {}}], bad: []}\n", "MY103", 9, 38, None),
    ],
)  # fmt: skip
def test_one_slip_is_reported_at_its_place(check_findings, policy, code, line, column, message) -> None:
    items = finding_positions(check_findings(policy), code)
    assert [item[:3] for item in items][:1] == [(PATH, line, column)]
    assert message is None or items[0][3] == message


def test_every_mistake_of_a_schema_is_reported_at_its_place(check_findings) -> None:
    schema = "schema:\n  properties:\n    summary: {minLength: x}\n    owner: {type: txt}\n"
    positions = finding_positions(check_findings(schema + EXAMPLES), "MY302")
    assert [(line, column) for _, line, column, _ in positions] == [(8, 26), (9, 19)]
    assert positions[0][3] == "rule: invalid JSON Schema: 'x' is not of type 'integer'"


def test_a_rule_that_reads_what_is_not_there_is_the_policys_mistake(check_findings) -> None:
    policy = "rules:\n  - {expression: model.slo.availability != '', message: x}\n" + EXAMPLES.replace("sla", "slo")
    items = check_findings(policy.replace("availability: 99%", "availability: ''"))
    assert "MY305" in {item.code.id for item in items}
    keyed = "rules:\n  - {expression: quantities.slo.availability > 0.99, message: x}\n" + EXAMPLES.replace(
        "sla", "slo"
    )
    [item] = check_findings(keyed)
    assert (item.code.id, item.location.path, item.location.line) == ("MY303", PATH, 7)
    assert "could not be evaluated" in item.message
    assert [note.message for note in item.notes] == ["evaluated for refunds"]


def test_an_unknown_policy_name_is_reported_at_its_binding(check_findings, tree) -> None:
    project = tree().read("modelyard.yaml").decode().replace("policies: [rule]", "policies: [rule, rul, baselin]")
    items = check_findings(SOUND.replace("0.999", "0.9").replace(": 99%", ": 80%"), modelyard=project)
    assert [(item.code.id, item.message, item.help) for item in items] == [
        ("MY201", "there is no policy and no pack `rul`", "did you mean `rule`?"),
        ("MY201", "there is no policy and no pack `baselin`", "did you mean `baseline`?"),
    ]


def test_a_shipped_pack_cannot_be_shadowed(check_findings) -> None:
    text = "apiVersion: modelyard/v1\nkind: Policy\nname: {}\ntitle: Mine\nremedy: do it\n"
    mine, taken = (text.format(name) + SOUND for name in ("mine", "baseline"))
    items = check_findings(schemas__policies__baseline__mine=mine, models__policy=taken)
    assert sorted(finding_positions(items, "MY307")) == [
        ("models/policy.yaml", 3, 7, "baseline: the name of `baseline` belongs to a policy or pack of Modelyard"),
        (
            "schemas/policies/baseline/mine.yaml",
            3,
            7,
            "baseline/mine: the name of the pack `baseline` belongs to a policy or pack of Modelyard",
        ),
    ]


def test_a_project_has_packs_of_its_own(check_findings, tree) -> None:
    text = "apiVersion: modelyard/v1\nkind: Policy\nname: mine\ntitle: Mine\nremedy: do it\n" + SOUND
    project = tree().read("modelyard.yaml").decode().replace("policies: [rule]", "policies: [house]")
    [item] = check_findings(modelyard=project, schemas__policies__house__mine=text)
    assert item.code.id == "house/mine"


def test_a_rule_that_loops_is_reported_and_ends(check_findings) -> None:
    many = ", ".join("1" for _ in range(400))
    policy = f"rules:\n  - {{expression: '[{many}].all(a, [{many}].all(b, [{many}].all(c, a + b + c > 0)))', message: x}}\n{EXAMPLES}"
    assert {item.code.id for item in check_findings(policy)} <= {"MY302", "MY303", "MY305"}


KEPT_RULE = """rules:
  - {expression: model.owner == 'pricing', message: not ours}
examples:
  good: [{model: {owner: pricing}}]
  bad: [{model: {owner: risk}}]
"""


def project(tree, instead: str = "") -> str:
    """The project file, with something else where it binds the rule."""
    return tree().read("modelyard.yaml").decode().replace("policies: [rule]", instead)


def test_a_policy_without_a_binding_is_reported(check_findings, tree) -> None:
    [item] = check_findings(KEPT_RULE, modelyard=project(tree))
    assert (item.code.id, item.location.line, item.is_blocking) == ("MY304", 3, False)
    assert item.message == "rule: nothing binds it"


@pytest.mark.parametrize(
    "document",
    [
        "kind: Defaults\npolicies: [rule]",
        "kind: Defaults\nenvironments: {prod: {policies: [rule]}}",
        "kind: Defaults\ntypes: {rules: {policies: [rule]}}",
    ],
)
def test_whoever_binds_it_will_do(check_findings, tree, document) -> None:
    files = {"models___defaults": f"apiVersion: modelyard/v1\n{document}\n"}
    assert check_findings(KEPT_RULE, modelyard=project(tree), **files) == []


@pytest.mark.parametrize("target_file", ["defaults: {policies: [rule]}", "types: {rules: {policies: [rule]}}"])
def test_the_project_may_bind_it_for_some(check_findings, tree, target_file) -> None:
    assert check_findings(KEPT_RULE, modelyard=project(tree, target_file)) == []
    [item] = check_findings(modelyard=project(tree, target_file))
    assert (item.code.id, item.location.path) == ("MY201", "modelyard.yaml")


def test_a_policy_that_has_ended_is_reported(check_findings) -> None:
    rule = 'inForce: {to: "2026-12-31"}\n' + KEPT_RULE
    [item] = check_findings(rule)
    assert (item.code.id, item.message) == ("MY304", "rule: it ended on 2026-12-31")
    assert not item.is_blocking
    assert check_findings(rule, as_of="2026-12-31") == []


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (
            'inForce: {from: "2027-02-01", to: "2027-01-31"}',
            "rule: it ends on 2027-01-31, before it begins on 2027-02-01",
        ),
        (
            'enforcement: advisory\nmandatoryFrom: "2026-06-01"',
            "rule: it is mandatory from 2026-06-01, but `enforcement` is advisory",
        ),
        (
            'mandatoryFrom: "2027-06-01"\ninForce: {to: "2027-05-31"}',
            "rule: it ends on 2027-05-31, before it is mandatory",
        ),
    ],
)
def test_days_that_contradict_each_other_are_refused(check_findings, days, message) -> None:
    [item] = check_findings(f"{days}\n{KEPT_RULE}")
    assert (item.code.id, item.message) == ("MY302", message)


def test_a_project_may_keep_catalogues_of_its_own(check_findings) -> None:
    controls = "framework: SHOP\ntitle: Ours\ncontrols: {C-1: Somebody looks at it}\n"
    rule = "controls: [SHOP:C-1]\n" + KEPT_RULE
    assert check_findings(rule, schemas__controls__SHOP=controls) == []
    [item] = check_findings(rule.replace("C-1", "C-2"), schemas__controls__SHOP=controls)
    assert (item.code.id, item.message) == ("MY306", "rule: SHOP has no control `C-2`")
    broken = check_findings(rule, schemas__controls__SHOP="controls: [")
    assert {(item.code.id, item.location.path) for item in broken} >= {("MY001", "schemas/controls/SHOP.yaml")}


def test_a_policy_and_a_pack_have_names_of_their_own(check_findings) -> None:
    packed = f"apiVersion: modelyard/v1\nkind: Policy\nname: other\ntitle: Another\nremedy: do it\n{KEPT_RULE}"
    [item] = check_findings(KEPT_RULE, schemas__policies__rule__other=packed)
    assert (item.code.id, item.message, item.location.path) == (
        "MY307",
        "rule: `rule` is the name of a pack of this project",
        PATH,
    )


def test_a_bound_policy_has_to_select_a_model(check_findings, tree) -> None:
    files = {"models___defaults": "apiVersion: modelyard/v1\nkind: Defaults\npolicies: [rule, agents]\n"}
    items = check_findings(
        "match: {types: [llm]}\n" + KEPT_RULE.replace("{owner:", "{type: llm, owner:"), modelyard=project(tree), **files
    )
    assert [(item.code.id, item.location.path, item.location.column) for item in items] == [
        ("MY304", "models/_defaults.yaml", 12), ("MY304", "models/_defaults.yaml", 18),
    ]  # fmt: skip


def test_a_policy_of_the_projects_own_pack_has_to_select_a_model(check_findings, tree) -> None:
    def policy_text(name: str, match: str) -> str:
        return f"apiVersion: modelyard/v1\nkind: Policy\nname: {name}\ntitle: One\nremedy: do it\n{match}{KEPT_RULE}"

    idle = policy_text("b", "match: {types: [llm]}\n").replace("{owner:", "{type: llm, owner:")
    files = {"schemas__policies__house__a": policy_text("a", ""), "schemas__policies__house__b": idle}
    [item] = check_findings(modelyard=project(tree, "policies: [house]"), **files)
    assert (item.code.id, item.message, item.location.line) == ("MY304", "house/b: it selects no model", 6)
