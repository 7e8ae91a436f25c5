"""`modelyard run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.git_root import checkout_subfolder
from compiler.cli._shared.streams import print_status, stdout_supports_colour, write_output
from compiler.diagnostics.finding import sorted_unique
from compiler.execution.jobs.steps import STEP_POINTERS
from compiler.foundation.errors import UsageError
from compiler.report import REPORTERS, Report
from compiler.report.ci_outputs import OUTPUTS, split_into_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.diagnostics.finding import Finding
    from compiler.foundation.json_data import Object
    from compiler.pipeline.session import Session


@click.command("run")
@click.argument("models", nargs=-1, metavar="[MODEL…]")
@click.argument("step", type=click.Choice(tuple(STEP_POINTERS)))
@click.option("--release", metavar="VERSION", help="For this release; by default for each that runs, or once.")
@click.option("--env", "environment", metavar="NAME", help="As the model is in this environment.")
@click.option(
    "--since", metavar="REVISION", help="The champion is what runs in its environment at this revision, not here."
)
@click.option(
    "--list", "lists", is_flag=True, help="Run nothing; list the models, among those named or all, that have the step."
)
@click.option("--schedule", metavar="CRON", help="With --list: those that are trained by this schedule.")
@click.option(
    "--jobs", type=click.IntRange(1), default=256, show_default=True, help="With --list: in so many groups at most."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(tuple(REPORTERS)),
    default="text",
    show_default=True,
    help="How findings, or the list, are written.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@common_options.root_option
def command(
    models: tuple[str, ...],
    step: str,
    *,
    release: str | None,
    environment: str | None,
    since: str | None,
    lists: bool,
    schedule: str | None,
    jobs: int,
    format_: str,
    output: Path | None,
    root: Path | None,
) -> None:
    """Run a step of a model's pipeline: the program that its spec names, without a shell, in the folder of the spec.

    `test` runs the tests that releases name first, as `check --sources` does. `evaluate` holds what was measured, or what the release has
    on record, against the gates and the champion. A model without the step has nothing to do. The program finds MODELYARD_MODEL,
    MODELYARD_RELEASE and MODELYARD_ENVIRONMENT in its environment, and `evaluate` the name of a file for its results in MODELYARD_RESULTS.

    \b
    modelyard run atm-demand test
    modelyard run card-fraud evaluate --release 3.2.0 --since origin/main
    modelyard run card-fraud canary --env prod
    modelyard run --list train
    """
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of what a run does

    folder = common_options.project_root(root)
    run = Session(common_options.open_tree(folder, None))
    if lists:
        write_output(OUTPUTS[_list_format(format_)](_list_models(run, models, step, schedule, jobs)), output)
        return
    if not models or schedule is not None:
        raise UsageError("say which models, or --list", help=f"modelyard run MODEL {step}")
    common_options.require_environments(run.fleet, (environment,) if environment else ())
    findings = sorted_unique(
        _run_step(run, folder, models, step, release=release, environment=environment, champion_revision=since)
    )
    title = f"{step} of {', '.join(models)}"
    report = Report(
        findings, run.read_text, title, colour=stdout_supports_colour(output), project_folder=checkout_subfolder(folder)
    )
    write_output(REPORTERS[format_](report), output)
    raise click.exceptions.Exit(report.exit_code)


def _list_format(format_: str) -> str:
    if format_ not in OUTPUTS:
        raise UsageError(f"--list is not written as {format_}", help=f"one of: {', '.join(OUTPUTS)}")
    return format_


def _list_models(run: Session, models: tuple[str, ...], step: str, schedule: str | None, jobs: int) -> Object:
    from compiler.execution.jobs.tasks import models_with_step  # noqa: PLC0415 - help needs none of it

    try:
        all_names = [model.name for model in models_with_step(run.fleet, step, schedule)]
    except ValueError as error:
        raise UsageError(f"`{schedule}` is no schedule: {error}", help='say it as in "0 3 * * 1"') from error
    names = [name for name in all_names if not models or name in models]
    return {"models": names, "jobs": split_into_jobs(names, jobs)}


def _run_step(
    run: Session,
    folder: Path,
    models: tuple[str, ...],
    step: str,
    *,
    release: str | None,
    environment: str | None,
    champion_revision: str | None,
) -> Iterator[Finding]:
    from compiler.execution.jobs.task_execution import execute_task  # noqa: PLC0415 - help needs none of what a run does
    from compiler.execution.jobs.tasks import resolve_tasks  # noqa: PLC0415 - likewise
    from compiler.pipeline.session import Session  # noqa: PLC0415 - likewise
    from compiler.pipeline.stages import check_sources  # noqa: PLC0415 - likewise
    from compiler.report.text_report import to_printable  # noqa: PLC0415 - likewise

    champion_fleet = (
        Session(common_options.open_tree(folder, champion_revision)).fleet
        if champion_revision is not None
        else run.fleet
    )
    if step == "test":
        yield from check_sources(run, model_names=frozenset(models))
    tasks_by_model = [list(resolve_tasks(run.fleet, run.tree, name, step, release, environment)) for name in models]
    for name, model_tasks in zip(models, tasks_by_model, strict=True):
        if not any(task.has_work for task in model_tasks) and step != "test":
            print_status(f"{to_printable(name)} has no step `{step}`")
        for task in model_tasks:
            if task.has_work:
                yield from execute_task(task, folder, champion_fleet, lambda line: print_status(to_printable(line)))
