"""Free loopback ports."""

import random
import socket

LOOPBACK = "127.0.0.1"

# Below the range from which Linux (32768-) and macOS (49152-) take ports for outgoing connections: a client that
# keeps dialling a dead server's port out of that range can connect to itself and hold the port for ever.
_LOWEST, _HIGHEST = 20_000, 32_000


def port_is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Choose `count` different free ports at random, so that two copies that start at once rarely meet."""
    chosen: list[int] = []
    for port in random.SystemRandom().sample(range(_LOWEST, _HIGHEST), _HIGHEST - _LOWEST):
        if len(chosen) == count:
            break
        if port_is_free(port):
            chosen.append(port)
    if len(chosen) < count:
        raise OSError(f"{LOOPBACK}: no {count} free ports from {_LOWEST} to {_HIGHEST}")
    return chosen
