"""Where webhooks may go: which URLs can be named, and which network addresses are the public's."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Final
from urllib.parse import SplitResult, urlsplit

URL_LENGTH: Final = 2_000

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
_NOBODYS: Final = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
"""Protocol assignments and former relays, of which some versions of Python think otherwise."""


def check_url(text: str, *, allow_private: bool) -> str | None:
    """Why a URL cannot be that of an endpoint, as the end of a sentence; None if it can.

    What its name resolves to is only known when something is sent, and is checked then.
    """
    if len(text) > URL_LENGTH:
        return f"must have at most {URL_LENGTH:,} characters, not {len(text):,}"
    if not text.isascii() or not text.isprintable() or " " in text:
        return "must be plain ASCII without blanks; write a name of other letters as xn--…"
    parts = _parts(text)
    if parts is None or not parts.hostname:
        return "must be a URL such as https://example.com/quorum"
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_private):
        return "must begin with https://"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user or a password"
    if parts.fragment or text.endswith("#"):
        return "must not have a part behind #"
    if not allow_private and not may_be_public(parts.hostname):
        return "must not lead into a private network"
    return None


def may_be_public(host: str) -> bool:
    """Whether a host can be the public's: a name, or a public address; `localhost` is neither."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return False
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return True
    return is_public(address)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody's packets reach an address: none of this machine, link or private network.

    An IPv6 address that carries one of IPv4 is as public as that.
    """
    if isinstance(address, IPv6Address):
        if any(not is_public(each) for each in _carried(address)):
            return False
        if address.ipv4_mapped is not None or address in _TRANSLATED:
            return True
        if address.is_site_local:
            return False
    elif any(address in each for each in _NOBODYS):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _carried(address: IPv6Address) -> list[IPv4Address]:
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _TRANSLATED or int(address) >> 32 == 0:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def _parts(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts
