"""The values that emitters export of a model, such as its endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object
from compiler.plan.context.endpoints import parse_endpoint
from compiler.plan.context.lazy_context import Context
from compiler.plan.context.model_context import environment_of, lazy_model_context
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.read_log import Remembered

if TYPE_CHECKING:
    from compiler.plan.context.network import NetworkAccess


_MAX_ENDPOINTS = 4096
"""More are not kept, since each takes a kilobyte."""


class EmitterExports:
    """Renders `exports` of emitter.yaml; keeps endpoints, since many models may call one."""

    def __init__(self, fleet: Fleet, emitters: Emitters, templates: EmitterTemplates) -> None:
        self._fleet = fleet
        self._emitters = emitters
        self._templates = templates
        self._endpoints: dict[tuple[str, str], Remembered[Object | Finding]] = {}
        self.known_networks: dict[tuple[str, str], Remembered[NetworkAccess]] = {}
        """The network access of deployments that was computed last."""

    def target_of(self, model: ResolvedModel) -> Emitter | None:
        """The emitter that the model names as its target, if there is one."""
        return self._emitters.by_id.get(model.data.get("deploy", {}).get("target", ""))

    def endpoint(self, model: ResolvedModel, target: Emitter) -> Object | Finding:
        """The endpoint of a model in its environment."""
        key = (model.name, environment_of(model).name)
        if key not in self._endpoints and len(self._endpoints) >= _MAX_ENDPOINTS:
            del self._endpoints[next(iter(self._endpoints))]
        return self._fleet.reads.remember(self._endpoints, key, lambda: self.of_model(model, target, "endpoint"))

    def of_model(self, model: ResolvedModel, target: Emitter, name: str) -> Object | Finding:
        """The values under a name, from a context in which only values are computed that the templates read."""
        return self.render(target, lazy_model_context(self._fleet, model, target), name)

    def render(self, emitter: Emitter, context: Context, name: str) -> Object | Finding:
        """The values that an emitter exports under a name, with the parts of their URL; empty where it exports none."""
        values: dict[str, Json] = {}
        for key, template in emitter.data.get("exports", {}).get(name, {}).items():
            value = self._templates.render_value(emitter, template, context, ("exports", name, key))
            if isinstance(value, Finding):
                return value
            if value is not None:
                values[key] = value
        if not values:
            return {}
        if "path" in values and "url" in values:
            values["url"] = f"{values.get('url', '')}{values['path']}"
        url = values.get("url")
        parts = parse_endpoint(url) if isinstance(url, str) else None
        return {**(parts.data if parts else {}), **values}
