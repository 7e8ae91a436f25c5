"""Findings in certain files or environments."""

from collections.abc import Collection, Iterable

from compiler.diagnostics.finding import Finding


def filter_findings(
    findings: Iterable[Finding], files: Collection[str], environments: Collection[str]
) -> tuple[Finding, ...]:
    """The findings in the files or folders (`.` for all), and about the environments; an empty collection selects all."""
    return tuple(
        finding
        for finding in findings
        if (not files or _is_in_files(finding, files))
        and (not environments or _is_in_environments(finding, environments))
    )


def _is_in_files(finding: Finding, files: Collection[str]) -> bool:
    path = finding.location.path if finding.location else ""
    return path in files or any(path.startswith(f"{file}/") or file == "." for file in files)


def _is_in_environments(finding: Finding, environments: Collection[str]) -> bool:
    """Whether the finding names one of the environments, or no environment at all."""
    affected = finding.affected_environments
    return not affected or not frozenset(environments).isdisjoint(affected)
