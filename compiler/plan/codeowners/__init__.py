"""Code ownership: which team owns which file of the repository."""
