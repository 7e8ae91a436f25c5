"""CEL: conditions that people write about their models, type-checked before any model is read.

The one door is `Expressions`. CEL and protobuf are imported when something is compiled, protobuf only to check types.
"""

from compiler.expression.expression import TOO_MANY, Expression, Failure, Values
from compiler.expression.expressions import Expected, Expressions
from compiler.expression.mistakes import Mistake
from compiler.expression.patterns import matches_whole, wrong_pattern
from compiler.expression.together import Together, together
from compiler.expression.why import Reason

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
