"""What the project's rules require of what runs: approvals by role, by two people, and what each of them binds."""

# ruff: noqa: E501 - texts of documents

from datetime import date

import pytest

from compiler.diagnostics.finding import Finding
from compiler.pipeline.change_base import ChangeBase
from compiler.pipeline.session import Session
from compiler.pipeline.stages import build, check
from compiler.review.change_review import review_change
from compiler.review.review_rules import ChangeClass
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
DAY = date(2026, 12, 1)
DIGEST = f"sha256:{'1' * 64}"
RULE = "rules: [{environments: [prod], roles: [model-risk], evidence: claim}]"
FOUR_EYES = "rules: [{environments: [prod], roles: [model-risk, security], fourEyes: true, evidence: claim}]"
MEMBERS = "\nmembers: [{name: ana}, {name: ben}]"


def project(approvals: str) -> str:
    settings = f"approvals: {{{approvals}}}\n" if approvals else ""
    return f"{HEAD}kind: Project\nname: shop\nenvironments: [dev, prod]\n{settings}"


def documents(members: str = MEMBERS, roles: str = "model-risk, security") -> str:
    teams = f"kind: Team\nname: pricing\napprovalRoles: [model-risk, security]\n---\n{HEAD}kind: Team\nname: risk\napprovalRoles: [{roles}]{members}\n"
    teams += f"---\n{HEAD}kind: Team\nname: ops\napprovalRoles: [security]\n"
    environments = (
        f"---\n{HEAD}kind: Environment\nname: {name}\nstage: {name}\nnamespace: shop\n" for name in ("dev", "prod")
    )
    return f"{HEAD}{teams}{''.join(environments)}"


def model(*approvals: str, summary: str = "Refunds", image: str = "till:1") -> str:
    entries = "".join(f"  - {{{entry}}}\n" for entry in approvals)
    return f"""{HEAD}kind: Model
name: refunds
type: heuristic
owner: pricing
summary: {summary}
lifecycle: production
version: 1.0.0
source: {{image: "shop.example/{image}", digest: "{DIGEST}"}}
governance: {{risk: {{tier: high}}}}
environments: {{dev: {{}}, prod: {{}}}}
{f"approvals:{chr(10)}{entries}" if approvals else ""}"""


def session(settings: str, *approvals: str, base: Session | None = None, day: date = DAY, **changes: str) -> Session:
    shared = {key: changes.pop(key) for key in ("members", "roles") if key in changes}
    files = {
        "modelyard.yaml": project(settings),
        "models/base.yaml": documents(**shared),
        "models/refunds.yaml": model(*approvals, **changes),
    }
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return Session(tree, day, ChangeBase(base.tree, base.as_of, label="main") if base else None)


def entry(team: str = "risk", role: str = "model-risk", environment: str = "prod", **fields: str) -> str:
    """An approval of what runs before any change."""
    resolved = session("").fleet.model("refunds", environment)
    extra = "".join(f", {key}: {value}" for key, value in fields.items())
    decision = "" if "decision" in fields else "decision: approved, "
    when = "" if "date" in fields else "date: '2026-11-02', "
    return (
        f"environment: {environment}, role: {role}, team: {team}, {decision}{when}"
        f"runtimeDigest: '{resolved.runtime_digest}', governanceDigest: '{resolved.governance_digest}'{extra}"
    )


def messages(run: Session) -> list[str]:
    return [
        finding.message for finding in check(run) if finding.code.name in {"approval-required", "approval-without-role"}
    ]


def required(run: Session) -> list[Finding]:
    return [finding for finding in check(run) if finding.code.id == "MY320"]


