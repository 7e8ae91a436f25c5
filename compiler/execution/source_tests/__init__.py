"""Runs companion files by their tests: decisions, graphs, models and formulations, each in a sandboxed process."""
