"""The gateway's queries, asynchronous, for the API. All SQL that only reads the read model is here."""
