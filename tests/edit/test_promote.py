"""A release goes on where lifecycle, gates and champion let it, by an edit of one line."""

import pytest

from compiler.edit.edit_session import EditResult
from compiler.edit.promote import parse_share, promote
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.source.overlay_tree import OverlayTree

from .conftest import GATES, PLACES, edit_errors, edit_of, other_model


def test_what_runs_one_step_before_goes_on(fleet) -> None:
    run = fleet()
    made = promote(run, "refunds", "test", None, None)
    assert edit_of(run, made) == ["-  test: {release: 2.0.0}", "+  test: {release: 3.0.0}"]
    assert made.summary == "Promote refunds 3.0.0 to test"


def test_a_canary_takes_all_requests(fleet) -> None:
    run = fleet()
    assert edit_of(run, promote(run, "refunds", "prod-eu", None, None)) == [
        "-    release: 1.0.0              # until 2.0.0 was seen",
        "-    canary: {release: 2.0.0, weight: 10%}",
        "+    release: 2.0.0              # until 2.0.0 was seen",
    ]


def test_a_release_is_tried_beside_the_one_that_runs(fleet) -> None:
    run = fleet()
    made = promote(run, "refunds", "prod-us", None, "5%")
    assert edit_of(run, made) == [
        "-  prod-us: {release: 1.0.0}",
        "+  prod-us: {release: 1.0.0, canary: {release: 2.0.0, weight: 5%}}",
    ]
    again = promote(run, "refunds", "prod-eu", "3.0.0", "1%")
    assert edit_of(run, again)[-1] == "+    canary: {release: 3.0.0, weight: 1%}"


def test_a_canary_on_several_lines_keeps_its_lines_and_comments(fleet) -> None:
    block = "\n    canary:\n      release: 2.0.0   # the new one\n      weight: 10%   # approved in RISK-1"
    run = fleet(PLACES.replace("\n    canary: {release: 2.0.0, weight: 10%}", block))
    assert edit_of(run, promote(run, "refunds", "prod-eu", "2.0.0", "20%")) == [
        "-      weight: 10%   # approved in RISK-1",
        "+      weight: 20%   # approved in RISK-1",
    ]
    assert edit_of(run, promote(run, "refunds", "prod-eu", "3.0.0", "10%")) == [
        "-      release: 2.0.0   # the new one",
        "+      release: 3.0.0   # the new one",
    ]


def test_it_comes_to_run_where_it_did_not(fleet) -> None:
    run = fleet("  dev: {release: 3.0.0}\n  test: {release: 2.0.0}")
    assert edit_of(run, promote(run, "refunds", "prod-eu", None, None)) == ["+  prod-eu: {release: 2.0.0}"]


def test_what_runs_already_is_no_edit(fleet) -> None:
    assert promote(fleet(), "refunds", "prod-us", "1.0.0", None) == EditResult(
        "refunds 1.0.0 is already deployed in prod-us", {}
    )


def test_a_canary_that_another_layer_says_is_deleted(fleet) -> None:
    run = fleet(
        PLACES.replace("\n    canary: {release: 2.0.0, weight: 10%}", "")
        + "\n  prod: {canary: {release: 2.0.0, weight: 10%}}"
    )
    made = promote(run, "refunds", "prod-us", None, None)
    assert edit_of(run, made) == ["-  prod-us: {release: 1.0.0}", "+  prod-us: {release: 2.0.0, canary: null}"]


def test_the_lifecycle_must_allow_it(fleet) -> None:
    run = fleet("  dev: {release: 3.0.0}", lifecycle="development")
    assert edit_errors(promote(run, "refunds", "prod-eu", "3.0.0", None)) == [
        (
            "transition-not-allowed",
            "a model with lifecycle `development` is allowed in dev, test, but prod-eu has stage `prod`",
            8,
        )
    ]


