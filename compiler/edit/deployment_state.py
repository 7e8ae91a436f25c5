"""A model and where it runs, as somebody sees it who is about to change that."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Pointer, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest
from compiler.resolve.fleet import Fleet
from compiler.resolve.lifecycle import ALL_STAGES, STAGES
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Spec


@dataclass(frozen=True)
class Situation:
    """A model, an environment, and what runs there now (`None`: nothing)."""

    fleet: Fleet
    spec: Spec
    environment: Spec
    now: ResolvedModel | None

    @property
    def is_listed(self) -> bool:
        """Whether the model says that it runs there."""
        return self.environment.name in as_object(self.spec.data.get("environments"))

    @property
    def general(self) -> ResolvedModel:
        """The model as it is there; where it does not run yet, as it is nearest before, or in general."""
        if self.now is not None:
            return self.now
        before = [model for group in reversed(self.before) for model in group]
        if before:
            return before[0]
        model, _ = self.fleet.resolve(self.spec.name, None)
        if model is None:
            raise UsageError(f"{self.spec.name} does not hold together", help="modelyard check")
        return model

    @property
    def before(self) -> list[list[ResolvedModel]]:
        """The model where it runs before the environment, in groups of environments that are promoted together."""
        found: list[list[ResolvedModel]] = []
        for entry in as_list(self.fleet.portfolio.project.data.get("environments")):
            names = [as_str(name) for name in (as_list(entry) or (entry,))]
            if self.environment.name in names:
                break
            there = (self.fleet.model(self.spec.name, name) for name in names)
            found.append([model for model in there if model is not None])
        return [group for group in found if group]

    def finding(self, message: str, help_: str, pointer: Pointer = ()) -> Finding:
        """A finding about what is not allowed."""
        subject = Subject("Model", self.spec.name, self.environment.name, pointer)
        return Finding(codes.NOT_ALLOWED, message, self.spec.document.place(pointer), subject, help_)

    def out_of_stage(self) -> Iterator[Finding]:
        """The finding where the model's lifecycle keeps it out of the environment."""
        lifecycle, stage = as_str(self.general.data["lifecycle"]), self.environment.text("stage")
        if stage not in STAGES[lifecycle]:
            allowed = ", ".join(known for known in ALL_STAGES if known in STAGES[lifecycle]) or "no stage"
            message = f"a model with lifecycle `{lifecycle}` runs in {allowed}, and {self.environment.name} is {stage}"
            place = self.general.place(("lifecycle",))
            subject = Subject("Model", self.spec.name, self.environment.name, ("lifecycle",))
            yield Finding(codes.NOT_ALLOWED, message, place, subject, "change `lifecycle` first, if the model is further")


def situation(fleet: Fleet, name: str, environment: str) -> Situation:
    """The situation of a model in an environment; raises `UsageError` for names that nobody has."""
    spec = require_model(fleet, name)
    place = fleet.portfolio.of("Environment")[environment]
    listed = environment in as_object(spec.data.get("environments"))
    return Situation(fleet, spec, place, fleet.model(name, environment) if listed else None)


def require_model(fleet: Fleet, name: str) -> Spec:
    """A sound model by its name."""
    known = fleet.portfolio.of("Model")
    if name not in known:
        near = nearest(name, known)
        raise UsageError(f"there is no sound model `{name}`", help=f"did you mean `{near}`?" if near else "modelyard check")
    return known[name]
