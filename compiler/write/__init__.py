"""Writes rendered files: writes only what changed, removes exactly what an earlier build wrote, and never overwrites other files."""

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
