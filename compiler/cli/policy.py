"""`modelyard policy`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.path_type import PathType
from compiler.cli._shared.suggesting_group import SuggestingGroup


@click.group("policy", cls=SuggestingGroup)
def command() -> None:
    """List, show and test policies, and show the impact of changes.

    \b
    Examples:
      modelyard policy list
      modelyard policy show supply-chain/pinned-images
      modelyard policy test
    """


@command.command("list")
@common_options.format_option("text", "json")
@common_options.output_option()
@common_options.project_options
@calls("policy:list_policies")
def list_() -> None:
    """List all policies.

    `●` marks those that the project binds to all models.

    \b
    Examples:
      modelyard policy list
      modelyard policy list --format json -o policies.json
    """


@command.command("show")
@click.argument("name")
@common_options.output_option()
@common_options.project_options
@calls("policy:show_policy")
def show() -> None:
    """Print a policy, or list a pack.

    \b
    Examples:
      modelyard policy show supply-chain
      modelyard policy show supply-chain/pinned-images
    """


@command.command("sources")
@click.argument("names", nargs=-1)
@common_options.format_option("text", "json")
@common_options.output_option()
@common_options.project_options
@calls("policy:list_sources")
def sources() -> None:
    """List the laws and other documents behind policies.

    Each statement of a policy with its dates, and the title, the address and the date of each document. NAMES are
    policies or packs; without NAMES, all policies are listed.

    \b
    Examples:
      modelyard policy sources
      modelyard policy sources eu-ai-act --format json
    """


@command.command("test")
@click.argument("names", nargs=-1)
@click.option("--verbose", "-v", is_flag=True, help="Show what each example violates, and where.")
@common_options.project_options
@calls("policy:test_policies")
def test() -> None:
    """Run the examples of policies.

    Good examples must pass, and bad ones must fail at the expected location. NAMES are policies or packs; without
    NAMES, the project's own policies are tested.

    \b
    Examples:
      modelyard policy test
      modelyard policy test supply-chain/pinned-images -v
    """


@command.command("impact")
@click.argument("range_", metavar="[BASE[..HEAD]]", required=False)
@click.option(
    "--since",
    metavar="SPAN",
    help="Apply today's policies to each commit of the last SPAN, such as 90d, 12w, 3m or 1y.",
)
@click.option(
    "--fleet",
    "fleets",
    multiple=True,
    type=PathType(exists=True, files=False),
    metavar="DIR",
    help="Apply today's policies to the project in this folder. May be repeated.",
)
@common_options.format_option("text", "markdown", "json")
@common_options.output_option()
@common_options.policy_date_option
@common_options.root_option
@calls("policy_impact:show_impact")
def impact() -> None:
    """Show the impact of policy changes.

    Applies the policies, packs and waivers of BASE and of HEAD to the models of HEAD (by default those of the work
    tree), and lists the differences. Policies on rendered objects are skipped.

    \b
    Examples:
      modelyard policy impact main
      modelyard policy impact v1.0..v2.0 --format markdown
      modelyard policy impact --since 90d
      modelyard policy impact --fleet ../payments --fleet ../lending
    """
