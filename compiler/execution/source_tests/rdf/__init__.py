"""Reading, validating and querying RDF graphs."""
