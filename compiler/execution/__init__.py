"""Runs what belongs to a model: tests of its companion files, and the steps of its pipeline."""
