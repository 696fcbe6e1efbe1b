"""Duijie gateway: the public door, with read model, streams and pages."""
