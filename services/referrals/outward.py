"""Calling addresses that other people chose: only public ones, and the very one that was checked.

The name is resolved once, every address it has is judged, and the connection goes to a judged address
(no second look-up that could answer otherwise); redirects and the environment's proxies are not followed.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from shared.http import Http, Received, Sent, Transport

Address = IPv4Address | IPv6Address
PORTS = {443, 8443}
UNICAST = IPv6Network("2000::/3")
"""All that is given out for the internet; what is beside it may lead inside."""
# Public by their prefix, but they lead wherever the IPv4 address inside says (6to4, Teredo).
TUNNELS = tuple(map(IPv6Network, ("2002::/16", "2001::/32")))


class AddressRefused(Exception):  # noqa: N818 - named for what happened
    """The URL leads somewhere we do not call."""


def is_public(address: Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None)
    if inner is not None:
        return is_public(inner)
    if isinstance(address, IPv6Address) and (
        address not in UNICAST or any(address in tunnel for tunnel in TUNNELS)
    ):
        return False
    return address.is_global and not address.is_multicast


class OutwardTransport(Transport):
    """`allowed` are networks that may be called though they are not public, also without TLS."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        super().__init__(retries=0)
        self._allowed = [ip_network(network) for network in allowed]

    async def handle_async_request(self, request: Sent) -> Received:
        """Raises AddressRefused before anything is sent."""
        url = request.url
        if url.scheme not in ("http", "https") or url.userinfo or not url.host:
            raise AddressRefused("form")
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        address = await self._judged(url.host, port, url.scheme)
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        request.url = url.copy_with(host=str(address))  # the Host header is set by now
        return await super().handle_async_request(request)

    async def _judged(self, host: str, port: int, scheme: str) -> Address:
        """The address to call: every address of the name must be one that may be called."""
        try:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise AddressRefused("name") from None
        addresses = [ip_address(info[4][0]) for info in found]
        ours = [self._is_allowed(address) for address in addresses]
        public = scheme == "https" and port in PORTS
        for address, own in zip(addresses, ours, strict=True):
            if not own and not (public and is_public(address)):
                raise AddressRefused("address")
        return addresses[0]

    def _is_allowed(self, address: Address) -> bool:
        return any(
            address.version == network.version and address in network for network in self._allowed
        )


def new_outward_client(allowed: Sequence[str] = ()) -> Http:
    return Http(transport=OutwardTransport(allowed), follow_redirects=False, trust_env=False)
