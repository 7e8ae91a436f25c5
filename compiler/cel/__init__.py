"""CEL: conditions that people write about their models, type-checked before any model is read.

The one door is `Expressions`. CEL and protobuf are imported when something is compiled, protobuf only to check types.
"""

from compiler.cel.batch import Together, together
from compiler.cel.cel_environment import Expected, Expressions
from compiler.cel.compile_errors import Mistake
from compiler.cel.expression import TOO_MANY, Expression, Failure, Values
from compiler.cel.failure_reasons import Reason
from compiler.cel.re2 import matches_whole, wrong_pattern

__all__ = [
    "TOO_MANY",
    "Expected",
    "Expression",
    "Expressions",
    "Failure",
    "Mistake",
    "Reason",
    "Together",
    "Values",
    "matches_whole",
    "together",
    "wrong_pattern",
]
