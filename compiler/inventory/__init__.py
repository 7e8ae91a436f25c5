"""The inventory of a fleet: one typed row per model, deadlines, and missing fields."""
