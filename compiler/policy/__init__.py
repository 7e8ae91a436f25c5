"""Policies: definitions, selection, evaluation, and enforcement."""
