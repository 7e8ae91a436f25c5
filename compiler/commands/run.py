"""`modelyard run`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from compiler.commands.common.name_checks import require_environments, resolve_models
from compiler.commands.common.project import mask_secrets_of, open_session, open_tree, project_root
from compiler.commands.common.streams import print_status, stdout_supports_colour, write_output
from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.execution.jobs.steps import Step
from compiler.execution.jobs.task_execution import execute_task
from compiler.execution.jobs.tasks import Task, models_with_step, resolve_tasks
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Object
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check_sources, require_source_packages
from compiler.report import REPORTERS, Report
from compiler.report.ci_outputs import OUTPUTS, split_into_jobs
from compiler.report.text_report import to_printable
from compiler.resolve.fleet import Fleet
from compiler.source.git_root import checkout_subfolder


def run_pipeline_step(
    *,
    models: tuple[str, ...],
    step: Step,
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
    """Run a step of each model and report its findings, or list the models that have the step."""
    folder = project_root(root)
    session = open_session(folder)
    models = resolve_models(session.portfolio, folder, models)
    if lists:
        render = OUTPUTS[_require_list_format(format_)]
        write_output(render(_list_models(session, models, step, schedule, jobs)), output)
        return
    if not models or schedule is not None:
        raise UsageError("name the models to run the step for, or use --list", help=f"modelyard run MODEL {step}")
    require_environments(session.fleet, (environment,) if environment else ())
    champion_fleet = session.fleet if since is None else mask_secrets_of(Session(open_tree(folder, since))).fleet
    findings = [*check_sources(session, model_names=frozenset(models))] if step == "test" else []
    tasks = [list(resolve_tasks(session.fleet, session.tree, name, step, release, environment)) for name in models]
    for name, model_tasks in zip(models, tasks, strict=True):
        if not any(task.has_work for task in model_tasks) and step != "test":
            print_status(f"{to_printable(name)} has no step `{step}`")
        findings += _run_tasks(model_tasks, folder, champion_fleet)
    exit_code = _report(session, findings, folder, f"{step} of {', '.join(models)}", format_, output)
    if step == "test" and not exit_code:
        require_source_packages(session, frozenset(models))
    raise click.exceptions.Exit(exit_code)


def _require_list_format(format_: str) -> str:
    if format_ not in OUTPUTS:
        raise UsageError(f"--list does not support --format {format_}", help=f"one of: {', '.join(OUTPUTS)}")
    return format_


def _list_models(session: Session, models: tuple[str, ...], step: Step, schedule: str | None, jobs: int) -> Object:
    try:
        all_names = [model.name for model in models_with_step(session.fleet, step, schedule)]
    except ValueError as error:
        raise UsageError(f"`{schedule}` is not a cron schedule: {error}", help='example: "0 3 * * 1"') from error
    names = [name for name in all_names if not models or name in models]
    return {"models": names, "jobs": split_into_jobs(names, jobs)}


def _run_tasks(tasks: Iterable[Task], folder: Path, champion_fleet: Fleet) -> Iterator[Finding]:
    for task in tasks:
        if task.has_work:
            yield from execute_task(task, folder, champion_fleet, lambda line: print_status(to_printable(line)))


def _report(
    session: Session, findings: Sequence[Finding], folder: Path, title: str, format_: str, output: Path | None
) -> int:
    """Write the report; return the exit code."""
    report = Report(
        sorted_unique(findings),
        session.read_text,
        title,
        colour=stdout_supports_colour(output),
        project_folder=checkout_subfolder(folder),
    )
    write_output(REPORTERS[format_](report), output)
    return report.exit_code