def test_a_model_without_the_required_approval_fails_at_its_environment() -> None:
    [finding] = required(session(RULE))
    assert finding.is_blocking
    assert finding.message == "refunds in prod: an approval as `model-risk` is required"
    assert finding.help == (
        "get the approval of `pricing` or `risk`, which have the role, and record it with "
        "`modelyard approve refunds --env prod --release 1.0.0 --role model-risk --team TEAM`"
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"decision": "rejected"}, ["refunds in prod: `risk` rejected it as `model-risk` on 2026-11-02"]),
        ({"expires": "'2026-11-30'"}, ["refunds in prod: an approval as `model-risk` is required: that of `risk` does not count, it expired on 2026-11-30"]),
        ({"approver": "ana"}, []),
        (
            {"approver": "eve"},
            [
                "refunds: `eve` is not a member of the team `risk`",
                "refunds in prod: an approval as `model-risk` is required: that of `risk` does not count, the approver is not a member of the team",
            ],
        ),
    ],
)  # fmt: skip
def test_only_an_approval_that_counts_satisfies_the_rule(fields, expected) -> None:
    assert sorted(messages(session(RULE, entry(**fields)))) == sorted(expected)


def test_the_last_decision_of_an_approver_counts() -> None:
    rejected, approved = entry(decision="rejected"), entry()
    assert messages(session(RULE, rejected, approved)) == []
    assert len(messages(session(RULE, approved, rejected))) == 1
    assert len(messages(session(RULE, entry(team="pricing", decision="rejected"), approved))) == 1


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([{}, {"team": "ops", "role": "security"}], None),
        ([{"approver": "ana"}, {"role": "security", "approver": "ben"}], None),
        ([{"approver": "ana"}, {"role": "security", "approver": "ana"}], "only `ana` did"),
        ([{}, {"role": "security"}], "only `risk` did"),
        ([{}, {"role": "security", "approver": "ana"}], "only `ana` did"),
        ([{}, {"team": "pricing", "role": "security"}], "only `risk` did"),
        ([{"team": "pricing"}, {"team": "pricing", "role": "security"}], "none did"),
    ],
)
def test_four_eyes_are_two_teams_or_people_that_do_not_own_the_model(entries, problem) -> None:
    found = messages(session(FOUR_EYES, *(entry(**fields) for fields in entries)))
    assert found == (
        [f"refunds in prod: two teams or people other than the owner, `pricing`, must approve, and {problem}"]
        if problem
        else []
    )


@pytest.mark.parametrize(
    ("settings", "change", "is_valid"),
    [
        ("", {"summary": "Refund"}, False),
        ("", {"image": "till:2"}, False),
        ("roles: {model-risk: {binds: runtime}}, ", {"summary": "Refund"}, True),
        ("roles: {model-risk: {binds: runtime}}, ", {"image": "till:2"}, False),
        ("roles: {model-risk: {binds: governance}}, ", {"image": "till:2"}, True),
        ("roles: {model-risk: {binds: both, bindsIn: {prod: runtime}}}, ", {"summary": "Refund"}, True),
        ("roles: {model-risk: {binds: both, bindsAt: {high: runtime}}}, ", {"summary": "Refund"}, True),
        ("roles: {model-risk: {bindsIn: {prod: both}, bindsAt: {high: runtime}}}, ", {"summary": "Refund"}, False),
        ("roles: {model-risk: {binds: both, bindsAt: {low: runtime}}}, ", {"summary": "Refund"}, False),
    ],
)
def test_an_approval_is_invalid_only_if_a_digest_differs_that_its_role_binds(settings, change, is_valid) -> None:
    assert (messages(session(settings + RULE, entry(), **change)) == []) is is_valid


def test_security_binds_what_runs_and_model_risk_in_dev_too_by_default() -> None:
    rule = "rules: [{environments: [ENV], roles: [ROLE], evidence: claim}]"
    for role, environment in (("security", "prod"), ("model-risk", "dev")):
        rules = rule.replace("ENV", environment).replace("ROLE", role)
        approved = entry(role=role, environment=environment)
        assert messages(session(rules, approved, summary="Refund")) == []
        assert len(messages(session(rules, approved, image="till:2"))) == 1


def test_a_rule_selects_models_by_tier_and_is_advisory_before_its_date() -> None:
    assert messages(session("rules: [{match: {tiers: [low]}, roles: [model-risk]}]")) == []
    later = "rules: [{environments: [prod], roles: [model-risk], mandatoryFrom: '2026-12-02'}]"
    assert [finding.is_blocking for finding in required(session(later))] == [False]
    assert [finding.is_blocking for finding in required(session(later, day=date(2026, 12, 2)))] == [True]


