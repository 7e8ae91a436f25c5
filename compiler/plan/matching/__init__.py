"""Which emitters apply to a model, whether they can deploy it, and what they need for it."""
