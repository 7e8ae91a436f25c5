"""Running what is next to specs: tests of sources, and steps of pipelines."""
