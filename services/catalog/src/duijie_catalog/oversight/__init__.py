"""Quotas, and the look of staff at what seems implausible."""
