"""Each variable of policies is described, with a condition that the type checker accepts."""

import pytest

from compiler.cel import Expression
from compiler.foundation import resources
from compiler.policy.policy_inputs import cel_environments, variable_schemas
from compiler.policy.variable_descriptions import VARIABLE_DESCRIPTIONS
from compiler.spec.language import Language

LANGUAGE = Language(resources.kind_schemas(), resources.type_schemas())
SUBJECTS = {"object": "object", "models": "fleet"}


def test_every_variable_is_described_and_no_other() -> None:
    names = {name for subject in ("model", "object", "fleet") for name in variable_schemas(LANGUAGE)[subject]}
    assert set(VARIABLE_DESCRIPTIONS) == names


@pytest.mark.parametrize("name", VARIABLE_DESCRIPTIONS)
def test_the_example_reads_the_variable_and_has_the_types_of_the_language(name) -> None:
    environment = cel_environments(LANGUAGE)[SUBJECTS.get(name, "model")]
    expression = environment.compile(VARIABLE_DESCRIPTIONS[name].example)
    assert isinstance(expression, Expression), expression
    assert name in {pointer[0] for pointer in expression.read_paths}
