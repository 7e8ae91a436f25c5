"""The type of the argument that names a step of a model's pipeline."""

from collections.abc import Sequence

import click

from compiler.cli._shared.choices import PIPELINE_STEPS
from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match, quote_list


class StepType(click.Choice[str]):
    """A step; it is the last argument, after the models in the parameter `models`."""

    def __init__(self) -> None:
        super().__init__(PIPELINE_STEPS)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The step; raises `UsageError` for another word, and shows the command with its arguments in order."""
        word = str(value)
        if ctx is None or word in PIPELINE_STEPS:
            return super().convert(word, param, ctx)
        raise _step_error(word, ctx.params.get("models") or (), ctx.command_path)


def _step_error(word: str, models: Sequence[str], command: str) -> UsageError:
    step = next((model for model in models if model in PIPELINE_STEPS), None)
    if step is not None:
        names = " ".join([*(model for model in models if model != step), word])
        return UsageError("the step comes last, after the models", help=f"{command} {names} {step}")
    match = closest_match(word, PIPELINE_STEPS)
    if match:
        return UsageError(f"there is no step `{word}`", help=f"did you mean `{match}`?")
    steps = quote_list(PIPELINE_STEPS)
    if models:
        return UsageError(f"there is no step `{word}`", help=f"the last argument is a step: {steps}")
    return UsageError("name the step as the last argument", help=f"{command} {word} STEP, where STEP is {steps}")
