"""What is revealed of a party, and how it is deleted."""
