"""From resolved models to planned files: which emitter makes which file, and what its template sees."""
