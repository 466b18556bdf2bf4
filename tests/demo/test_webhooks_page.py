"""What the page on webhooks gives receivers to check signatures with, does so."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.webhook_signatures import secret_text, signed_headers

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
OLD, NEW, OTHER = (secret_text(bytes([each]) * 32) for each in (1, 2, 3))


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """The names that the example on the page defines."""
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(example, names)
    return names


def test_the_example_tells_genuine_messages_from_others(page: dict[str, Any]) -> None:
    now = datetime.fromtimestamp(time.time(), UTC)
    late = datetime.fromtimestamp(time.time() - 301, UTC)
    headers = dict(signed_headers("whd_1", now, b'{"a": 1}', [NEW, OLD]))

    assert page["is_genuine"](NEW, headers, b'{"a": 1}')
    assert page["is_genuine"](OLD, headers, b'{"a": 1}')
    assert not page["is_genuine"](NEW, headers, b'{"a": 2}')
    assert not page["is_genuine"](OTHER, headers, b'{"a": 1}')
    assert not page["is_genuine"](NEW, {**headers, "webhook-id": "whd_2"}, b'{"a": 1}')
    old = dict(signed_headers("whd_1", late, b"{}", [NEW]))
    assert not page["is_genuine"](NEW, old, b"{}")
    forged = {"webhook-id": "whd_1", "webhook-timestamp": "now", "webhook-signature": "v1,é"}
    assert not page["is_genuine"](NEW, forged, b"{}")
    assert not page["is_genuine"](NEW, {**headers, "webhook-signature": "v1,é"}, b'{"a": 1}')
    assert not page["is_genuine"](NEW, {}, b"{}")
