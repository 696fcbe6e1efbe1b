"""What may happen to a party, an order, a capacity. Pure: no clock, no database, no network."""
