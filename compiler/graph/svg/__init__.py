"""A picture as SVG, drawn here: no program and no font of anybody else's is needed."""
