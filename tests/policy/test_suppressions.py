"""A comment suppresses advisory findings, with a reason; one that suppresses nothing is reported."""

import pytest

RULE = """enforcement: advisory
rules:
  - {expression: quantities.sla.availability >= 0.999, message: too seldom}
examples:
  good: [{model: {sla: {availability: 99.9%}}}]
  bad: [{model: {sla: {availability: 99%}}}]
"""


IDLE = "the comment suppresses nothing: data/training-data-is-named is not violated here"


def findings_with_comment(find_policy, tree, comment, rule=RULE):
    model = tree().read("models/refunds.yaml").decode()
    return [
        (item.code.id, item.status.value, item.location.line, item.status_reason or item.message)
        for item in find_policy(
            rule, models__refunds=model.replace("sla: {availability: 99%}", f"sla: {{availability: 99%}}  {comment}")
        )
    ]


def test_it_hides_with_its_reason(check_findings, tree) -> None:
    assert findings_with_comment(check_findings, tree, "# modelyard: ignore[rule]: not needed") == [
        ("rule", "waived", 11, "not needed")
    ]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# modelyard: ignore[rule]", "the comment gives no reason"),
        ("# modelyard: ignore", "the comment names no policy"),
        ("# modelyard: ignore[other]: why", "there is no policy `other`"),
        ("# modelyard: ignore[baseline]: why", "there is no policy `baseline`"),
        ("# modelyard: ignore[data/training-data-is-named]: why", IDLE),
        ("# modelyard: ignore [rule]: why", "the comment is not a valid `modelyard: ignore[POLICY]: REASON`"),
        ("# Modelyard: Ignore[rule]: why", "the comment is not a valid `modelyard: ignore[POLICY]: REASON`"),
        ("# modelyard:ignore[rule]: why", "the comment is not a valid `modelyard: ignore[POLICY]: REASON`"),
        ("# modelyard: ignores[rule]: why", "the comment is not a valid `modelyard: ignore[POLICY]: REASON`"),
        ("# modelyard: ignore[rule] why", "the comment is not a valid `modelyard: ignore[POLICY]: REASON`"),
        ("# modelyard: disable[rule]: why", "the comment is not a valid `modelyard: ignore[POLICY]: REASON`"),
        ("# modelyard: skip rule", "the comment is not a valid `modelyard: ignore[POLICY]: REASON`"),
    ],
)
def test_what_is_wrong_with_it_is_reported_at_it(check_findings, tree, comment, message) -> None:
    stands = ("rule", "open", 11, "refunds: too seldom; sla.availability is `99%`")
    assert findings_with_comment(check_findings, tree, comment) == [stands, ("MY312", "open", 11, message)]


def test_what_is_mandatory_takes_a_waiver(check_findings, tree) -> None:
    rule = RULE.replace("advisory", "mandatory")
    items = findings_with_comment(check_findings, tree, "# modelyard: ignore[rule]: why", rule)
    assert [item[:2] for item in items] == [("rule", "open"), ("MY312", "open")]


def test_what_only_looks_like_one_hides_nothing(check_findings, tree) -> None:
    model = tree().read("models/refunds.yaml").decode()
    for text in ("'# modelyard: ignore[rule]: why'", "|\n  # modelyard: ignore[rule]: why"):
        changed = model.replace("summary: Refunds or not", f"summary: {text}").replace("sla: {", "sla: {", 1)
        assert [item.code.id for item in check_findings(RULE, models__refunds=changed)] == ["rule"]
    prose = model.replace("sla: {availability: 99%}", "sla: {availability: 99%}  # what modelyard: says is that")
    assert [item.code.id for item in check_findings(RULE, models__refunds=prose)] == ["rule"]


def test_behind_something_it_speaks_of_its_own_line_alone(check_findings, tree) -> None:
    model = tree().read("models/refunds.yaml").decode().replace("data: {", "data: {", 1)
    before = "data: {evaluation: [orders]}"
    trailing = model.replace(before, f"{before}  # modelyard: ignore[rule]: why")
    assert [(item.code.id, item.status.value) for item in check_findings(RULE, models__refunds=trailing)] == [
        ("MY312", "open"), ("rule", "open"),
    ]  # fmt: skip
    alone = model.replace("sla: {", "# modelyard: ignore[rule]: why\nsla: {")
    assert [(item.code.id, item.status.value) for item in check_findings(RULE, models__refunds=alone)] == [
        ("rule", "waived")
    ]


def test_each_name_has_to_hide_something(check_findings, tree) -> None:
    items = findings_with_comment(check_findings, tree, "# modelyard: ignore[rule, data/datasets-are-classified]: why")
    assert [(item[0], item[1]) for item in items] == [("rule", "waived"), ("MY312", "open")]
