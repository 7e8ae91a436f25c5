"""Which emitters apply to a model, and whether a target can run it."""
