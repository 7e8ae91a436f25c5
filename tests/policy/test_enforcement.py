"""The order of dates, enforcement and waivers is a law: it holds for all days and all policies."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics.finding import Enforcement, Status
from compiler.policy.enforcement import decide_enforcement
from compiler.policy.policy_definition import Policy
from compiler.policy.waiver_scope import WaiverScope
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import TypedSpec
from compiler.spec.spec_header import SpecHeader

DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))
MAYBE = st.none() | DAYS
ENFORCEMENT = st.sampled_from(["mandatory", "advisory"])


def spec(kind: str, text: str) -> TypedSpec:
    return TypedSpec(kind, "x", parse(f"name: x\n{text}", "x.yaml").documents[0], SpecHeader(kind, "x"))


def policy(settings: dict) -> Policy:
    lines = ["title: a title", "remedy: a remedy", f"enforcement: {settings['enforcement']}"]
    lines += [f"enforcementIn: {{{key}: {value}}}" for key, value in settings["in"].items()]
    lines += [f'mandatoryFrom: "{settings["mandatory"]}"'] if settings["mandatory"] else []
    force = ", ".join(f'{key}: "{settings[key]}"' for key in ("from", "to") if settings[key])
    return Policy(spec("Policy", "\n".join([*lines, f"inForce: {{{force}}}"])))


def grant(begins: date | None, ends: date) -> WaiverScope:
    granted = f'validFrom: "{begins}"\n' if begins else ""
    return WaiverScope(spec("Waiver", f'policies: [x]\n{granted}expires: "{ends}"\n'))


PROD = spec("Environment", "stage: prod")
POLICIES = st.fixed_dictionaries(
    {
        "enforcement": ENFORCEMENT,
        "in": st.dictionaries(st.sampled_from(["prod", "dev"]), ENFORCEMENT, max_size=1),
        "mandatory": MAYBE,
        "from": MAYBE,
        "to": MAYBE,
    }
)
GRANTS = st.lists(st.tuples(MAYBE, DAYS), max_size=3)


def decide_with(settings, grants, day):
    return decide_enforcement(policy(settings), PROD, (), [grant(*one) for one in grants], day)


@given(POLICIES, GRANTS, DAYS)
def test_a_policy_is_decided_on_the_days_that_it_is_in_force_and_on_no_other(settings, grants, day) -> None:
    is_in_force = (settings["from"] is None or settings["from"] <= day) and (
        settings["to"] is None or day <= settings["to"]
    )
    assert (decide_with(settings, grants, day) is not None) == is_in_force


@given(POLICIES, GRANTS, DAYS)
def test_before_its_date_a_policy_is_advisory_whatever_its_settings(settings, grants, day) -> None:
    decision = decide_with(settings, grants, day)
    if decision is not None:
        own = settings["in"].get("prod", settings["enforcement"])
        is_early = settings["mandatory"] is not None and day < settings["mandatory"]
        assert decision.enforcement == (Enforcement.ADVISORY if is_early else Enforcement(own))


@given(POLICIES, GRANTS, DAYS)
def test_a_waiver_holds_from_its_first_day_to_its_last_and_changes_no_enforcement(settings, grants, day) -> None:
    decision = decide_with(settings, grants, day)
    if decision is not None:
        holds = any((begins is None or begins <= day) and day <= ends for begins, ends in grants)
        assert (decision.status is Status.WAIVED) == holds
        bare = decide_with(settings, [], day)
        assert bare is not None
        assert bare.enforcement == decision.enforcement


@given(POLICIES, GRANTS, DAYS)
def test_only_what_is_open_and_mandatory_fails(settings, grants, day) -> None:
    decision = decide_with(settings, grants, day)
    if decision is not None:
        is_open = decision.status is Status.OPEN
        assert decision.is_blocking == (is_open and decision.enforcement is Enforcement.MANDATORY)


@given(POLICIES, DAYS, st.integers(0, 40))
def test_one_more_day_never_makes_a_failure_advisory_but_at_the_end_of_its_force(settings, day, days) -> None:
    now, later = decide_with(settings, [], day), decide_with(settings, [], day + timedelta(days))
    if now is not None and now.is_blocking:
        assert later is None or later.is_blocking


def test_a_name_wins_over_its_stage() -> None:
    policy_text = (
        "title: a title\nremedy: a remedy\nenforcement: advisory\nenforcementIn: {prod: mandatory, eu: advisory}"
    )
    named = Policy(spec("Policy", policy_text))
    europe = TypedSpec(
        "Environment",
        "eu",
        parse("name: eu\nstage: prod\n", "e.yaml").documents[0],
        SpecHeader("Environment", "eu"),
    )
    assert named.enforcement_in(europe) is Enforcement.ADVISORY
    assert named.enforcement_in(PROD) is Enforcement.MANDATORY
    assert named.enforcement_in(None) is Enforcement.ADVISORY
