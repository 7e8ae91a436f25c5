"""What is watched of a model in an environment: objectives, where each is measured, the rules that tell, and all the arithmetic."""
