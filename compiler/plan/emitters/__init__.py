"""Emitters: folders of templates, loaded and checked."""
