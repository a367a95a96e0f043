"""Under which addresses a server is reached. A page of any other origin gets no answer and no socket."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from screener.model.errors import InputError

_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Reached from this computer only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Origins:
    """What the browser may say: its Origin, its Host; and whether it comes by TLS."""

    allowed: frozenset[str]  # "http://localhost:8000"
    hosts: frozenset[str]  # "localhost:8000"
    secure: bool
    proxied: bool  # a server in front of this one hands its requests on
    url: str  # to show to people
    cookie: str

    def may(self, origin: str | None) -> bool:
        return origin is not None and origin.lower() in self.allowed

    def known_host(self, host: str | None) -> bool:
        """Else somebody's own name points at this computer (DNS rebinding)."""
        return host is not None and host.lower() in self.hosts


def origins(host: str, port: int, public_url: str | None = None) -> Origins:
    """The origins of a server that listens at host and port, and is known to people as `public_url`.

    Raises InputError for a public URL that is no origin.
    """
    shown = f"[{host}]" if ":" in host else host
    names = {shown, "localhost", "127.0.0.1", "[::1]"} if is_loopback(host) else {shown}
    local = {_host("http", name, port) for name in names}
    if public_url is None:
        return Origins(
            allowed=frozenset(f"http://{each}" for each in local),
            hosts=frozenset(local),
            secure=False,
            proxied=False,
            url=f"http://{_host('http', shown, port)}/",
            cookie=f"screener-{port}",  # cookies are shared by all ports of a host
        )
    scheme, public = _public(public_url)
    secure = scheme == "https"
    return Origins(
        allowed=frozenset({f"{scheme}://{public}"}),
        # A proxy that does not pass the name on says the address it was told.
        hosts=frozenset({public} | (local if secure else set())),
        secure=secure,
        proxied=secure,
        url=f"{scheme}://{public}/",
        cookie="__Host-screener" if secure else f"screener-{port}",
    )


def _public(text: str) -> tuple[str, str]:
    wrong = InputError(
        f"'{text}' is no address of a whole site",
        field="--public-url",
        expected="https://review.example.org: scheme and name, no path",
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise wrong
    if parts.query or parts.fragment or parts.username is not None:
        raise wrong
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return parts.scheme, _host(parts.scheme, name, port or _PORTS[parts.scheme])


def _host(scheme: str, name: str, port: int) -> str:
    """As browsers write it: the scheme's own port is left out."""
    return name.lower() if _PORTS[scheme] == port else f"{name.lower()}:{port}"
