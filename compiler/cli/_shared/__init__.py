"""Options and arguments that several commands declare."""
