"""The stages in which a model may run, by lifecycle."""

from collections.abc import Mapping
from types import MappingProxyType

ALL_STAGES = ("dev", "test", "staging", "prod")
"""The stages of environments, from development to production."""

ALLOWED_STAGES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "proposed": frozenset(),
        "development": frozenset({"dev", "test"}),
        "validation": frozenset({"dev", "test", "staging"}),
        "pilot": frozenset({"dev", "test", "staging", "prod"}),
        "production": frozenset({"dev", "test", "staging", "prod"}),
        "deprecated": frozenset({"dev", "test", "staging", "prod"}),
        "retired": frozenset(),
    }
)
"""Lifecycle to the stages that it allows."""

ENDED_LIFECYCLES = frozenset({"retired"})
"""Lifecycles of models that are no longer in use."""
