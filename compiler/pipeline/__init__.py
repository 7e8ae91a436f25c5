"""The session of one tree, and the stages that check and build it."""
