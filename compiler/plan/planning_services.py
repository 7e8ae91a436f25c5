"""What planning has at hand: the fleet, the emitters, their conditions, and what fills their one-line templates."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, Pointer
from compiler.foundation.provenance import ContextValue
from compiler.plan.context.lazy_context import Context
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.emitters.emitter_settings import enabled_addons
from compiler.resolve.fleet import Fleet


class ValueRenderer(Protocol):
    """Fills a value of emitter.yaml that may hold one-line templates; what cannot be filled is a finding."""

    def __call__(self, emitter: Emitter, value: Json, context: Context, pointer: Pointer) -> Json | Finding:
        """The value filled; `pointer` is its place in emitter.yaml."""
        ...


@dataclass(frozen=True)
class PlanningServices:
    """What contexts are made from; remembers what models export, since many may ask one."""

    fleet: Fleet
    emitters: Emitters
    conditions: ConditionEvaluator
    render_value: ValueRenderer
    build_inventory: Callable[[], ContextValue]
    """What files of the project see of every model, made when one of them asks for it."""
    exports_cache: dict[tuple[str, str], Object | Finding] = field(default_factory=dict)

    @cached_property
    def addons(self) -> tuple[Emitter, ...]:
        """Emitters that no model names and that are on."""
        return tuple(enabled_addons(self.fleet.portfolio.project.data, self.emitters))
