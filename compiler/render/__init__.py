"""Rendering: templates place values, and no value passes through a parser of the output language."""
