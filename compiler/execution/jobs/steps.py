"""The steps of a model's pipeline."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler.foundation.json_data import Pointer

STEP_POINTERS: Mapping[str, Pointer] = MappingProxyType({
    "data": ("data",),
    "test": ("test",),
    "scan": ("scan",),
    "train": ("train",),
    "evaluate": ("evaluate", "run"),
    "canary": ("canary",),
})  # fmt: skip
"""Step to where a model's `pipeline` says its program."""
RELEASE_STEPS = frozenset({"scan", "evaluate"})
"""Steps that look at a release, and are run for each that runs somewhere; the others once a model."""
