"""Policies on rendered objects for a cluster that evaluates them at admission."""
