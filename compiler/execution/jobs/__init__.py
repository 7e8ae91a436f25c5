"""Runs the programs that a model's pipeline names, and evaluates their results."""
