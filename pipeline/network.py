"""Connections to public addresses only, each to exactly the address that was checked.

A name is resolved here, once per connection, and the answer is checked before anything is sent; so a name that leads to
a private address, at first or the second time it is asked for, is refused. Proxies are not used.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

import httpcore2

#: Gives the addresses of a host name.
#: Raises OSError: there are none, or they cannot be known now.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

#: Of a name's addresses, so many are tried.
MAX_ADDRESSES: Final = 4
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # RFC 4291 2.4, IANA: all that is given out
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: IPv4 in its last 32 bits
_LOOPBACK: Final = ("127.0.0.1", "::1")


class NotPublic(Exception):
    """A host whose addresses may not be connected to."""


class NotResolved(Exception):
    """A host name without addresses, or whose addresses cannot be known now."""


class NotTrusted(Exception):
    """TLS failed: the certificate, or what the other side speaks."""


def is_public(address: str) -> bool:
    """Whether anybody may be there: globally routable unicast, embedded IPv4 addresses included.

    >>> [is_public(a) for a in ("8.8.8.8", "10.0.0.1", "127.1.2.3", "169.254.169.254", "100.64.0.1", "224.0.0.1")]
    [True, False, False, False, False, False]
    >>> [is_public(a) for a in ("2001:4860::8", "::1", "fe80::1%1", "::ffff:10.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False, False]
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = _embedded(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that traffic to an IPv6 address ends at."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.teredo is not None:
        return ip.teredo[1]
    return ip.ipv4_mapped or ip.sixtofour


def _may_be_asked(address: str, *, allow_private: bool) -> bool:
    ip = ip_address(address)
    if allow_private:
        return not ip.is_multicast and not ip.is_unspecified
    return is_public(address)


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this machine knows them.

    Raises:
        OSError: there are none, or they cannot be known now.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Stream(httpcore2.AsyncNetworkStream):
    """A connection that counts what comes in."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self.received = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; none: the other side has closed."""
        data = await self._inner.read(max_bytes, timeout)
        self.received += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close."""
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Stream":
        """Go on with TLS.

        Raises:
            NotTrusted: it failed.
        """
        try:
            return Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except httpcore2.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise NotTrusted(_said(error.__cause__)) from error
            raise

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # httpcore2's contract
        """What the connection below knows."""
        return self._inner.get_extra_info(info)


def _said(error: ssl.SSLError) -> str:
    """What TLS complains of, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate: {error.verify_message}"
    return f"TLS: {(error.reason or str(error)).replace('_', ' ').lower()}"


class PublicNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to hosts whose addresses are public.

    Names below .localhost are this machine's and are never looked up (RFC 6761 6.3); they, and private addresses, are
    connected to only where allowed, multicast and unspecified ones never. A name's public addresses are tried in turn,
    each for an even share of the time that is left.
    """

    def __init__(self, *, allow_private: bool = False, resolve: Resolve = resolve) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> Stream:
        """Connect.

        Raises:
            NotPublic: none of the host's addresses may be asked.
            NotResolved: it has none.
            httpcore2.ConnectError, httpcore2.ConnectTimeout: none of them answers; what the first of them did.
        """
        loop = asyncio.get_running_loop()
        until = None if timeout is None else loop.time() + timeout
        addresses = await self._addresses(host, port, timeout)
        first: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for place, address in enumerate(addresses):
            share = None if until is None else max(0.0, until - loop.time()) / (len(addresses) - place)
            try:
                return Stream(await self._inner.connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                first = first or error
        raise first or NotResolved(f"no address for {host}")

    async def _addresses(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        """The host's addresses that may be asked.

        Raises:
            NotPublic, NotResolved: there are none.
        """
        found = await self._look_up(host, port, timeout)
        usable = [address for address in found if _may_be_asked(address, allow_private=self._allow_private)]
        if found and not usable:
            raise NotPublic(f"{host} is not a public address: {found[0]}")
        return usable[:MAX_ADDRESSES]

    async def _look_up(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        if host == "localhost" or host.endswith(".localhost"):
            return _LOOPBACK
        try:
            return (str(ip_address(host)),)
        except ValueError:
            pass  # a name
        try:
            async with asyncio.timeout(timeout):
                return await self._resolve(host, port)
        except TimeoutError as error:
            raise NotResolved(f"no answer about {host} in {timeout} s") from error
        except (OSError, UnicodeError) as error:
            raise NotResolved(f"{host}: {getattr(error, 'strerror', None) or error}") from error
