"""What a governance record has to contain, and what of it is missing."""
