"""The inventory of a fleet: one typed row a model, what is about to lapse, and what is missing, by arithmetic on what specs say."""
