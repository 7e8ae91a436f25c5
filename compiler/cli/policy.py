"""`modelyard policy`."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options, policy_options
from compiler.cli._shared.streams import print_status, stdout_supports_colour, write_output
from compiler.foundation.errors import UsageError

if TYPE_CHECKING:
    from compiler.diagnostics.finding import Finding
    from compiler.policy.policy_definition import Policy
    from compiler.policy.policy_library import PolicyLibrary


@click.group("policy")
def command() -> None:
    """List, show and test policies, and see what a change of them would do.

    \b
    modelyard policy list
    modelyard policy show supply-chain/pinned-images
    modelyard policy test
    """


@command.command("list")
@click.option(
    "--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True, help="How."
)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@common_options.project_options
def list_(format_: str, output: Path | None, root: Path | None, rev: str | None) -> None:
    """List every policy there is, and which bind everywhere.

    \b
    modelyard policy list
    modelyard policy list --format json -o policies.json
    """
    from compiler.report.text_report import to_printable  # noqa: PLC0415 - help needs none of it

    library = _load_library(root, rev)
    policies = sorted(library.all_policies(), key=lambda policy: policy.id)
    bound_ids = {policy.id for name in library.project_bindings for policy in library.policies_named(name)}
    if format_ == "json":
        write_output(
            json.dumps({"version": 1, "policies": [_policy_json(policy, bound_ids) for policy in policies]}, indent=1)
            + "\n",
            output,
        )
        return
    width = max((len(policy.id) for policy in policies), default=0)
    rows = [
        f"{'●' if policy.id in bound_ids else ' '} {policy.id:{width}}  {policy.code.severity.value:8}  "
        f"{to_printable(policy.code.summary)}\n"
        for policy in policies
    ]
    write_output("".join(rows), output)
    print_status(f"{_policy_count(len(policies))}, {len(bound_ids)} of them (●) bind every model that they select")


@command.command("show")
@click.argument("name")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@common_options.project_options
def show(name: str, output: Path | None, root: Path | None, rev: str | None) -> None:
    """Print what a policy says, or the policies of a pack.

    \b
    modelyard policy show supply-chain
    modelyard policy show supply-chain/pinned-images
    """
    from compiler.report.text_report import to_printable  # noqa: PLC0415 - help needs none of it

    library = _load_library(root, rev)
    policies = _find_policies(library, (name,))
    if len(policies) > 1 or name in library.pack_names:
        rows = (f"{policy.id}: {to_printable(policy.code.summary)}\n" for policy in policies)
        metadata = library.pack(name).metadata if name in library.pack_names else {}
        write_output(
            "".join(
                (*(f"{metadata[key]}\n" for key in ("title", "summary", "disclaimer") if key in metadata), "\n", *rows)
            ),
            output,
        )
    else:
        write_output(policies[0].spec.document.text, output)


@command.command("test")
@click.argument("names", nargs=-1)
@click.option("--verbose", "-v", is_flag=True, help="Say what every example breaks, and where.")
@common_options.project_options
def test(names: tuple[str, ...], *, verbose: bool, root: Path | None, rev: str | None) -> None:
    """Run the examples of policies: good ones must keep them, bad ones must break them at their place.

    NAMES are policies or packs; without any, the project's own.

    \b
    modelyard policy test
    modelyard policy test supply-chain/pinned-images -v
    """
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of it
    from compiler.report import REPORTERS, Report  # noqa: PLC0415 - likewise

    run = Session(common_options.open_tree(common_options.project_root(root), rev))
    library = run.policy_engine.library
    load_errors = _policy_load_errors(run.portfolio.findings, names)
    invalid_names = {finding.subject.name for finding in load_errors if finding.subject}
    policies = (
        _find_policies(library, [name for name in names if _base_name(name) not in invalid_names])
        if names
        else library.project_policies
    )
    outcomes = [run.policy_engine.check_examples(policy) for policy in policies]
    findings = (*load_errors, *(finding for _, test_findings in outcomes for finding in test_findings))
    write_output(
        REPORTERS["text"](
            Report(findings, run.read_text, _policy_count(len(policies)), colour=stdout_supports_colour())
        ),
        None,
    )
    examples = rules = uncovered_rules = part_count = covered_count = 0
    for outcome, _ in outcomes:
        if outcome is None:
            continue
        examples, rules = examples + len(outcome.example_results), rules + outcome.rule_count
        uncovered_rules += len(outcome.untested_rules)
        part_results = outcome.branch_outcomes().values()
        part_count, covered_count = (
            part_count + len(part_results),
            covered_count + sum(len(results) > 1 for results in part_results),
        )
        if verbose:
            write_output(
                "".join(f"{line}\n" for line in (*outcome.describe_violations(), *outcome.uncovered_branches())), None
            )
    print_status(
        f"{_policy_count(len(policies))}, {examples} examples; {rules - uncovered_rules} of {rules} rules are broken by one, "
        f"{covered_count} of {part_count} parts of conditions are seen both true and false"
    )
    raise click.exceptions.Exit(1 if any(finding.is_blocking for finding in findings) else 0)


@command.command("impact")
@click.argument("range_", metavar="[BASE[..HEAD]]", required=False)
@click.option("--since", metavar="90d", help="Ask today's policies of every commit of the last days, weeks or months.")
@click.option(
    "--fleet",
    "fleets",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Ask them of the project in this folder; may be repeated.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="How.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@policy_options.as_of_option
@common_options.root_option
def impact(
    range_: str | None,
    since: str | None,
    fleets: tuple[Path, ...],
    format_: str,
    output: Path | None,
    as_of: datetime | None,
    root: Path | None,
) -> None:
    """Say what a change of policies, packs or waivers does to models that do not change.

    The models are those of HEAD, or of the work tree where no HEAD is named. Policies on rendered objects are not asked.

    \b
    modelyard policy impact main
    modelyard policy impact v1.0..v2.0 --format markdown
    modelyard policy impact --since 90d
    modelyard policy impact --fleet ../payments --fleet ../lending
    """
    from compiler.cli._shared import policy_impact  # noqa: PLC0415 - help needs none of it

    folder = common_options.project_root(root)
    day = as_of.date() if as_of else None
    if sum(map(bool, (range_, since, fleets))) != 1:
        raise UsageError("say one of BASE, --since and --fleet", help="modelyard policy impact main")
    if range_ is not None:
        write_output(policy_impact.compare_revisions(folder, range_, day, format_), output)
    elif since is not None:
        write_output(policy_impact.scan_history(folder, since, day, format_), output)
    else:
        write_output(policy_impact.scan_repositories(folder, fleets, day, format_), output)


def _policy_load_errors(findings: "Iterable[Finding]", names: Sequence[str]) -> "tuple[Finding, ...]":
    """What keeps policies, those of the names, from being policies at all; a file that cannot be read may hold any."""
    requested_names = {_base_name(name) for name in names}
    return tuple(
        finding
        for finding in findings
        if finding.is_blocking
        and (finding.subject is None or finding.subject.kind == "Policy")
        and (not requested_names or (finding.subject is not None and finding.subject.name in requested_names))
    )


def _base_name(name: str) -> str:
    return name.rpartition("/")[2]


def _policy_count(count: int) -> str:
    return f"{count} {'policy' if count == 1 else 'policies'}"


def _load_library(root: Path | None, rev: str | None) -> "PolicyLibrary":
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of it

    return Session(common_options.open_tree(common_options.project_root(root), rev)).policy_engine.library


def _find_policies(library: "PolicyLibrary", names: Sequence[str]) -> "tuple[Policy, ...]":
    from compiler.foundation.suggestions import closest_match  # noqa: PLC0415 - as above

    policies_by_id: dict[str, Policy] = {}
    for name in names:
        policies = library.policies_named(name)
        if not policies:
            suggestion = closest_match(name, [*library.pack_names, *(policy.id for policy in library.all_policies())])
            raise UsageError(
                f"there is no policy and no pack `{name}`",
                help=f"did you mean `{suggestion}`?" if suggestion else "modelyard policy list shows all",
            )
        policies_by_id |= {policy.id: policy for policy in policies}
    return tuple(policies_by_id.values())


def _policy_json(policy: "Policy", bound_ids: set[str]) -> dict[str, object]:
    code = policy.code
    return {
        "id": policy.id,
        "title": code.summary,
        "severity": code.severity.value,
        "enforcement": code.enforcement.value,
        "on": policy.subject_kind,
        "controls": list(code.controls),
        "inForce": policy.data.get("inForce"),
        "mandatoryFrom": policy.data.get("mandatoryFrom"),
        "bindsEverywhere": policy.id in bound_ids,
        "path": policy.spec.document.path,
    }
