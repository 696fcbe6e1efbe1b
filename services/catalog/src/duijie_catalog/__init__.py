"""Duijie catalog: owns parties, orders and capacities, and publishes them."""
