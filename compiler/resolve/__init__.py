"""From documents to what holds: layers merged, references followed, one frozen model for each environment, on demand."""
