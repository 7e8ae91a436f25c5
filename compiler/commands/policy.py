"""`modelyard policy`."""

from __future__ import annotations

from pathlib import Path

import click

from compiler.commands.common.project import open_session, project_root
from compiler.commands.common.streams import print_status, stdout_supports_colour, write_output
from compiler.policy.example_totals import total_examples
from compiler.policy.policy_examples import PolicyTestResult
from compiler.policy.policy_lookup import base_name, find_policies, policy_load_errors
from compiler.report import REPORTERS, Report
from compiler.report.policy_lists import (
    Statement,
    count_policies,
    describe_pack,
    list_policies_json,
    list_policies_text,
    list_sources_json,
    list_sources_text,
)


def list_policies(*, format_: str, output: Path | None, root: Path | None, rev: str | None) -> None:
    """List all policies."""
    library = open_session(root, rev).policy_engine.library
    policies = sorted(library.all_policies(), key=lambda policy: policy.id)
    bound_ids = {policy.id for name in library.project_bindings for policy in library.policies_named(name)}
    if format_ == "json":
        write_output(list_policies_json(policies, bound_ids), output)
        return
    write_output(list_policies_text(policies, bound_ids), output)
    print_status(f"{count_policies(len(policies))}; the project binds {len(bound_ids)} of them (●) to all models")


def show_policy(*, name: str, output: Path | None, root: Path | None, rev: str | None) -> None:
    """Print the document of a policy, or list the policies of a pack."""
    library = open_session(root, rev).policy_engine.library
    policies = find_policies(library, (name,))
    if len(policies) > 1 or name in library.pack_names:
        metadata = library.pack(name).metadata if name in library.pack_names else {}
        write_output(describe_pack(policies, metadata), output)
    else:
        write_output(policies[0].spec.document.own_text.strip("\n") + "\n", output)


def list_sources(
    *, names: tuple[str, ...], format_: str, output: Path | None, root: Path | None, rev: str | None
) -> None:
    """List the statements of policies with the documents that they are based on."""
    library = open_session(root, rev).policy_engine.library
    policies = find_policies(library, names) if names else sorted(library.all_policies(), key=lambda policy: policy.id)
    all_statements = (Statement(policy, library.sources(policy)) for policy in policies)
    statements = [statement for statement in all_statements if statement.sources]
    write_output(list_sources_json(statements) if format_ == "json" else list_sources_text(statements), output)


def test_policies(*, names: tuple[str, ...], verbose: bool, root: Path | None, rev: str | None) -> None:
    """Run the examples of policies; exit with 1 if one of them fails."""
    folder = project_root(root)
    session = open_session(folder, rev)
    library = session.policy_engine.library
    load_errors = policy_load_errors(session.portfolio.findings, names)
    invalid_names = {finding.subject.name for finding in load_errors if finding.subject}
    valid_names = [name for name in names if base_name(name) not in invalid_names]
    policies = find_policies(library, valid_names) if names else library.project_policies
    outcomes = [session.policy_engine.check_examples(policy) for policy in policies]
    findings = (*load_errors, *(finding for _, test_findings in outcomes for finding in test_findings))
    report = Report(findings, session.read_text, count_policies(len(policies)), colour=stdout_supports_colour())
    write_output(REPORTERS["text"](report), None)
    _print_results([result for result, _ in outcomes if result is not None], len(policies), verbose=verbose)
    raise click.exceptions.Exit(report.exit_code)


def _print_results(results: list[PolicyTestResult], policy_count: int, *, verbose: bool) -> None:
    if verbose:
        lines = (line for result in results for line in (*result.describe_violations(), *result.uncovered_branches()))
        write_output("".join(f"{line}\n" for line in lines), None)
    totals = total_examples(results)
    print_status(
        f"{count_policies(policy_count)}, {totals.examples} examples; "
        f"bad examples violate {totals.violated_rules} of {totals.rules} rules; "
        f"{totals.covered_conditions} of {totals.conditions} parts of conditions are both true and false in examples"
    )
