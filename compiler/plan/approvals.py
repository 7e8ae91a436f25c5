"""Who agreed to what runs, and whether that is still what runs: claims, each held against both digests."""

from compiler.resolve.model import ResolvedModel
from compiler.spec.portfolio import Portfolio
from compiler.values import Json, Object, as_list, as_object, as_str


def approvals(portfolio: Portfolio, model: ResolvedModel) -> list[Json]:
    """What the model says of approvals for the environment that it is in, in the author's order.

    `holds`: it names the content that runs, and the team holds the role; when it ends is data, and judged by nobody here.
    """
    if model.environment is None:
        return []
    said = map(as_object, as_list(model.data.get("approvals")))
    return [_approval(portfolio, model, one) for one in said if one["environment"] == model.environment.name]


def _approval(portfolio: Portfolio, model: ResolvedModel, said: Object) -> Object:
    team = portfolio.of("Team").get(as_str(said["team"]))
    checks = {
        "sameRuntime": said["runtimeDigest"] == model.runtime_digest,
        "sameGovernance": said["governanceDigest"] == model.governance_digest,
        "roleIsHeld": team is not None and said["role"] in as_list(team.data.get("approves")),
    }
    return {**said, **checks, "holds": all(checks.values())}
