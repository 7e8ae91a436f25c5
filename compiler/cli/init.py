"""`modelyard init`."""

import click

from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.path_type import PathType
from compiler.scaffold.ci_providers import ci_providers


@click.command("init")
@click.argument("folder", required=False, metavar="[DIR]", type=PathType(files=False))
@click.option("--name", help="Project name. [default: derived from the folder's name]")
@click.option("--ci", "provider", type=click.Choice(ci_providers()), help="Add the configuration of this CI server.")
@click.option("--dry-run", is_flag=True, help="List the files to create; write nothing.")
@calls("init:create_project")
def command() -> None:
    """Create a project that is ready to check and build.

    The project has a team, three environments and a first model. Existing files are never overwritten: init adds the
    missing ones and lists the ones it kept. It also writes the JSON Schemas, so that editors validate and complete
    specs without further settings.

    \b
    Examples:
      modelyard init
      modelyard init fraud-models --name fraud
      modelyard init --dry-run
    """
