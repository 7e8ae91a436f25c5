"""Writes rendered files: writes only what changed, removes exactly what an earlier build wrote, and never overwrites other files."""

from compiler.write.change_set import Action, Change, ChangeSet
from compiler.write.folder_writer import FolderWriter
from compiler.write.output_units import OutputFile, Unit
from compiler.write.output_writer import OutputWriter, WritePlan

__all__ = [
    "Action",
    "Change",
    "ChangeSet",
    "FolderWriter",
    "OutputFile",
    "OutputWriter",
    "Unit",
    "WritePlan",
]
