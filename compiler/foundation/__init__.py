"""What every package may import: errors, JSON data, suggestions, provenance, shipped resources."""
