"""CEL: conditions about models, type-checked before any model is read.

The entry point is `CelEnvironment`. CEL is imported when the first expression is compiled, protobuf only to check types.
"""

from compiler.cel.batch import ExpressionBatch, compile_batch
from compiler.cel.cel_environment import CelEnvironment, ExpectedType
from compiler.cel.compile_errors import CompileError
from compiler.cel.expression import TOO_MANY_ELEMENTS, TOO_MUCH_MEMORY, Activation, Expression, Failure
from compiler.cel.failure_reasons import FailureReason
from compiler.cel.re2 import re2_full_match, re2_pattern_error

__all__ = [
    "TOO_MANY_ELEMENTS",
    "TOO_MUCH_MEMORY",
    "Activation",
    "CelEnvironment",
    "CompileError",
    "ExpectedType",
    "Expression",
    "ExpressionBatch",
    "Failure",
    "FailureReason",
    "compile_batch",
    "re2_full_match",
    "re2_pattern_error",
]
