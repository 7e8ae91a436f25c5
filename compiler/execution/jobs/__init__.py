"""A model's own programs, as its pipeline names them: which there are, how they are run, and what came of it."""
