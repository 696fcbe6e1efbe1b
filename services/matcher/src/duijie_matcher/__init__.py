"""Duijie matcher: scores, clears and explains who should trade with whom."""
