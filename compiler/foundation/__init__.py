"""What every package may import: errors, plain data, suggestions, provenance, shipped resources."""
