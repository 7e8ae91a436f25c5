"""CEL: conditions that people write about their models, type-checked before any model is read.

The one door is `Expressions`. CEL and protobuf are imported when something is compiled, protobuf only to check types.
"""

from compiler.cel.batch import ExpressionBatch, compile_batch
from compiler.cel.cel_environment import ExpectedType, CelEnvironment
from compiler.cel.compile_errors import CompileError
from compiler.cel.expression import TOO_MANY_ELEMENTS, Expression, Failure, Activation
from compiler.cel.failure_reasons import FailureReason
from compiler.cel.re2 import re2_full_match, re2_pattern_error

__all__ = [
    "TOO_MANY_ELEMENTS",
    "ExpectedType",
    "Expression",
    "CelEnvironment",
    "Failure",
    "CompileError",
    "FailureReason",
    "ExpressionBatch",
    "Activation",
    "re2_full_match",
    "compile_batch",
    "re2_pattern_error",
]
