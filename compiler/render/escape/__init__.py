"""Escapers that know where in a text a value is placed."""
