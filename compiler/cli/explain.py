"""`modelyard explain`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("explain")
@click.argument("subject", required=False)
@click.option("--list", "list_", is_flag=True, help="List all finding codes.")
@common_options.format_option("text", "json")
@common_options.output_option()
@common_options.environment_option
@common_options.project_options
@calls("explain:explain_subject")
def command() -> None:
    """Explain where a value comes from, or what a finding code or a policy means.

    SUBJECT is a field of a model, a line or a field of an artifact, a finding code, or a policy.

    \b
    Examples:
      modelyard explain card-fraud.deploy.scaling.min --env prod
      modelyard explain build/prod/card-fraud/inferenceservice.yaml:spec.predictor.minReplicas
      modelyard explain build/prod/card-fraud/inferenceservice.yaml:12
      modelyard explain MY101
      modelyard explain baseline/owner-has-contacts
    """
