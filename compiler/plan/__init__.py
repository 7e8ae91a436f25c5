"""From resolved models to planned files: which emitter makes which file, and the values that its template sees."""
