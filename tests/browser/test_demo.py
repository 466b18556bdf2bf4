"""GraphiQL on the demo, as a newcomer meets it."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.browser.visits import visit
from tests.server.quorum_process import Quorum

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("demo")
    quorum = Quorum(folder)
    try:
        process = quorum.serve("demo")
        yield quorum.address
        quorum.end(process)
    finally:
        quorum.clean()


def test_the_first_printed_query_runs_on_the_page_the_demo_serves(demo: str) -> None:
    seen = visit(f"{demo}/graphiql", screenshot=os.environ.get("QUORUM_SCREENSHOT"))

    assert seen.tabs == ["MissingDecisionMaker", "OneGroup", "OneCompany"]
    assert '"totalCount": 47' in seen.response
    assert '"name": "Decision Maker"' in seen.response
    home = urlsplit(demo).netloc
    assert [url for url in seen.requests if urlsplit(url).netloc != home] == []
    assert (seen.failures, seen.complaints) == ([], [])


def test_a_subscription_runs_on_the_page_until_it_has_ended(demo: str) -> None:
    query = 'subscription { jobProgress(id: "job_of_nobody") { id } }'

    seen = visit(
        f"{demo}/graphiql?{urlencode({'query': query})}", headers={"X-Quorum-Actor": "ann"}
    )

    assert '"jobProgress": null' in seen.response
    assert [url for url in seen.requests if url.startswith("ws:")] == [
        f"{demo.replace('http', 'ws')}/graphql"
    ]
    assert (seen.failures, seen.complaints) == ([], [])