def test_the_gates_must_be_cleared(fleet) -> None:
    run = fleet(pipeline=GATES)
    assert edit_errors(promote(run, "refunds", "test", None, None)) == [
        ("metric-not-recorded", "refunds 3.0.0: no value of auc is recorded", 21)
    ]
    assert edit_errors(promote(run, "refunds", "test", "1.0.0", None)) == [
        ("gate-failed", "refunds 1.0.0: auc is 0.91, but must be >= 0.92", 21)
    ]
    assert isinstance(promote(run, "refunds", "prod-us", "2.0.0", None), EditResult)


def test_the_champion_must_be_met(fleet) -> None:
    run = fleet(
        PLACES.replace("prod-us: {release: 1.0.0}", "prod-us: {release: 2.0.0}"), pipeline=GATES.replace("0.92", "0.5")
    )
    [(name, message, line)] = edit_errors(promote(run, "refunds", "dev", "1.0.0", None))
    assert (name, line) == ("worse-than-champion", 21)
    assert "0.95 of the champion, 2.0.0 in prod-us" in message


def test_what_a_program_measures_is_judged_when_it_has_run(fleet) -> None:
    measured = GATES.replace("    gates:", "    run: {command: [measure]}\n    gates:")
    run = fleet(pipeline=measured)
    assert isinstance(promote(run, "refunds", "test", None, None), EditResult)
    assert [name for name, _, _ in edit_errors(promote(run, "refunds", "test", "1.0.0", None))] == ["gate-failed"]


def test_what_others_then_break_is_reported_and_nothing_written(fleet) -> None:
    user = other_model("uses: [{model: refunds, release: ^1, env: REFUNDS}]")
    run = fleet(till=user)
    [(name, message, line)] = edit_errors(promote(run, "refunds", "prod-us", "2.0.0", None))
    assert (name, message, line) == ("dependency-not-deployed", "till requires refunds ^1, but prod-us has 2.0.0", 10)


def test_an_anchor_is_for_people(fleet) -> None:
    run = fleet(PLACES.replace("prod-us: {release: 1.0.0}", "prod-us: &us {release: 1.0.0}"))
    [(name, message, line)] = edit_errors(promote(run, "refunds", "prod-us", "2.0.0", None))
    assert (name, line) == ("not-editable", 25)
    assert "environments.prod-us.release" in message


@pytest.mark.parametrize(
    ("environment", "release", "canary", "says"),
    [
        ("test", "9.0.0", None, "there is no release `9.0.0` of refunds"),
        ("dev", None, None, "is not deployed in any environment before dev"),
        ("prod-us", "1.0.0", "10%", None),
    ],
)
def test_impossible_arguments_are_wrong_usage(fleet, environment, release, canary, says) -> None:
    run = fleet()
    if says is None:
        assert promote(run, "refunds", environment, release, canary).files == {}
        return
    with pytest.raises(UsageError, match=says.replace("`", ".")):
        promote(run, "refunds", environment, release, canary)


def test_several_releases_before_are_no_obvious_one(fleet) -> None:
    files = fleet().tree
    project = (
        files.read("modelyard.yaml")
        .decode()
        .replace("[dev, test, [prod-eu, prod-us]]", "[[dev, test], [prod-eu, prod-us]]")
    )
    run = Session(OverlayTree(files, {"modelyard.yaml": project.encode()}))
    with pytest.raises(UsageError, match=r"3\.0\.0 in dev, 2\.0\.0 in test"):
        promote(run, "refunds", "prod-us", None, None)


def test_no_model_is_promoted_that_is_not_there(fleet) -> None:
    with pytest.raises(UsageError, match="there is no model `refund`"):
        promote(fleet(), "refund", "test", None, None)


def test_nothing_can_be_tried_beside_nothing(fleet) -> None:
    with pytest.raises(UsageError, match="cannot be a canary"):
        promote(fleet("  dev: {release: 3.0.0}"), "refunds", "prod-us", "3.0.0", "5%")


@pytest.mark.parametrize("text", ["10", "0%", "100%", "-5%", "x", "101%", "5%; rm"])
def test_a_share_is_a_part(text) -> None:
    with pytest.raises(UsageError, match="not a valid share"):
        parse_share(text)


def test_a_share_has_one_spelling() -> None:
    assert parse_share(" 5.50 %") == "5.5%"
