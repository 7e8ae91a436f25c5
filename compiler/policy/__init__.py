"""Policies: which there are, whom they select, what breaks them, and what that decides."""
