"""MY5: rendering."""

from compiler.diagnostics.codes.code_factories import error, warning
from compiler.diagnostics.finding import Code, Enforcement, Severity

TEMPLATE_ERROR = error(
    "MY501",
    "template-error",
    "A template cannot be rendered for this model.",
    "Values are inserted as data, never parsed. A value that cannot be inserted safely is rejected.",
    "Change the value in the spec, or fix the template.",
)
OUTPUT_INVALID = error(
    "MY502",
    "output-invalid",
    "A rendered file does not match its schema.",
    "The cluster would reject the file later, or ignore part of it.",
    "Change the value in the spec, or fix the template.",
)
NO_OUTPUT_SCHEMA = Code(
    "MY503",
    "no-output-schema",
    Severity.INFO,
    Enforcement.ADVISORY,
    "No schema is available for a kind of output, so it was not validated.",
    "A check that did not run must not look like one that passed.",
    "Install the extra that the finding names, or add the schema to the project's `schemas/crds/`.",
)
INVALID_OUTPUT_SCHEMA = error(
    "MY504",
    "invalid-output-schema",
    "A file in the project's `schemas/crds/` is no schema that output can be validated with.",
    "The output that it describes would not be validated.",
    "Correct the file, or remove it.",
)
NO_SCHEMAS_FOR_VERSION = warning(
    "MY505",
    "no-schemas-for-version",
    "No schemas are installed for the version of the cluster that an Environment names.",
    "Rendered objects of the cluster's own kinds are not validated there.",
    "Correct the version, or update the package that contains the schemas.",
)
