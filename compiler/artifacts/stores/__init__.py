"""Stores of artifacts, each read with an optional package that is imported when it is used."""
