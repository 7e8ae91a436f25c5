"""Edits of specs: promotion, rollback, retirement. Everything outside the edit keeps its bytes."""
