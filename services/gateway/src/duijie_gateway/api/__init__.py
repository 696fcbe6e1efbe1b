"""HTTP only: who asks, what they ask, and how the answer is written."""
