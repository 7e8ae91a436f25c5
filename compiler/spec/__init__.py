"""The language: what a team may write, and what it means when it is read."""
