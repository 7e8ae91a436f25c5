"""The stages in order: the front door of the library."""
