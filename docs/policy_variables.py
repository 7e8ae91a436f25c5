"""The page about the variables of policies."""

from collections.abc import Iterator

from fields import rows, table

from compiler.foundation import resources
from compiler.foundation.json_data import as_object
from compiler.policy.policy_inputs import variable_schemas
from compiler.policy.status_variables import STATUS_VARIABLES
from compiler.policy.variable_descriptions import VARIABLE_DESCRIPTIONS
from compiler.spec.language import Language


def policy_variables() -> Iterator[str]:
    """Each variable, with an example and the fields that no document of the language has."""
    yield (
        "The variables of conditions (`rules`, `match.when`, `groupBy`) of policies. Conditions are written in\n"
        "[CEL](https://cel.dev), and are type-checked before any model is read.\n"
        "`has(model.sla.latency.p99)` is false if any part of the path is absent.\n"
    )
    schemas = variable_schemas(Language(resources.kind_schemas(), resources.type_schemas()))
    for name, description in VARIABLE_DESCRIPTIONS.items():
        yield f"## `{name}`\n\n{description.text}\n\n```text\n{description.example}\n```\n"
        if name in STATUS_VARIABLES and name != "today":
            schema = schemas["model"][name]
            element = as_object(schema.get("items", schema))
            fields = rows(element, element)
            yield table(("field", "type"), ((f"`{row.path}`", row.takes) for row in fields))
