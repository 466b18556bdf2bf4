from ipaddress import ip_address

import pytest

from domain.webhook_addresses import check_url, is_public


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="this machine"),
        pytest.param("127.8.8.8", id="this machine by another address"),
        pytest.param("0.0.0.0", id="no address, which is this machine"),
        pytest.param("0.1.2.3", id="this network"),
        pytest.param("10.1.2.3", id="a private network"),
        pytest.param("172.16.0.1", id="a private network of the second kind"),
        pytest.param("192.168.1.1", id="a private network at home"),
        pytest.param("100.64.0.1", id="behind a carrier's translation"),
        pytest.param("169.254.1.1", id="the link"),
        pytest.param("169.254.169.254", id="a cloud's metadata"),
        pytest.param("192.0.0.8", id="protocol assignments"),
        pytest.param("192.88.99.1", id="a relay"),
        pytest.param("198.18.0.1", id="a network for measurements"),
        pytest.param("203.0.113.9", id="documentation"),
        pytest.param("224.0.0.1", id="many at once"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="everybody"),
        pytest.param("::", id="no address of IPv6"),
        pytest.param("::1", id="this machine in IPv6"),
        pytest.param("fe80::1", id="the link in IPv6"),
        pytest.param("fe80::1%eth0", id="the link of one interface"),
        pytest.param("fc00::1", id="a private network in IPv6"),
        pytest.param("fd00:ec2::254", id="a cloud's metadata in IPv6"),
        pytest.param("fec0::1", id="a site"),
        pytest.param("ff02::1", id="many at once in IPv6"),
        pytest.param("2001:db8::1", id="documentation in IPv6"),
        pytest.param("::ffff:127.0.0.1", id="this machine, mapped"),
        pytest.param("::ffff:169.254.169.254", id="a cloud's metadata, mapped"),
        pytest.param("::127.0.0.1", id="this machine, compatible"),
        pytest.param("64:ff9b::10.0.0.1", id="a private network, translated"),
        pytest.param("2002:7f00:1::1", id="this machine, by 6to4"),
        pytest.param("2001:0:4136:e378:8000:63bf:80ff:fffe", id="this machine, by Teredo"),
    ],
)
def test_an_address_that_is_not_the_publics_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("93.184.216.34", id="IPv4"),
        pytest.param("2606:2800:220:1:248:1893:25c8:1946", id="IPv6"),
        pytest.param("::ffff:93.184.216.34", id="IPv4, mapped"),
        pytest.param("64:ff9b::93.184.216.34", id="IPv4, translated"),
        pytest.param("172.32.0.1", id="beside a private network"),
    ],
)
def test_an_address_that_is_the_publics_is_taken(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("https://example.com/hook?a=b", None, id="https"),
        pytest.param("https://example.com:8443", None, id="another port"),
        pytest.param("https://93.184.216.34/", None, id="a public address"),
        pytest.param("http://example.com/", "must begin with https://", id="no TLS"),
        pytest.param("ftp://example.com/", "must begin with https://", id="another protocol"),
        pytest.param("example.com/hook", "must be a URL", id="no protocol"),
        pytest.param("https:///hook", "must be a URL", id="no host"),
        pytest.param("https://example.com:99999/", "must be a URL", id="no port"),
        pytest.param("https://example.com:0/", "must be a URL", id="the port 0"),
        pytest.param("https://[::1", "must be a URL", id="half an address"),
        pytest.param("https://sam:x@example.com/", "must not hold a user", id="a password"),
        pytest.param("https://example.com/#top", "must not have a part", id="a fragment"),
        pytest.param("https://müller.example/", "must be plain ASCII", id="other letters"),
        pytest.param("https://example.com/\r\nHost: x", "must be plain ASCII", id="line ends"),
        pytest.param("https://example.com/" + "x" * 2_000, "at most 2,000", id="too long"),
        pytest.param("https://localhost/", "private network", id="this machine by name"),
        pytest.param("https://x.localhost./", "private network", id="a name of this machine"),
        pytest.param("https://127.0.0.1/", "private network", id="this machine"),
        pytest.param("https://[::ffff:10.0.0.1]/", "private network", id="mapped"),
    ],
)
def test_a_url_can_be_an_endpoints_or_not_for_a_reason(url: str, reason: str | None) -> None:
    found = check_url(url, allow_private=False)

    assert (found is None) == (reason is None)
    assert (reason or "") in (found or "")


def test_private_targets_and_http_are_taken_where_that_is_allowed() -> None:
    assert check_url("http://127.0.0.1:8000/hook", allow_private=True) is None
    assert check_url("https://localhost/", allow_private=True) is None
    assert check_url("ftp://localhost/", allow_private=True) == "must begin with https://"
