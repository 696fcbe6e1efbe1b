"""Webhooks: endpoints, what is due to each, and the sender that brings it there."""
