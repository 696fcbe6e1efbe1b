"""What every Duijie service agrees on: contracts, taxonomy, geography, units, Kafka plumbing."""
