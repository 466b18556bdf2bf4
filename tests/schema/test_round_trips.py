"""The page about round trips says which commands operations send."""

import re
from pathlib import Path
from typing import Any

import pytest

from bench.peers import operations
from domain.identifiers import TenantId
from execution.context import Context
from resolvers.tenants import create_tenant
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.recorder import Recorder
from tests.schema.operations import mutate, operate
from tests.worlds import DECIDERS, USERS, a_buying_group, an_interest, some_accounts, some_people

PAGE = (Path(__file__).parent.parent.parent / "docs" / "round-trips.md").read_text()
TITLES = {"ada": "chief", "eva": "engineer", "bo": "engineer"}
OUTCOMES = "buyingGroup { memberCount } outcomes { status }"


def told(title: str) -> list[str]:
    """The commands of the table behind a title, or of a row of it."""
    part = PAGE.partition(title)[2]
    if title.startswith("| "):
        return re.findall(r"`(.+?)`", part.partition("\n")[0])
    return re.findall(r"^\| `(.+?)`", part.partition("\n**")[0], re.MULTILINE)


@pytest.fixture
async def ctx(recorded: tuple[Database, Recorder], tenant: TenantId) -> Context:
    ctx = a_context(recorded[0], tenant, Clock())
    await create_tenant(ctx, "Acme", "UTC")
    return ctx


@pytest.fixture
async def group(ctx: Context) -> tuple[str, str, dict[str, str]]:
    """A group, its solution interest, and the people of its account."""
    acme = (await some_accounts(ctx, "Acme"))["Acme"]
    people = await some_people(ctx, acme, TITLES)
    interest = await an_interest(ctx, (DECIDERS, USERS))
    return await a_buying_group(ctx, acme, interest), interest, people


@pytest.mark.parametrize("name", ["browse", "deep", "detail", "overview"])
async def test_a_query(
    ctx: Context,
    group: tuple[str, str, dict[str, str]],
    recorded: tuple[Database, Recorder],
    name: str,
) -> None:
    id, interest, _ = group
    text: str = getattr(operations, name.upper())
    given: dict[str, Any] = {"id": id} if name == "detail" else {"solutionInterest": interest}
    recorded[1].forget()

    await operate(ctx, text, **given)

    commands = recorded[1].commands
    assert sorted(commands) == sorted(told(f"| {name} | "))


@pytest.mark.parametrize("name", ["assignMembers", "removeMembers"])
async def test_a_member(
    ctx: Context,
    group: tuple[str, str, dict[str, str]],
    recorded: tuple[Database, Recorder],
    name: str,
) -> None:
    id, _, people = group
    is_new, ada = name == "assignMembers", people["ada"]
    given: dict[str, Any] = {"personIds": [ada]}
    if is_new:
        given = {"members": [{"personId": ada, "role": "Practitioner"}]}
    success = f"{name[0].upper()}{name[1:]}Success"
    recorded[1].forget()

    done = await mutate(ctx, name, f"... on {success} {{ {OUTCOMES} }}", buyingGroupId=id, **given)

    assert done["outcomes"] == [{"status": "APPLIED"}]
    expected = told("**`assignMembers`**")
    assert recorded[1].commands == (expected if is_new else expected[1:])


@pytest.mark.parametrize(
    ("name", "item"),
    [
        pytest.param("upsertPeople", {"firstName": "Max", "email": "max@x.example"}, id="a person"),
        pytest.param("upsertAccounts", {"name": "New"}, id="an account"),
    ],
)
async def test_somebody_new(
    ctx: Context, recorded: tuple[Database, Recorder], name: str, item: dict[str, str]
) -> None:
    success = f"{name[0].upper()}{name[1:]}Success"
    recorded[1].forget()

    done = await mutate(ctx, name, f"... on {success} {{ __typename }}", items=[item])

    assert done["__typename"] == success
    assert recorded[1].commands == told(f"**`{name}`**")
