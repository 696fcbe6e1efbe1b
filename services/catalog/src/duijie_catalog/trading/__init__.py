"""Holds and deals, and the days of capacities that they book."""
