"""JSON Schema: what is wrong with data, in words that people can act on.

The one door is `Validator`; `unheard` says what a schema of a stranger says in vain;
`structural` and `with_defaults` make the schemas of a cluster's own resources fit for it.
"""

from compiler.schema.fanout import too_wide
from compiler.schema.lint import Unheard, unheard
from compiler.schema.structural import structural, with_defaults
from compiler.schema.validator import SchemaError, Validator
from compiler.schema.violation import Violation

__all__ = ["SchemaError", "Unheard", "Validator", "Violation", "structural", "too_wide", "unheard", "with_defaults"]
