"""Policies by the names that a user gives."""

from collections.abc import Iterable, Sequence

from compiler.diagnostics.finding import Finding
from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match
from compiler.policy.policy_definition import Policy
from compiler.policy.policy_library import PolicyLibrary


def find_policies(library: PolicyLibrary, names: Iterable[str]) -> tuple[Policy, ...]:
    """The policies and the packs of these names, each policy once; raises `UsageError` for an unknown name."""
    policies_by_id: dict[str, Policy] = {}
    for name in names:
        policies = library.policies_named(name)
        if not policies:
            suggestion = closest_match(name, [*library.pack_names, *(policy.id for policy in library.all_policies())])
            raise UsageError(
                f"there is no policy and no pack `{name}`",
                help=f"did you mean `{suggestion}`?" if suggestion else "run `modelyard policy list` to list all",
            )
        policies_by_id |= {policy.id: policy for policy in policies}
    return tuple(policies_by_id.values())


def policy_load_errors(findings: Iterable[Finding], names: Sequence[str]) -> tuple[Finding, ...]:
    """Findings because of which policies (of these names, if any) cannot be loaded.

    A finding without a subject is about an unreadable file, which may contain any policy, if no names are given.
    """
    requested_names = {base_name(name) for name in names}
    return tuple(
        finding
        for finding in findings
        if finding.is_blocking
        and (finding.subject is None or finding.subject.kind == "Policy")
        and (not requested_names or (finding.subject is not None and finding.subject.name in requested_names))
    )


def base_name(name: str) -> str:
    """The name of a policy without its pack."""
    return name.rpartition("/")[2]
