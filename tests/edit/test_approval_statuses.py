"""Each approval is valid, pending, expired or invalid, and an invalid one shows what changed since it was recorded."""

from datetime import timedelta

import pytest

from compiler.edit.approval_statuses import approval_statuses
from compiler.edit.approve import Decision, approve
from compiler.pipeline.session import Session
from compiler.report.approval_report import ApprovalReport, render_json, render_text
from compiler.source.overlay_tree import OverlayTree

PLACES = "  dev: {release: 3.0.0}\n  prod-us: {release: 1.0.0, deploy: {scaling: {max: 4}}}"
TEAM = "apiVersion: modelyard/v1\nkind: Team\nname: risk\napprovalRoles: [model-risk]\n"


def edited(session: Session, *replacements: tuple[str, str], days: int = 0) -> Session:
    path = "models/refunds.yaml"
    text = session.tree.read(path).decode()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return Session(OverlayTree(session.tree, {path: text.encode()}), session.as_of + timedelta(days))


@pytest.fixture
def approved(fleet):
    """The fleet after the approval of a release in prod-us."""

    def make(version: str | None = None, expires: str | None = None) -> Session:
        run = fleet(PLACES, risk=TEAM)
        decision = Decision("risk", "model-risk", is_approved=True, expires=expires)
        return Session(OverlayTree(run.tree, approve(run, "refunds", "prod-us", version, decision).files), run.as_of)

    return make


def statuses(session: Session, past: Session | None = None):
    return list(approval_statuses(session, ["refunds"], lambda _path, _text: past.tree if past else None))


def test_an_approval_of_what_runs_is_valid_and_of_a_later_release_pending(approved) -> None:
    assert [status.state for status in statuses(approved())] == ["valid"]
    assert [status.state for status in statuses(approved("2.0.0"))] == ["pending"]


def test_an_approval_of_an_earlier_release_than_the_running_one_is_invalid(approved) -> None:
    later = edited(approved(), ("prod-us: {release: 1.0.0", "prod-us: {release: 2.0.0"))
    [status] = statuses(later)
    assert (status.state, status.reason) == ("invalid", "it is for release 1.0.0, and 2.0.0 runs")


def test_an_invalid_approval_shows_the_values_that_changed_since(approved) -> None:
    past = approved()
    changed = edited(past, ("max: 4", "max: 9"), ("Refunds or not", "Refunds"))
    [status] = statuses(changed, past)
    assert [(change.path, change.old, change.new) for change in status.changes] == [
        ("deploy.scaling.max", 4, 9),
        ("summary", "Refunds or not", "Refunds"),
    ]
    [unknown] = statuses(changed)
    assert (unknown.state, unknown.changes) == ("invalid", ())


def test_a_pending_approval_that_became_invalid_is_compared_with_the_release_that_it_approved(approved) -> None:
    past = approved("2.0.0")
    promoted = edited(past, ("prod-us: {release: 1.0.0", "prod-us: {release: 2.0.0"), ("max: 4", "max: 9"))
    [status] = statuses(promoted, past)
    assert [change.path for change in status.changes] == ["deploy.scaling.max"]


def test_an_approval_expires_after_its_last_day_and_is_announced_before(approved) -> None:
    day = approved().as_of + timedelta(days=20)
    run = approved(expires=day.isoformat())
    [status] = statuses(run)
    assert (status.state, status.days_left, status.is_expiring) == ("valid", 20, True)
    assert statuses(edited(run, days=20))[0].state == "valid"
    assert statuses(edited(run, days=21))[0].state == "expired"


def test_reports_name_the_state_the_reason_and_the_changes(approved) -> None:
    past = approved()
    changed = edited(past, ("max: 4", "max: 9"))
    report = ApprovalReport(statuses(changed, past), changed.as_of)
    text = render_text(report)
    assert text.startswith("invalid  refunds 1.0.0 in prod-us: approved by risk as model-risk on ")
    assert "         deploy.scaling.max: 4 → 9 (runtime digest)\n" in text
    assert text.endswith("1 invalid\n")
    assert '"path": "deploy.scaling.max"' in render_json(report)
