"""The reviews of a pull request, in the form of GitHub's REST API: `GET /repos/{owner}/{repo}/pulls/{number}/reviews`.

The forge vouches for them, not the change: the file must lie outside of the checkout, where no commit can put it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json

_MAX_BYTES = 16 * 1024 * 1024
_DECISIONS = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
"""States that replace an earlier decision of the same account; COMMENTED and PENDING do not."""


def load_reviewers(path: Path, checkout: Path, commits: Collection[str]) -> frozenset[str]:
    """The accounts, in lower case, whose last decision approves one of the commits; raises `UsageError` for any other file."""
    if path.resolve().is_relative_to(checkout.resolve()) or path.absolute().is_relative_to(checkout.absolute()):
        message = f"{path} is inside the checkout that is reviewed, so that the change itself could have written it"
        raise UsageError(message, help="write the reviews to a folder outside of it, such as $RUNNER_TEMP")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(
                f"{path} is larger than {_MAX_BYTES >> 20} MiB", help="give the reviews of one pull request"
            )
        data: Json = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} cannot be read as JSON", help="save the list of reviews of the pull request"
        ) from error
    return approving_accounts(data, path.name, commits)


def approving_accounts(data: Json, name: str, commits: Collection[str]) -> frozenset[str]:
    """The accounts whose last decision in a list of reviews, which is in chronological order, approves one of the commits."""
    if not isinstance(data, list):
        raise UsageError(f"{name} is not a list of reviews", help="save the list of reviews of the pull request")
    decisions: dict[str, bool] = {}
    for review in data:
        user = review.get("user") if isinstance(review, dict) else None
        login = user.get("login") if isinstance(user, dict) else None
        state = review.get("state") if isinstance(review, dict) else None
        if isinstance(login, str) and isinstance(state, str) and state in _DECISIONS and isinstance(review, dict):
            decisions[login.lower()] = state == "APPROVED" and review.get("commit_id") in commits
    return frozenset(login for login, approves in decisions.items() if approves)
