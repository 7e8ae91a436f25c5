"""Facts that share their parts are equal to those that do not."""

from compiler.plan.shared_facts import FactsPool


def test_shared_facts_are_equal_and_have_their_parts_in_common(sample_session) -> None:
    models = sample_session.checked_fleet.models
    pool = FactsPool()
    shared = tuple(map(pool.share, models))
    assert shared == models
    deployments = [deployment for model in shared for deployment in model.deployments]
    for part in ("environment", "owner", "owner_origins", "namespace", "namespace_origins"):
        objects = {id(getattr(deployment, part)) for deployment in deployments}
        assert len(objects) == len({getattr(deployment, part) for deployment in deployments}), part
