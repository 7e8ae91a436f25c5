"""What the declarations of commands share."""
