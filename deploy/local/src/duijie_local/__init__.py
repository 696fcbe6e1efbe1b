"""The duijie command: the whole stack on one machine, with a real broker and a real database."""
