"""Reading and evaluating PMML."""
