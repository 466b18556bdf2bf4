"""The clients that people subscribe with, each as its own documentation uses it."""

import asyncio
import json
import subprocess
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.websockets import WebsocketsTransport

from domain.identifiers import TenantId
from resolvers.groups import update_status
from store.driver import Database
from tests.server.live_server import COMPONENTS, live
from tests.stored import a_stored_group

ROOT = Path(__file__).parents[2]
SECONDS = 60


@pytest.fixture
def installed() -> None:
    """The npm packages; nothing is done where they are there already."""
    subprocess.run(["scripts/npm-ci", "tests/clients"], cwd=ROOT, check=True)


@pytest.mark.usefixtures("installed")
async def test_the_clients_of_the_web_are_told_and_go_on(
    database: Database, tenant: TenantId
) -> None:
    async with live(database, tenant) as server:
        node = await asyncio.create_subprocess_exec(
            "scripts/with-node",
            "node",
            "tests/clients/subscribe.mjs",
            server.address,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        async with asyncio.timeout(SECONDS):
            out, err = await node.communicate()
    assert node.returncode == 0, err.decode()
    report: dict[str, Any] = json.loads(out)

    assert report.pop("queries") == [
        {"data": {"__typename": "Query"}},
        {"data": {"__typename": "Query"}},
        {"__typename": "Query"},
    ]
    assert report.pop("refusals") == ["GRAPHQL_VALIDATION_FAILED"] * 2
    assert list(report) == ["graphql-ws", "graphql-sse", "apollo"]
    for client, heard in report.items():
        beginning, came = heard["told"]
        assert beginning["events"] == [], client
        assert [event["actor"] for event in came["events"]] == ["sam"], client
        assert came["position"] == beginning["position"] + 1, client
        assert heard["again"] == heard["told"], client


async def test_the_client_of_python_is_told_and_goes_on(
    database: Database, tenant: TenantId
) -> None:
    async with live(database, tenant) as server:
        transport = WebsocketsTransport(
            url=server.address.replace("http", "ws"), init_payload={"X-Quorum-Actor": "ann"}
        )
        async with asyncio.timeout(SECONDS), Client(transport=transport) as session:
            async with aclosing(session.subscribe(GraphQLRequest(COMPONENTS))) as answers:
                told = [(await anext(answers))["componentEvents"]]
                made = await server.change("By Python")
                told.append((await anext(answers))["componentEvents"])
            variables = {"after": told[0]["position"]}
            again = GraphQLRequest(COMPONENTS, variable_values=variables)
            async with aclosing(session.subscribe(again)) as answers:
                heard = [(await anext(answers))["componentEvents"] for _ in range(2)]

    assert [event["subjectId"] for event in told[1]["events"]] == [made]
    assert heard == told


async def test_the_integration_of_the_readme_is_told_and_goes_on(
    database: Database, tenant: TenantId
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Follow every change")[1]
    code = section.split("```python\n")[1].split("```")[0]
    heard: asyncio.Queue[tuple[int, list[Any]]] = asyncio.Queue()

    async def keep(position: int, events: list[Any]) -> None:
        await heard.put((position, events))

    async with live(database, tenant) as server:
        address = server.address.replace("http", "ws")
        given: dict[str, Any] = {}
        exec(code.replace("ws://127.0.0.1:8000/graphql", address), given)
        _, group = a_stored_group(f"bg_{tenant}")
        await database["buying_groups"].insert_one({**group, "tenant": tenant})
        told: list[tuple[int, list[Any]]] = []
        for status in ("In talks", "Won"):
            kept = told[-1][0] if told else None
            following = asyncio.create_task(given["follow"](kept, keep))
            async with asyncio.timeout(SECONDS):
                told.append(await heard.get())
                await update_status(server.ctx, group["_id"], status)
                told.append(await heard.get())
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    assert [[event["after"] for event in events] for _, events in told] == [
        [],
        [{"status": "In talks"}],
        [],
        [{"status": "Won"}],
    ]
