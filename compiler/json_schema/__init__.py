"""JSON Schema: what is wrong with data, in words that people can act on.

The one door is `Validator`; `unheard` says what a schema of a stranger says in vain;
`structural` and `with_defaults` make the schemas of a cluster's own resources fit for it.
"""

from compiler.json_schema.complexity import too_wide
from compiler.json_schema.schema_lint import Unheard, unheard
from compiler.json_schema.structural import structural, with_defaults
from compiler.json_schema.validator import SchemaError, Validator
from compiler.json_schema.violation import Violation

__all__ = ["SchemaError", "Unheard", "Validator", "Violation", "structural", "too_wide", "unheard", "with_defaults"]
