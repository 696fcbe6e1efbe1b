"""Demands beyond one order: those that come again, and those for a category."""
