"""Before a server starts: what can be known to be wrong, each in one sentence, and how its threads share Python."""

import errno
import ipaddress
import os
import socket
import sys
from collections.abc import Iterable

from pipeline.watermark import verification_keys

__all__ = ["StartError", "check_address", "check_proxies", "check_settings", "take_long_turns", "trust_proxies"]

# Of a thread that computes in Python before another one may stop it; Python's own is 0.005. The thread that draws
# gives its turn up in every layer of a network and takes it again. Beside a thread that computed in Python for 15 % of
# the time, a picture that takes 112 ms alone took 128, 128, 142 and 181 ms, and with this 118, 123, 128 and 148.
TURN_SECONDS = 0.02

_REASONS = {
    errno.EADDRINUSE: "Port {port} is in use. Stop what listens there, or give another one with --port.",
    errno.EACCES: "Port {port} may not be used without more rights. Give one from 1024 on with --port.",
    errno.EADDRNOTAVAIL: "{host} is not an address of this machine. Give one that is with --host, or 0.0.0.0 for all.",
}


class StartError(RuntimeError):
    """The server cannot start; the message says why and what to do."""


def take_long_turns(seconds: float = TURN_SECONDS) -> None:
    """Let the threads of this process change places less often, for the sake of the one that draws.

    Args:
        seconds: of one turn.
    """
    sys.setswitchinterval(seconds)


def check_address(host: str | None, port: int | None) -> None:
    """Whether a server could listen there.

    Args:
        host: name or address; None for this machine alone.
        port: 1 to 65535; None for the first free one.

    Raises:
        StartError: why not.
    """
    host = (host or "127.0.0.1").strip("[]")
    if port is not None and not 1 <= port <= 65535:
        raise StartError(f"The port is a whole number from 1 to 65535, got {port}. Give one with --port.")
    try:
        found = socket.getaddrinfo(host, port or 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        words = f"The host {host} is not known. Give an address of this machine with --host, or 0.0.0.0 for all."
        raise StartError(words) from None
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            words = _REASONS.get(error.errno or 0, "Nothing can listen at {host}, port {port}: {error}.")
            raise StartError(words.format(host=host, port=port, error=error.strerror)) from None


def check_proxies(proxies: Iterable[str]) -> None:
    """Whether each proxy is an address, a network, or "*": a name would never be found to be the sender.

    Raises:
        StartError: one is not.
    """
    for proxy in proxies:
        try:
            proxy == "*" or ipaddress.ip_network(proxy)
        except ValueError:
            words = f"--proxy takes an address or a network, such as 10.0.0.1 or 10.0.0.0/8, got {proxy!r}."
            raise StartError(words) from None


def check_settings(proxies: Iterable[str] = ()) -> None:
    """Read the settings that are otherwise read when the first picture is drawn, or the first request comes.

    Args:
        proxies: whose word counts.

    Raises:
        StartError: one of them is not usable.
    """
    check_proxies(proxies)
    try:
        verification_keys()
    except ValueError as error:
        words = str(error).replace("`", "").removeprefix("secret takes")
        raise StartError(f"EASEL_WATERMARK_KEY and EASEL_WATERMARK_OLD_KEYS take{words}") from None
    port = os.environ.get("GRADIO_SERVER_PORT", "").strip()
    if port and not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise StartError(f"GRADIO_SERVER_PORT is a whole number from 1 to 65535, got {port!r}.")


def trust_proxies(proxies: Iterable[str]) -> None:
    """Take a visitor's address from X-Forwarded-For where one of these proxies (addresses, networks, "*") says it.

    From anybody else the header is ignored, a proxy on this machine included. The web server reads this setting.
    """
    os.environ["FORWARDED_ALLOW_IPS"] = ",".join(proxies) or "none"
