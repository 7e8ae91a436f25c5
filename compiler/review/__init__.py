"""What a change of a project affects: models, environments and artifacts."""
