"""Checks of the resolved fleet. Each check yields findings."""
