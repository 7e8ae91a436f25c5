"""A model runs nowhere any more once its day has come, and not before."""

from datetime import date

import pytest

from compiler.edit.retire import retire
from compiler.pipeline.session import Session
from compiler.source.overlay_tree import OverlayTree

from .conftest import edit_errors, edit_of, other_model

END = "retirement: {date: 2027-03-31}"
DUE_DAY, EARLY_DAY = date(2027, 4, 1), date(2027, 3, 30)


@pytest.mark.parametrize("names", [("refunds",), ()])
def test_it_is_retired_when_its_day_has_come(fleet, names) -> None:
    run = fleet("  dev: {release: 3.0.0}\n  prod-us: {release: 1.0.0}   # to the end", pipeline=END, day=DUE_DAY)
    result = retire(run, names)
    assert edit_of(run, result) == [
        "-lifecycle: production", "-environments:", "-  dev: {release: 3.0.0}", "-  prod-us: {release: 1.0.0}   # to the end",
        "+lifecycle: retired",
    ]  # fmt: skip
    assert result.summary == "Retire refunds"


def test_the_day_itself_is_the_day(fleet) -> None:
    assert retire(fleet(pipeline=END, day=date(2027, 3, 31)), ()).summary == "Retire refunds"


def test_not_before(fleet) -> None:
    run = fleet(pipeline=END, day=EARLY_DAY)
    assert retire(run, ()).files == {}
    assert edit_errors(retire(run, ("refunds",))) == [
        ("transition-not-allowed", "the retirement date of refunds is in the future: 2027-03-31", 19)
    ]


def test_not_without_a_day(fleet) -> None:
    assert edit_errors(retire(fleet(day=DUE_DAY), ("refunds",))) == [
        ("transition-not-allowed", "refunds has no retirement date", 2)
    ]


def test_a_model_with_dependents_is_not_retired(fleet) -> None:
    user = other_model("uses: [{model: refunds, env: REFUNDS}]")
    [(_, message, line)] = edit_errors(retire(fleet(pipeline=END, day=DUE_DAY, till=user), ()))
    assert (message, line) == ("till uses refunds, which is not deployed in prod-us", 10)


def test_what_is_retired_is_not_retired_again(fleet) -> None:
    run = fleet("", lifecycle="retired", pipeline=END, day=DUE_DAY)
    text = run.tree.read("models/refunds.yaml").decode().replace("environments:\n\n", "")
    assert retire(Session(OverlayTree(run.tree, {"models/refunds.yaml": text.encode()}), DUE_DAY), ()).files == {}


def test_one_that_only_a_person_can_edit_keeps_no_other_from_its_end(fleet) -> None:
    anchored = other_model(END, environments="&all {prod-us: {}}")
    run = fleet("  dev: {release: 3.0.0}", pipeline=END, day=DUE_DAY, till=anchored)
    result = retire(run, ())
    assert list(result.files) == ["models/refunds.yaml"]
    assert edit_errors(result.skipped_findings) == [
        ("not-editable", "till: environments cannot be edited automatically: it has an anchor or a tag", 12)
    ]
    assert edit_errors(retire(run, ("till",))) == edit_errors(result.skipped_findings)


def test_however_many_are_retired_their_title_is_short(fleet) -> None:
    more = other_model(END, "till-of-the-shop")
    made = retire(fleet("  dev: {release: 3.0.0}", pipeline=END, day=DUE_DAY, till=more), ())
    assert (made.summary, len(made.files)) == ("Retire models that have reached their retirement date", 2)
