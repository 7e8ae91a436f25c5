"""`modelyard policy`."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options as options
from compiler.cli._shared import policy_options as judging
from compiler.cli._shared.streams import emit, tell, wants_colour
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
@options.project
def list_(format_: str, output: Path | None, root: Path | None, rev: str | None) -> None:
    """List every policy there is, and which bind everywhere.

    \b
    modelyard policy list
    modelyard policy list --format json -o policies.json
    """
    from compiler.report.text_report import to_printable  # noqa: PLC0415 - help needs none of it

    library = _library(root, rev)
    policies = sorted(library.all_policies(), key=lambda policy: policy.id)
    bound = {policy.id for name in library.project_bindings for policy in library.policies_named(name)}
    if format_ == "json":
        emit(
            json.dumps({"version": 1, "policies": [_plain(policy, bound) for policy in policies]}, indent=1) + "\n",
            output,
        )
        return
    width = max((len(policy.id) for policy in policies), default=0)
    rows = [
        f"{'●' if policy.id in bound else ' '} {policy.id:{width}}  {policy.code.severity.value:8}  {to_printable(policy.code.summary)}\n"
        for policy in policies
    ]
    emit("".join(rows), output)
    tell(f"{_policies(len(policies))}, {len(bound)} of them (●) bind every model that they select")


@command.command("show")
@click.argument("name")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@options.project
def show(name: str, output: Path | None, root: Path | None, rev: str | None) -> None:
    """Print what a policy says, or the policies of a pack.

    \b
    modelyard policy show supply-chain
    modelyard policy show supply-chain/pinned-images
    """
    from compiler.report.text_report import to_printable  # noqa: PLC0415 - help needs none of it

    library = _library(root, rev)
    policies = _named(library, (name,))
    if len(policies) > 1 or name in library.pack_names:
        rows = (f"{policy.id}: {to_printable(policy.code.summary)}\n" for policy in policies)
        about = library.pack(name).metadata if name in library.pack_names else {}
        emit(
            "".join((*(f"{about[key]}\n" for key in ("title", "summary", "disclaimer") if key in about), "\n", *rows)),
            output,
        )
    else:
        emit(policies[0].spec.document.text, output)


@command.command("test")
@click.argument("names", nargs=-1)
@click.option("--verbose", "-v", is_flag=True, help="Say what every example breaks, and where.")
@options.project
def test(names: tuple[str, ...], *, verbose: bool, root: Path | None, rev: str | None) -> None:
    """Run the examples of policies: good ones must keep them, bad ones must break them at their place.

    NAMES are policies or packs; without any, the project's own.

    \b
    modelyard policy test
    modelyard policy test supply-chain/pinned-images -v
    """
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of it
    from compiler.report import REPORTERS, Report  # noqa: PLC0415 - likewise

    run = Session(options.open_tree(options.project_root(root), rev))
    library = run.policy_engine.library
    refused = _refused(run.portfolio.findings, names)
    about = {finding.subject.name for finding in refused if finding.subject}
    policies = _named(library, [name for name in names if _last(name) not in about]) if names else library.project_policies
    outcomes = [run.policy_engine.check_examples(policy) for policy in policies]
    findings = (*refused, *(finding for _, found in outcomes for finding in found))
    emit(REPORTERS["text"](Report(findings, run.read_text, _policies(len(policies)), colour=wants_colour())), None)
    examples = rules = uncovered = parts = both = 0
    for outcome, _ in outcomes:
        if outcome is None:
            continue
        examples, rules = examples + len(outcome.example_results), rules + outcome.rule_count
        uncovered += len(outcome.untested_rules)
        seen = outcome.branch_outcomes().values()
        parts, both = parts + len(seen), both + sum(len(one) > 1 for one in seen)
        if verbose:
            emit("".join(f"{line}\n" for line in (*outcome.describe_violations(), *outcome.uncovered_branches())), None)
    tell(
        f"{_policies(len(policies))}, {examples} examples; {rules - uncovered} of {rules} rules are broken by one, "
        f"{both} of {parts} parts of conditions are seen both true and false"
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
@judging.as_of
@options.root
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
    from compiler.cli._shared import policy_impact as sweep  # noqa: PLC0415 - help needs none of it

    folder = options.project_root(root)
    day = as_of.date() if as_of else None
    if sum(map(bool, (range_, since, fleets))) != 1:
        raise UsageError("say one of BASE, --since and --fleet", help="modelyard policy impact main")
    if range_ is not None:
        emit(sweep.between(folder, range_, day, format_), output)
    elif since is not None:
        emit(sweep.past(folder, since, day, format_), output)
    else:
        emit(sweep.others(folder, fleets, day, format_), output)


def _refused(findings: "Iterable[Finding]", names: Sequence[str]) -> "tuple[Finding, ...]":
    """What keeps policies, those of the names, from being policies at all; a file that cannot be read may hold any."""
    asked = {_last(name) for name in names}
    return tuple(
        finding
        for finding in findings
        if finding.is_blocking
        and (finding.subject is None or finding.subject.kind == "Policy")
        and (not asked or (finding.subject is not None and finding.subject.name in asked))
    )


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _policies(count: int) -> str:
    return f"{count} {'policy' if count == 1 else 'policies'}"


def _library(root: Path | None, rev: str | None) -> "PolicyLibrary":
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of it

    return Session(options.open_tree(options.project_root(root), rev)).policy_engine.library


def _named(library: "PolicyLibrary", names: Sequence[str]) -> "tuple[Policy, ...]":
    from compiler.foundation.suggestions import closest_match  # noqa: PLC0415 - as above

    found: dict[str, Policy] = {}
    for name in names:
        policies = library.policies_named(name)
        if not policies:
            near = closest_match(name, [*library.pack_names, *(policy.id for policy in library.all_policies())])
            raise UsageError(
                f"there is no policy and no pack `{name}`",
                help=f"did you mean `{near}`?" if near else "modelyard policy list shows all",
            )
        found |= {policy.id: policy for policy in policies}
    return tuple(found.values())


def _plain(policy: "Policy", bound: set[str]) -> dict[str, object]:
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
        "bindsEverywhere": policy.id in bound,
        "path": policy.spec.document.path,
    }
