"""GraphiQL as a visitor meets it, on a small schema of its own."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from server.graphiql import Example, routes
from tests.browser.visits import Visit, served, visit

pytestmark = pytest.mark.browser

Info = strawberry.Info[dict[str, Any], None]


@strawberry.type
class BuyingGroup:
    name: str
    completeness: int


@strawberry.input(one_of=True)
class Condition:
    name: str | None = strawberry.UNSET
    completeness_below: int | None = strawberry.UNSET


GROUPS = [BuyingGroup(name="Acme", completeness=40), BuyingGroup(name="Bolt", completeness=90)]


@strawberry.type
class Query:
    @strawberry.field
    def buying_groups(self, where: Condition) -> list[BuyingGroup]:
        return [group for group in GROUPS if group.completeness < (where.completeness_below or 0)]

    @strawberry.field
    def tenant(self, info: Info) -> str:
        return str(info.context["request"].headers["x-quorum-tenant"])


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def tenant(self, info: Info) -> AsyncIterator[str]:
        yield str(info.context["connection_params"]["X-Quorum-Tenant"])


INCOMPLETE = """\
query Incomplete($below: Int!) {
  buyingGroups(where: {completenessBelow: $below}) {
    name
    completeness
  }
}"""

EXAMPLES = [
    Example("Groups that still miss somebody", INCOMPLETE, {"below": 50}),
    Example("Whose groups these are", "query Whose {\n  tenant\n}"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    graphql = GraphQL[dict[str, Any], None](
        strawberry.Schema(Query, subscription=Subscription),
        graphql_ide=None,
        subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
    )
    page = routes("/graphql", EXAMPLES)
    app = Starlette(routes=[*page, Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)])
    with served(app) as url:
        yield url


def assert_undisturbed(seen: Visit, server: str) -> None:
    """Nobody but the server was asked, nothing failed, and the browser had no complaint."""
    home = urlsplit(server).netloc
    assert [url for url in seen.requests if urlsplit(url).netloc != home] == []
    assert seen.failures == []
    assert seen.complaints == []


def test_a_first_visit_runs_the_first_example(server: str) -> None:
    shot = os.environ.get("QUORUM_SCREENSHOT")
    seen = visit(f"{server}/graphiql", workers=["editor", "graphql", "json"], screenshot=shot)

    assert seen.title == "Quorum"
    assert seen.tabs == ["Incomplete", "Whose"]
    assert seen.query == f"# Groups that still miss somebody\n{INCOMPLETE}"
    assert json.loads(seen.response) == {
        "data": {"buyingGroups": [{"name": "Acme", "completeness": 40}]}
    }
    assert {"buyingGroups", "name", "completeness", "tenant"} <= set(seen.explorer.split())
    workers = {url.removeprefix(f"{server}/graphiql/assets/") for url in seen.workers}
    assert {name.split(".")[0] for name in workers} == {"editor", "graphql", "json"}
    assert_undisturbed(seen, server)


def test_a_link_brings_its_query_and_the_headers_editor_the_tenant(server: str) -> None:
    link = urlencode({"query": "query Mine { tenant }"})

    seen = visit(f"{server}/graphiql?{link}", headers={"X-Quorum-Tenant": "acme"})

    assert seen.tabs == ["Mine", "Incomplete", "Whose"]
    assert json.loads(seen.response) == {"data": {"tenant": "acme"}}
    assert_undisturbed(seen, server)


def test_a_subscription_takes_the_headers_along(server: str) -> None:
    link = urlencode({"q": "subscription Watched { tenant }"})

    seen = visit(f"{server}/graphiql?{link}", headers={"X-Quorum-Tenant": "acme"})

    assert json.loads(seen.response) == {"data": {"tenant": "acme"}}
    assert server.replace("http:", "ws:") + "/graphql" in seen.requests
    assert_undisturbed(seen, server)
