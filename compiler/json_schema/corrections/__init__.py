"""What to write instead of a value that a schema refuses."""

from compiler.json_schema.corrections.correction import Correction
from compiler.json_schema.corrections.correction_finder import HOW_TO_FIND, corrections, text_kind

__all__ = ["HOW_TO_FIND", "Correction", "corrections", "text_kind"]
