"""From order events to published matches: what is pure here decides, what is thin here moves bytes."""
