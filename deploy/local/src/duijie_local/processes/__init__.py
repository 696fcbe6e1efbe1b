"""Processes: how one is described, started, watched and ended with everything it left behind."""
