"""Context-aware escapers: how to write a value depends on where in the text it is placed."""
