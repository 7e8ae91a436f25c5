"""What runs a release: one file an engine, which says in `ENGINE` what it takes and how it runs it."""
