"""Signatures of webhooks, as the Standard Webhooks specification 1.0.0 defines them."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SECRET_BYTES: Final = 32
"""Of 24 to 64 that the specification allows."""

MOST_SECRETS: Final = 5
"""How many secrets of an endpoint can sign at once."""

LONGEST_OVERLAP: Final = timedelta(days=7)
"""For how long a secret that was replaced may sign beside the new one."""

_PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class Secret:
    """What an endpoint's messages are signed with, until it expires; None: until it is replaced."""

    id: str
    text: str
    created_at: datetime
    expires_at: datetime | None = None


def secret_text(random: bytes) -> str:
    """A secret as people copy it, made of random bytes. ValueError unless there are 24 to 64."""
    if not 24 <= len(random) <= 64:
        raise ValueError(f"a secret has 24 to 64 bytes, not {len(random)}")
    return _PREFIX + base64.b64encode(random).decode()


def rotated(
    secrets: Sequence[Secret], fresh: Secret, now: datetime, overlap: timedelta
) -> tuple[Secret, ...]:
    """The secrets once a fresh one is added: the others expire after the overlap, or before.

    Those that have expired are gone; of too many, the oldest.
    """
    end = now + overlap
    kept = [
        Secret(each.id, each.text, each.created_at, min(each.expires_at or end, end))
        for each in secrets
        if overlap and (each.expires_at is None or each.expires_at > now)
    ]
    return (*kept[-(MOST_SECRETS - 1) :], fresh)


def in_force(secrets: Sequence[Secret], now: datetime) -> list[Secret]:
    """The secrets that sign now, the newest first."""
    return [s for s in reversed(secrets) if s.expires_at is None or s.expires_at > now]


def signed_headers(id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """The headers of an attempt at a moment: the same id each time, one signature per secret."""
    timestamp = str(int(at.timestamp()))
    content = b".".join((id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()
