"""Template contexts: the values that templates see."""
