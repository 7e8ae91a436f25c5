"""The steps of a model's pipeline."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from compiler.foundation.json_data import Pointer

Step = Literal["data", "test", "scan", "train", "evaluate", "canary"]

STEP_POINTERS: Mapping[Step, Pointer] = MappingProxyType({
    "data": ("data",),
    "test": ("test",),
    "scan": ("scan",),
    "train": ("train",),
    "evaluate": ("evaluate", "run"),
    "canary": ("canary",),
})  # fmt: skip
"""Step to the field of `pipeline` that names its program."""
RELEASE_STEPS = frozenset({"scan", "evaluate"})
"""Steps that concern a release and run for each deployed one; the others run once per model."""
