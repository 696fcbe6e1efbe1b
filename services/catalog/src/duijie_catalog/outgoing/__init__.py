"""The outbox: what is published, and the relay that sends it."""
