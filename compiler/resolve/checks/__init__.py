"""Checks of the resolved fleet: each yields findings."""
