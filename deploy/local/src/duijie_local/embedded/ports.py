"""Free loopback ports, and the promise among copies of the project not to choose the same one."""

import random
import socket
import sys

LOOPBACK = "127.0.0.1"

# Below the range from which Linux (32768-) and macOS (49152-) take ports for outgoing connections: a client that
# keeps dialling a dead server's port out of that range can connect to itself and hold the port for ever.
_LOWEST, _HIGHEST = 20_000, 32_000

# A server binds its port seconds after the port was chosen, and its port is unbound whenever it is restarted. All
# that while the choosing process holds a claim, until it ends.
_claims: dict[int, socket.socket | None] = {}


def free_ports(count: int) -> list[int]:
    """Choose and claim `count` different free ports.

    Raises:
        OSError: there are not so many.
    """
    chosen: list[int] = []
    for port in random.SystemRandom().sample(range(_LOWEST, _HIGHEST), _HIGHEST - _LOWEST):
        if len(chosen) == count:
            break
        if port not in _claims and claim_port(port):
            chosen.append(port)
    if len(chosen) < count:
        raise OSError(f"{LOOPBACK}: no {count} free ports from {_LOWEST} to {_HIGHEST}")
    return chosen


def claim_port(port: int) -> bool:
    """Claim `port` for this process's life; False if another copy claimed it or someone listens on it.

    On Linux the claim is a name in the network's own namespace of abstract sockets: it is seen by every user
    there, leaves no file, and ends with the process. Elsewhere there is no claim but the look itself.
    """
    if not port_is_free(port):
        return False
    if port in _claims:
        return True
    claim = None
    if sys.platform == "linux":
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0duijie/port/{port}")
        except OSError:
            claim.close()
            return False
    _claims[port] = claim
    return True


def release_port(port: int) -> None:
    """Give a claim back."""
    claim = _claims.pop(port, None)
    if claim is not None:
        claim.close()


def port_is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
