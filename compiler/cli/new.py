"""`modelyard new`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("new")
@click.argument("kind")
@click.argument("name")
@click.option("--type", "type_", metavar="TYPE", help="For models: the model type; `modelyard schema` lists all.")
@click.option("--owner", metavar="TEAM", help="For models: the owning team. [default: the only team, if there is one]")
@click.option(
    "--target", metavar="ID", help="For models: the deployment target. [default: the only one that supports the type]"
)
@click.option("--folder", metavar="DIR", help="Folder of the new file. [default: the folder of its kind]")
@click.option("--print", "print_", is_flag=True, help="Print the document to stdout; write no file.")
@common_options.root_option
@calls("new:create_document")
def command() -> None:
    """Create a document, such as a model or a team.

    The document contains the required fields of its kind, and the optional ones as comments. Fields that only you can
    fill in are left empty; `modelyard check` reports them with their lines. For the kind `defaults`, NAME is the
    folder of models that the defaults apply to. A new policy has a rule that works, to be replaced. Existing files are
    never overwritten.

    \b
    Examples:
      modelyard new team payments-risk
      modelyard new model card-fraud --type ml --owner payments-risk --folder models/payments
      modelyard new use-case card-authorisation
      modelyard new defaults models/payments
      modelyard new policy production-states-availability
      modelyard new model assistant --type llm --print
    """
