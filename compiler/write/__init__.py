"""Writes rendered files: only what changed, removing exactly what was once written, never over anybody else's work."""

from compiler.write.apply import apply, plan_changes
from compiler.write.changes import Action, Change, ChangeSet, LockChange
from compiler.write.files import OutputFile, Unit

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
