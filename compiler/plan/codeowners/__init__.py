"""Who owns which file, for the forge."""