def test_an_approval_that_expired_since_the_base_fails_changed_models_alone() -> None:
    approved, base_day = entry(expires="'2026-11-20'"), date(2026, 11, 10)
    base = session(RULE, approved, day=base_day)
    [finding] = required(session(RULE, approved, base=base))
    assert not finding.is_blocking
    assert (
        finding.status_reason
        == "advisory here: the model has not changed since 2026-11-10; the approval ceased to count by date"
    )
    assert any(finding.is_blocking for finding in required(session(RULE, approved, base=base, summary="Refund")))


@pytest.mark.parametrize(
    ("settings", "message", "help_"),
    [
        ("rules: [{roles: [model-risc]}]", "no Team has the role `model-risc`", "did you mean `model-risk`?"),
        ("roles: {board: {binds: both}}", "no Team has the role `board`", "use `model-risk` or `security`"),
        ("rules: [{environments: [pord], roles: [security]}]", "there is no Environment or stage `pord`", "did you mean `prod`?"),
        ("roles: {security: {bindsIn: {pord: both}}}", "there is no Environment or stage `pord`", "did you mean `prod`?"),
    ],
)  # fmt: skip
def test_names_that_nothing_has_are_errors_in_the_project_file(settings, message, help_) -> None:
    [finding] = [finding for finding in check(session(settings)) if finding.code.name == "matches-nothing"]
    assert (finding.message, finding.help, finding.location.path) == (message, help_, "modelyard.yaml")


def test_a_change_cannot_give_its_own_team_the_role() -> None:
    base = session(RULE, roles="security")
    found = messages(session(RULE, entry(), base=base))
    assert "refunds: the team `risk` has no role `model-risk`; its roles: `security`" in found
    assert any(message.startswith("refunds in prod: an approval as `model-risk` is required") for message in found)
    [finding] = [finding for finding in check(session(RULE, entry(), base=base)) if finding.code.id == "MY314"]
    assert finding.help.endswith("under `approvalRoles` of the Team `risk`, and merge that into main first")


def test_a_change_cannot_add_its_own_approver() -> None:
    base = session(RULE, members="")
    assert "refunds: `ana` is not a member of the team `risk`" in messages(
        session(RULE, entry(approver="ana"), base=base)
    )
    assert messages(session(RULE, entry(approver="ana"), base=session(RULE))) == []


@pytest.mark.parametrize(
    "loosened", ["", "rules: [{environments: [dev], roles: [model-risk]}]", "roles: {model-risk: {binds: runtime}}"]
)
def test_a_change_cannot_loosen_the_rules_that_judge_it(loosened) -> None:
    base = session(RULE, entry())
    assert messages(session(loosened, entry(), base=base)) == []
    assert len(messages(session(loosened, entry(), base=base, summary="Refund"))) == 1


def test_an_approval_without_the_demanded_evidence_withdraws_no_rejection() -> None:
    proven = RULE.replace("evidence: claim", "evidence: review")
    rejection_entry, claim_entry = entry(decision="rejected", approver="ben"), entry(approver="ben")
    base = session(proven, entry(approver="ana"), rejection_entry)
    rejection = ["refunds in prod: `risk` rejected it as `model-risk` on 2026-11-02"]
    assert messages(session(proven, entry(approver="ana"), rejection_entry, claim_entry, base=base)) == rejection
    assert messages(session(RULE, entry(approver="ana"), rejection_entry, claim_entry)) == []


@pytest.mark.parametrize("entries_left", [(), ({"decision": "rejected", "expires": "'2026-11-03'"},)])
def test_a_change_cannot_remove_or_edit_a_rejection(entries_left) -> None:
    approved = entry(team="pricing")
    base = session(RULE, approved, entry(decision="rejected"))
    change = session(RULE, approved, *(entry(**fields) for fields in entries_left), base=base)
    assert messages(change) == ["refunds in prod: `risk` rejected it as `model-risk` on 2026-11-02"]
    assert messages(session(RULE, approved, entry(), base=base)) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("models/refunds.yaml", "tier: high", "tier: low"),
        ("models/base.yaml", "name: prod\nstage: prod", "name: prod\nstage: staging"),
    ],
)
def test_a_change_that_lowers_a_model_is_judged_at_its_tier_and_stage_in_the_base(path, old, new) -> None:
    rules = "rules: [{environments: [prod], match: {tiers: [high]}, roles: [model-risk]}]"
    base = session(rules)
    lower_model = _edited(session(rules, base=base), path, old, new)
    assert [message[:45] for message in messages(lower_model)] == ["refunds in prod: an approval as `model-risk` "]
    claim = _edited(session(rules, _entry_of(lower_model), base=base), path, old, new)
    assert "is a claim without evidence" in messages(claim)[0]


