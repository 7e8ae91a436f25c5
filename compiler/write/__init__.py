"""Writes rendered files: only what changed, removing exactly what was once written, never over anybody else's work."""

from compiler.write.apply_changes import apply, plan_changes
from compiler.write.change_set import Action, Change, ChangeSet, LockChange
from compiler.write.output_units import OutputFile, Unit

__all__ = [
    "Action",
    "Change",
    "ChangeSet",
    "LockChange",
    "OutputFile",
    "Unit",
    "apply",
    "plan_changes",
]
