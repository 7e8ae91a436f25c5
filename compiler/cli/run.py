"""`modelyard run`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.choices import REPORT_FORMATS
from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.step_argument import StepType


@click.command("run")
@click.argument("models", nargs=-1, metavar="[MODEL…]")
@click.argument("step", type=StepType())
@click.option(
    "--release", metavar="VERSION", help="Run the step for this release. [default: each running release, or once]"
)
@click.option("--env", "environment", metavar="NAME", help="Use the model's settings in this environment.")
@click.option("--since", metavar="REVISION", help="Take the champion from this revision instead of the work tree.")
@click.option("--list", "lists", is_flag=True, help="Run nothing; list the models (all, or MODELS) that have the step.")
@click.option("--schedule", metavar="CRON", help="With --list: only models that are retrained by this schedule.")
@click.option(
    "--max-jobs",
    "jobs",
    type=click.IntRange(1),
    metavar="N",
    default=256,
    show_default=True,
    help="With --list: distribute the models over at most N jobs.",
)
@common_options.format_option(*REPORT_FORMATS, help_text="Format of findings, or of the list.")
@common_options.output_option()
@common_options.root_option
@calls("run:run_pipeline_step")
def command() -> None:
    """Run a step of a model's pipeline.

    A step is a program named in the spec; it runs without a shell in the folder of the spec. `test` first runs the
    tests of releases, as `check --sources` does. `evaluate` compares the results, measured or recorded, with the gates
    and the champion. A model without the step is skipped. The program gets the environment variables MODELYARD_MODEL,
    MODELYARD_RELEASE and MODELYARD_ENVIRONMENT, and for `evaluate` the path of its results file in MODELYARD_RESULTS.

    \b
    Examples:
      modelyard run atm-demand test
      modelyard run card-fraud evaluate --release 3.2.0 --since origin/main
      modelyard run card-fraud canary --env prod
      modelyard run --list train
    """
