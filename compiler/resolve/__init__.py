"""From documents to resolved models: layers merged, references followed, one frozen model per environment, on demand."""
