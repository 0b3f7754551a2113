"""From where somebody asks: what anybody may write is believed only of proxies that are named."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from gallery.proxies import origin

NEAR = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.66, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, ", "127.0.0.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "198.51.100.1", "fe80::1"),
        ("", "198.51.100.1", None),
        ("nonsense", "198.51.100.1", None),
        ("127.0.0.1", "1.1.1.1, " * 5000 + "198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_address_is_the_last_one_that_nobody_could_make_up(
    peer: str, forwarded: str, found: str | None
) -> None:
    assert origin(peer, forwarded, NEAR) == found


def test_without_proxies_nothing_is_believed() -> None:
    assert origin("127.0.0.1", "198.51.100.1", []) == "127.0.0.1"
