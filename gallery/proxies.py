"""From where a request comes, if only proxies that are named may say so."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


def origin(peer: str, forwarded: str, trusted: Sequence[Network]) -> str | None:
    """The address that asks, or None where there is none (a local socket).

    `peer` is who is connected, `forwarded` the header X-Forwarded-For, whose last address was added last. Anybody can
    send that header: it is read from its end, and only as far as trusted proxies have written it.
    """
    address = _address(peer)
    for said in reversed(forwarded.split(",")[-20:]):
        if address is None or not any(address in network for network in trusted):
            break
        before = _address(said)
        if before is None:
            break
        address = before
    return str(address) if address is not None else None


def machine_of(address: str) -> str:
    """What tries to guess something are counted by: one machine has all the IPv6 addresses of its /64."""
    return str(IPv6Network(f"{address}/64", strict=False)[0]) if ":" in address else address


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    # One machine, whichever way it is connected; and without a zone, which no database keeps.
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address
