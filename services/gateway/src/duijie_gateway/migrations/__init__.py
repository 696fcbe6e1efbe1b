"""Schema changes of the gateway's database, run by `python -m duijie_gateway migrate`."""
