"""Kafka behind two small ports, with kafka-python and an in-memory broker that pass the same tests."""
