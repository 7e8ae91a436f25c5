"""`modelyard digest`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.location_type import LocationType


@click.command("digest")
@click.argument("locations", nargs=-1, required=True, type=LocationType(), metavar="PATH|URI…")
@click.option(
    "--files",
    "lists_files",
    is_flag=True,
    help="List the digest of each file of one folder, in the format of `sha256sum`.",
)
@common_options.format_option("text", "json")
@common_options.output_option()
@calls("digest:show_digests")
def command() -> None:
    """Compute the digest of artifacts, for `digest` in specs.

    The digest of a file is its SHA-256. The digest of a folder is the SHA-256 of the lines that `sha256sum` prints for
    its files, sorted by path. The digest of an OCI artifact is that of its manifest.

    Local paths use no network. URIs with s3://, gs://, hf:// and oci:// need `pip install 'modelyard[fetch]'`.

    \b
    Examples:
      modelyard digest model.onnx
      modelyard digest models/card-fraud/4.2.1
      modelyard digest s3://bank-models/card-fraud/4.2.1
      modelyard digest hf://mistralai/Mistral-7B-Instruct-v0.3:e0bc86c23ce5aae1db576c8cca6f06f1f73af2db
      modelyard digest oci://registry.bank.example/models/card-fraud:4.2.1 --format json
      modelyard digest download --files -o SHA256SUMS
    """
