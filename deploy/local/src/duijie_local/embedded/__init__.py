"""A real broker and a real database on this machine, from packages alone."""
