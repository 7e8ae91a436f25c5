"""Templates are filled as they are where files are rendered."""

from tests.render.conftest import data, hostile, problem, problems, render

__all__ = ["data", "hostile", "problem", "problems", "render"]
