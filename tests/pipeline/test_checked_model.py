"""The result of a model depends on few documents, and every one of them is recorded."""

import pytest

from compiler.pipeline.checked_model import check_one_model
from compiler.pipeline.session import Session, all_units
from compiler.source.read_log import ALL_DOCUMENTS, ALL_NAMES, DEFAULTS, DEPENDENTS, Read


def prepare(session: Session) -> None:
    """Compute what all models share, which nothing records."""
    assert session.shared_documents is not None
    assert session.policy_engine is not None
    assert session.plan_stage is not None


def check_reads(session: Session, name: str) -> set[Read]:
    with session.reads.recording() as reads:
        check_one_model(session, name)
    return reads


def render_reads(session: Session, name: str) -> set[Read]:
    planner = session.plan_stage.units
    with session.reads.recording() as reads:
        for unit in planner.plan_model(name, all_units, planner.shared_needs(all_units)).units:
            session.render_stage.render_unit(unit)
    return reads


@pytest.mark.parametrize("reads_of", [check_reads, render_reads])
def test_no_model_of_the_sample_depends_on_all_models(sample_session: Session, reads_of) -> None:
    prepare(sample_session)
    for name in sample_session.portfolio.by_kind("Model"):
        reads = reads_of(sample_session, name)
        assert Read("Model", name) in reads
        assert not {Read("Model", ALL_NAMES), Read("Model", ALL_DOCUMENTS)} & reads, name


def test_a_model_depends_on_what_it_names(sample_session: Session) -> None:
    prepare(sample_session)
    reads = check_reads(sample_session, "card-fraud")
    folder = sample_session.portfolio.by_kind("Model")["card-fraud"].document.path.rpartition("/")[0]
    assert Read(DEFAULTS, folder) in reads
    assert Read("Team", sample_session.fleet.resolve("card-fraud", "prod")[0].data["owner"]) in reads


def test_a_model_depends_on_who_uses_it(sample_session: Session) -> None:
    prepare(sample_session)
    reads = render_reads(sample_session, "card-fraud")
    assert Read(DEPENDENTS, "card-fraud") in reads


def test_the_environments_of_a_model_share_their_look_ups(sample_session: Session) -> None:
    """A model that is resolved in a second environment reuses what the first one read."""
    fleet = sample_session.fleet
    with sample_session.reads.recording() as first_reads:
        fleet.resolve("card-fraud", "staging")
    with sample_session.reads.recording() as second_reads:
        fleet.resolve("card-fraud", "prod")
    assert first_reads <= second_reads
