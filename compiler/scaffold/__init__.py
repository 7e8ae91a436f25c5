"""What a repository starts from: its first files, a document to fill in, and the schemas that editors read."""
