"""What planning has at hand: the fleet, the emitters, their conditions, and what fills their one-line templates."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object
from compiler.foundation.provenance import ContextValue
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.emitters.emitter_settings import enabled_addons
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.resolve.fleet import Fleet


@dataclass(frozen=True)
class PlanningServices:
    """What contexts are made from; remembers what models export, since many may ask one."""

    fleet: Fleet
    emitters: Emitters
    conditions: ConditionEvaluator
    templates: EmitterTemplates
    build_inventory: Callable[[], ContextValue]
    """What files of the project see of every model, made when one of them asks for it."""
    exports_cache: dict[tuple[str, str], Object | Finding] = field(default_factory=dict)

    @cached_property
    def addons(self) -> tuple[Emitter, ...]:
        """Emitters that no model names and that are on."""
        return tuple(enabled_addons(self.fleet.portfolio.project.data, self.emitters))
