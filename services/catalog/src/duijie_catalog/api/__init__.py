"""HTTP only: read the request, call a handler, write the answer. Internal: the gateway is the one caller."""
