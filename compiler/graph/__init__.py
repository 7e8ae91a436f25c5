"""Pictures of a fleet: what rests on what, as Mermaid, as DOT, and drawn."""
