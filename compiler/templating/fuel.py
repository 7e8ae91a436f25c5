"""The work that templates may do, counted in steps: never in time, so that every machine gives the same result."""

from dataclasses import dataclass

from compiler.templating.template_errors import OutOfStepsError, RenderLimits, ValueRejectedError

_HELP = "loop over less, or split the file"


@dataclass(slots=True)
class _Reserve:
    """What all runs of one template have left together."""

    steps: int
    characters: int


class Fuel:
    """The steps that one run of a template may take, and a reserve for all of its runs in one build.

    The reserve starts at the limit of one run, and grows by an average with each run.
    """

    def __init__(self, limits: RenderLimits) -> None:
        self.limits = limits
        self.remaining_steps = limits.max_steps
        self._granted_steps = limits.max_steps
        self._reserves: dict[str, _Reserve] = {}

    def start_run(self, template: str) -> None:
        """Grant steps for one more run of the template."""
        limits = self.limits
        reserve = self._reserves.setdefault(template, _Reserve(limits.max_steps, limits.max_characters))
        reserve.steps += limits.average_steps
        reserve.characters += limits.average_characters
        self._granted_steps = self.remaining_steps = min(limits.max_steps, reserve.steps)

    def end_run(self, template: str, characters: int) -> None:
        """Charge what the run used; raises `ValueRejectedError` if all runs together printed too much."""
        reserve = self._reserves[template]
        reserve.steps -= self._granted_steps - max(self.remaining_steps, 0)
        reserve.characters -= characters
        if reserve.characters < 0:
            raise ValueRejectedError("the files of this template are too long together", help=_HELP)

    def spend_after_run(self, template: str, steps: int) -> None:
        """Use steps of the last run of the template for its output; raises `OutOfStepsError` when none are left."""
        self._reserves[template].steps -= steps
        self.spend(steps)

    def spend(self, steps: int) -> None:
        """Use steps; raises `OutOfStepsError` when none are left."""
        self.remaining_steps -= steps
        if self.remaining_steps >= 0:
            return
        if self._granted_steps < self.limits.max_steps:
            raise OutOfStepsError("the files of this template take too many steps together", help=_HELP)
        raise OutOfStepsError("the template takes more steps than one file may", help=_HELP)

    def spend_at_statement(self, _: object, steps: int) -> None:
        """The same as a filter, which templates apply where a body begins."""
        self.remaining_steps -= steps
        if self.remaining_steps < 0:
            self.spend(0)
