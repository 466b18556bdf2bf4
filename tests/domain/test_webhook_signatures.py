from datetime import UTC, datetime, timedelta

import pytest

from domain.webhook_signatures import Secret, in_force, rotated, secret_text, signed_headers

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KNOWN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"


def test_the_vector_of_the_specification_is_signed_as_it_says() -> None:
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        [KNOWN],
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_secret_gives_a_signature_of_its_own() -> None:
    def signatures(*secrets: str) -> str:
        return signed_headers("whd_1", NOON, b"{}", secrets)["webhook-signature"]

    assert signatures(KNOWN, OTHER) == f"{signatures(KNOWN)} {signatures(OTHER)}"
    assert signatures(KNOWN) != signatures(OTHER)


def test_a_secret_is_made_of_random_bytes() -> None:
    assert secret_text(bytes(24)) == "whsec_" + "A" * 32
    with pytest.raises(ValueError, match="24 to 64"):
        secret_text(bytes(23))


def test_old_secrets_sign_beside_a_fresh_one_until_they_expire() -> None:
    first, second, third = (Secret(id, KNOWN, NOON) for id in ("a", "b", "c"))

    kept = rotated((first,), second, NOON, HOUR)
    later = rotated(kept, third, NOON + HOUR / 2, 2 * HOUR)

    assert [(s.id, s.expires_at) for s in kept] == [("a", NOON + HOUR), ("b", None)]
    assert [(s.id, s.expires_at) for s in later] == [
        ("a", NOON + HOUR),
        ("b", NOON + 2.5 * HOUR),
        ("c", None),
    ]
    assert [s.id for s in in_force(later, NOON + HOUR / 2)] == ["c", "b", "a"]
    assert [s.id for s in in_force(later, NOON + HOUR)] == ["c", "b"]
    assert [s.id for s in rotated(later, first, NOON + HOUR, HOUR)] == ["b", "c", "a"]
    assert rotated(kept, third, NOON, timedelta()) == (third,)


def test_the_oldest_go_when_there_are_too_many() -> None:
    secrets: tuple[Secret, ...] = ()
    for id in "abcdefg":
        secrets = rotated(secrets, Secret(id, KNOWN, NOON), NOON, HOUR)

    assert [s.id for s in secrets] == ["c", "d", "e", "f", "g"]
