"""Event contracts: what is on each topic, how it is written and read, and who does so."""
