"""Notices to people: their channels, what waits for each, and the notifier that sends it."""
