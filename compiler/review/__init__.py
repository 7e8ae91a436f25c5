"""What a change of a project does: which models, environments and artifacts are others than before."""
