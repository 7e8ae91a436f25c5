"""Modelyard: compiles the model specs that a team keeps in git into what a model needs to run and to be accounted for."""

__version__ = "0.1.0"
