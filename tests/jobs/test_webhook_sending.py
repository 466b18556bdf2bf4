"""Sending goes where it may and nowhere else, and ends in time."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta

import httpcore
import pytest

from domain.webhook_schedule import Answer, AttemptError
from jobs import webhook_sending
from jobs.webhook_sending import Sender
from tests.contexts import Clock
from tests.webhook_receiver import Receiver, a_receiver

PUBLIC = "93.184.216.34"
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Network(httpcore.AsyncNetworkBackend):
    """Remembers where it was to connect to, and connects to nothing."""

    def __init__(self, error: type[Exception] = httpcore.ConnectError) -> None:
        self.asked: list[tuple[str, int]] = []
        self._error = error

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - named by httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.asked.append((host, port))
        raise self._error


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as receiver:
        yield receiver


async def answer(sender: Sender, url: str) -> Answer:
    try:
        return await sender.send(url, {"webhook-id": "whd_1"}, b"{}", Clock())
    finally:
        await sender.close()


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        pytest.param("https://inside.example/", ["10.0.0.1"], id="a name of a private network"),
        pytest.param("https://inside.example/", ["::1"], id="a name of this machine"),
        pytest.param("https://both.example/", [PUBLIC, "127.0.0.1"], id="one of its addresses"),
        pytest.param("https://2130706433/", ["127.0.0.1"], id="a number that means this machine"),
        pytest.param("https://0x7f.1/", ["127.0.0.1"], id="an odd spelling of this machine"),
        pytest.param("https://[::ffff:7f00:1]/", ["::ffff:7f00:1"], id="mapped into IPv6"),
        pytest.param("https://169.254.169.254/", ["169.254.169.254"], id="a cloud's metadata"),
        pytest.param("https://odd.example/", ["not an address"], id="what is no address"),
        pytest.param("http://example.com/", [PUBLIC], id="without TLS"),
    ],
)
async def test_nothing_is_sent_where_it_may_not_go(url: str, addresses: Sequence[str]) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    network = Network()
    found = await answer(Sender(resolve=resolve, network=network, tls=TLS), url)

    assert found == Answer(None, AttemptError.ADDRESS_NOT_ALLOWED)
    assert network.asked == []


async def test_it_connects_to_the_address_that_was_checked_though_the_name_changes() -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    network = Network()
    sender = Sender(resolve=rebinding, network=network, tls=TLS)
    first = await sender.send("https://example.com:8443/", {}, b"", Clock())
    second = await answer(sender, "https://example.com:8443/")

    assert network.asked == [(PUBLIC, 8443)]
    assert (first.error, second.error) == (
        AttemptError.CONNECTION_FAILED,
        AttemptError.ADDRESS_NOT_ALLOWED,
    )


async def test_a_name_that_takes_long_is_looked_up_once_for_all_who_wait() -> None:
    found = asyncio.Event()
    asked: list[str] = []

    async def slow(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        await found.wait()
        return ["127.0.0.1"]

    sender = Sender(resolve=slow, tls=TLS, seconds=0.05)
    url = "https://example.com/"
    late = [await sender.send(url, {}, b"", Clock()) for _ in range(3)]
    found.set()
    await asyncio.sleep(0)
    anew = await answer(sender, url)

    assert [each.error for each in late] == [AttemptError.TIMED_OUT] * 3
    assert (anew.error, len(asked)) == (AttemptError.ADDRESS_NOT_ALLOWED, 1 + 1)


async def test_a_name_with_no_address_is_not_resolved() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        return []

    found = await answer(Sender(resolve=nowhere, tls=TLS), "https://example.com/")

    assert found == Answer(None, AttemptError.NAME_NOT_RESOLVED)


async def test_the_host_of_the_url_is_named_and_redirects_are_not_followed(
    receiver: Receiver,
) -> None:
    async def here(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    receiver.answer = lambda _: (302, {"location": receiver.url, "retry-after": "7"})
    sender = Sender(allow_private=True, resolve=here, tls=TLS)

    found = await answer(sender, f"http://hook.example:{receiver.port}/x?a=b")

    assert found == Answer(302, None, timedelta(seconds=7))
    (got,) = receiver.got
    assert (got.headers["host"], got.body) == (f"hook.example:{receiver.port}", b"{}")


@pytest.mark.parametrize(
    ("host", "target"),
    [
        pytest.param("hook.example", "/x;v=1?a=b;c", id="with a part behind a semicolon"),
        pytest.param("[2606:4700::1111]", "/", id="an address of IPv6"),
    ],
)
async def test_a_request_says_the_whole_url(receiver: Receiver, host: str, target: str) -> None:
    async def here(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    sender = Sender(allow_private=True, resolve=here, tls=TLS)
    found = await answer(sender, f"http://{host}:{receiver.port}{target}")

    assert found == Answer(200)
    (got,) = receiver.got
    assert (got.headers["host"], got.target) == (f"{host}:{receiver.port}", target)


async def test_an_address_that_does_not_answer_is_given_up_for_the_next() -> None:
    async def two(host: str, port: int) -> Sequence[str]:
        return [PUBLIC, "93.184.216.35"]

    network = Network(httpcore.ConnectTimeout)
    found = await answer(Sender(resolve=two, network=network, tls=TLS), "https://example.com/")

    assert found == Answer(None, AttemptError.TIMED_OUT)
    assert network.asked == [(PUBLIC, 443), ("93.184.216.35", 443)]


async def test_an_answer_counts_though_its_body_does_not_come(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sending, "_BODY_SECONDS", 0.4)
    receiver.body_announced = 5
    found = await answer(Sender(allow_private=True, tls=TLS, seconds=0.2), receiver.url)

    assert found == Answer(200)


async def test_an_answer_that_does_not_come_in_time_is_none(receiver: Receiver) -> None:
    receiver.delay = 5.0
    found = await answer(Sender(allow_private=True, tls=TLS, seconds=0.1), receiver.url)

    assert found == Answer(None, AttemptError.TIMED_OUT)


async def test_what_speaks_no_tls_or_no_http_is_told_apart(receiver: Receiver) -> None:
    no_tls = await answer(
        Sender(allow_private=True, tls=TLS), receiver.url.replace("http:", "https:")
    )
    receiver.answer = lambda _: (200, {"bad header": "\x00"})
    no_http = await answer(Sender(allow_private=True, tls=TLS), receiver.url)

    assert no_tls == Answer(None, AttemptError.TLS_FAILED)
    assert no_http == Answer(None, AttemptError.NO_HTTP)
