"""The language: the schemas of specs, and the loader that reads and validates them."""