def test_a_change_that_lowers_the_tier_does_not_lessen_what_an_approval_binds() -> None:
    rules = f"roles: {{model-risk: {{binds: runtime, bindsAt: {{high: both}}}}}}, {RULE}"
    base = session(rules, entry())
    lower_model = _edited(session(rules, entry(), base=base), "models/refunds.yaml", "tier: high", "tier: low")
    [message] = messages(lower_model)
    assert message.endswith("(the governance digest differs)")


def test_the_owner_before_a_change_is_none_of_four_eyes() -> None:
    rules = "rules: [{environments: [prod], roles: [security], fourEyes: true, evidence: claim}]"
    base = session(rules)
    new_owner = _edited(session(rules, base=base), "models/refunds.yaml", "owner: pricing", "owner: risk")
    entries = [_entry_of(new_owner, team=team, role="security") for team in ("pricing", "ops")]
    change = _edited(session(rules, *entries, base=base), "models/refunds.yaml", "owner: pricing", "owner: risk")
    assert [message.partition("must approve, ")[2] for message in messages(change)] == ["and only `ops` did"]


def _edited(run: Session, path: str, old: str, new: str) -> Session:
    files = {name: run.tree.read(name) for name in run.tree.paths()}
    assert old.encode() in files[path]
    files[path] = files[path].replace(old.encode(), new.encode())
    return Session(MemoryTree(files), DAY, run.change_base)


def _entry_of(run: Session, team: str = "risk", role: str = "model-risk") -> str:
    """An approval of what runs after a change."""
    resolved = run.fleet.model("refunds", "prod")
    digests = f"runtimeDigest: '{resolved.runtime_digest}', governanceDigest: '{resolved.governance_digest}'"
    return f"environment: prod, role: {role}, team: {team}, decision: approved, date: '2026-11-02', {digests}"


def test_a_missing_approval_prevents_a_build_and_not_the_evaluation_of_rendered_objects() -> None:
    run = _on_kubernetes(session(RULE))
    assert build(run).units == ()
    assert build(run, ignore_policies=True).units != ()


def test_a_review_compares_rendered_files_and_names_the_approval_that_is_missing() -> None:
    review = review_change(_on_kubernetes(session("")), _on_kubernetes(session(RULE)))
    assert review.is_complete
    assert [(change.state, change.finding.code.id) for change in review.policies] == [("fails", "MY320")]


def test_a_finding_of_a_policy_that_applies_no_longer_is_not_fixed() -> None:
    base = _edited(session(""), "modelyard.yaml", "name: shop", "name: shop\npolicies: [baseline/has-risk-tier]")
    unbound = review_change(base, session(""))
    assert {(change.state, change.finding.code.id) for change in unbound.policies} == {
        ("unbound", "baseline/has-risk-tier")
    }
    assert unbound.class_ is ChangeClass.RISK_RAISING
    repair = _edited(base, "models/refunds.yaml", "{tier: high}", "{tier: high, rationale: It decides about money.}")
    assert [change.state for change in review_change(base, repair).policies] == ["fixed"]


def _on_kubernetes(run: Session) -> Session:
    """The project with what the target needs."""
    run = _edited(
        run, "models/base.yaml", "namespace: shop", 'namespace: shop\ncapabilities: {kubernetes: {version: "1.34"}}'
    )
    run = _edited(
        run, "models/refunds.yaml", '"}\n', '", port: 8080, health: /healthz}\ndeploy: {target: kubernetes}\n'
    )
    assert [finding.message for finding in check(run) if finding.is_blocking and finding.code.id != "MY320"] == []
    return run
