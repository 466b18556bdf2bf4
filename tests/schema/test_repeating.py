"""Mutations that carry an idempotency key, and the answers they have the second time."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLOutputType, GraphQLUnionType, get_named_type
from pymongo.errors import AutoReconnect

import schema.repeating
from domain.idempotency import KeyedCommand, input_hash
from domain.identifiers import TenantId
from execution.context import Context, Right
from execution.sources import Sourced
from schema.build import build_schema
from store.driver import Database
from store.key_claims import KeyClaims
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate
from tests.worlds import an_interest, some_accounts

ROLE = """
... on CreateRoleSuccess { role { id name } }
... on UserError { __typename message }
"""
PEOPLE = """... on UpsertPeopleSuccess {
  created refused outcomes { status person { firstName } error { __typename message } }
}"""
FIELDS = "... on DefineCustomFieldsSuccess { customFields { key type label } }"
SCORING = "... on StartScoringJobSuccess { job { id } }"
LOST = "idempotencyKey: belongs to a command that is done; its answer was lost"
AT_WORK = "idempotencyKey: belongs to a command that is still being done; ask again"


async def a_role(ctx: Context, name: str, key: str = "k") -> Any:
    return await mutate(ctx, "createRole", ROLE, name=name, idempotencyKey=key)


async def codes_of_a_role(ctx: Context, name: str) -> list[str]:
    """The codes of the errors with which a keyed `createRole` ends."""
    result = await build_schema().execute(
        'mutation ($name: String!) { createRole(input: {name: $name, idempotencyKey: "k"}) '
        "{ __typename } }",
        variable_values={"name": name},
        context_value=ctx,
    )
    return [str((error.extensions or {}).get("code")) for error in result.errors or []]


def union_of(type_: GraphQLOutputType) -> GraphQLUnionType:
    union = get_named_type(type_)
    assert isinstance(union, GraphQLUnionType)
    return union


def below(root: type[Any]) -> Iterator[type[Any]]:
    """Every type below another."""
    for kind in root.__subclasses__():
        yield kind
        yield from below(kind)


async def own_roles(ctx: Context) -> int:
    return await ctx.stores.roles.count_found({"is_default": False})


def test_every_mutation_takes_a_key() -> None:
    printed = build_schema().as_str()
    mutations = printed.split("\ntype Mutation {")[1].split("\n}")[0]
    names = re.findall(r"^  (\w+)[(:]", mutations, re.MULTILINE)
    inputs = [name[0].upper() + name[1:] + "Input" for name in names]

    assert "startScoringJob" in names
    for name in inputs:
        assert (
            "idempotencyKey: String = null"
            in printed.split(f"\ninput {name} {{")[1].split("\n}")[0]
        )


def test_every_success_is_made_of_a_document_that_can_be_kept() -> None:
    mutations = build_schema()._schema.mutation_type
    assert mutations is not None
    told = {
        member.name
        for field in mutations.fields.values()
        for member in union_of(field.type).types
        if "message" not in member.fields
    }
    kept = {kind.__name__ for kind in below(Sourced)}

    assert "DefineCustomFieldsSuccess" in told
    assert told <= kept


async def test_custom_fields_are_told_again_as_they_were(home: Context) -> None:
    tier = {"key": "tier", "type": "TEXT", "label": "Tier"}
    given = {"scope": "ACCOUNT", "fields": [tier], "idempotencyKey": "k"}
    first = await mutate(home, "defineCustomFields", FIELDS, **given)
    other = {"scope": "ACCOUNT", "fields": [{**tier, "label": "Service tier"}]}
    await mutate(home, "defineCustomFields", FIELDS, **other)

    assert first["customFields"] == [tier]
    assert await mutate(home, "defineCustomFields", FIELDS, **given) == first


async def test_a_scoring_job_needs_no_input_and_is_started_once_with_a_key(home: Context) -> None:
    plain = await operate(home, "mutation { startScoringJob { __typename } }")
    first = await mutate(home, "startScoringJob", SCORING, idempotencyKey="k")
    again = await mutate(home, "startScoringJob", SCORING, idempotencyKey="k")

    assert plain == {"startScoringJob": {"__typename": "StartScoringJobSuccess"}}
    assert again == first
    assert await home.stores.jobs.count_found({}) == 2


async def test_a_repeat_has_the_first_answer(home: Context) -> None:
    first = await a_role(home, "Auditor")

    assert await a_role(home, "Auditor") == first
    assert first["role"]["name"] == "Auditor"
    assert await own_roles(home) == 1


async def test_other_input_under_the_same_key_is_refused(home: Context) -> None:
    await a_role(home, "Auditor")

    refused = await a_role(home, "Buyer")

    reason = "has been used for a command that asked for something else"
    assert refused == {"__typename": "InvalidInput", "message": f"idempotencyKey: {reason}"}
    assert await own_roles(home) == 1


async def test_a_refusal_did_nothing_and_is_not_kept(home: Context) -> None:
    taken = await a_role(home, "Champion")
    await home.stores.roles.collection.update_one(
        {"tenant": home.viewer.tenant, "name": "Champion"}, {"$set": {"is_default": True}}
    )

    again = await a_role(home, "Auditor")

    assert taken["__typename"] == "NameTaken"
    assert again["role"]["name"] == "Auditor"


async def test_the_outcomes_of_a_bulk_command_are_told_again_item_by_item(home: Context) -> None:
    items = [{"email": "ada@example.com", "firstName": "Ada"}, {"email": "nowhere"}]
    first = await mutate(home, "upsertPeople", PEOPLE, items=items, idempotencyKey="k")
    await mutate(home, "upsertPeople", PEOPLE, items=[{**items[0], "firstName": "Augusta"}])

    again = await mutate(home, "upsertPeople", PEOPLE, items=items, idempotencyKey="k")

    assert (first["created"], first["refused"]) == (1, 1)
    assert first["outcomes"][1]["error"]["__typename"] == "InvalidInput"
    first["outcomes"][0]["person"]["firstName"] = "Augusta"
    assert again == first


async def test_the_same_command_sent_at_once_is_done_once(
    home: Context, database: Database, clock: Clock
) -> None:
    others = [a_context(database, home.viewer.tenant, clock) for _ in range(3)]

    answers = await asyncio.gather(*(a_role(ctx, "Auditor") for ctx in (home, *others)))

    assert answers == [answers[0]] * 4
    assert await own_roles(home) == 1


async def test_the_key_of_a_command_at_work_waits_and_that_of_a_dead_one_is_free(
    home: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema.repeating, "WAIT_SECONDS", 0.1)
    given = input_hash({"name": "Auditor", "description": None})
    await home.stores.key_claims.claim(KeyedCommand("sam", "createRole", "k", given), clock())

    at_work = await a_role(home, "Auditor")
    clock.forward(timedelta(seconds=61))
    dead = await a_role(home, "Auditor")

    assert at_work == {"__typename": "InvalidInput", "message": AT_WORK}
    assert dead["role"]["name"] == "Auditor"


async def test_after_a_day_the_key_is_new(home: Context, clock: Clock) -> None:
    await a_role(home, "Auditor")
    clock.forward(timedelta(hours=24))

    assert (await a_role(home, "Auditor"))["__typename"] == "NameTaken"


async def test_an_error_gives_the_key_back(home: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("resolvers.roles.create_role", fail)
        codes = await codes_of_a_role(home, "Auditor")

    assert codes == ["INTERNAL"]
    assert (await a_role(home, "Auditor"))["role"]["name"] == "Auditor"


@pytest.fixture
def losing_answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """What is done is done, but MongoDB is away when its answer is to be kept."""

    async def away(*_: object) -> None:
        raise AutoReconnect

    with monkeypatch.context() as patch:
        patch.setattr(KeyClaims, "keep", away)
        yield patch


async def lost(ctx: Context, name: str, /, **input: Any) -> None:
    """Ask for something of which the answer is lost."""
    argument = f"{name[0].upper()}{name[1:]}Input"
    query = f"mutation ($input: {argument}!) {{ {name}(input: $input) {{ __typename }} }}"
    result = await build_schema().execute(
        query, variable_values={"input": {**input, "idempotencyKey": "k"}}, context_value=ctx
    )
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["UNAVAILABLE"]


async def test_what_was_done_is_not_done_again_when_its_answer_was_lost(
    home: Context, losing_answers: pytest.MonkeyPatch
) -> None:
    accounts = await some_accounts(home, "Acme")
    interest = await an_interest(home)
    pair = {"accountId": accounts["Acme"], "solutionInterestId": interest}
    await lost(home, "createBuyingGroup", **pair)
    (group,) = await home.stores.groups.all({"_id": 1})
    warm = {"buyingGroupId": group["_id"], "status": "Warm"}
    await lost(home, "updateBuyingGroupStatus", **warm)
    steel = {"items": [{"id": accounts["Acme"], "industry": "Steel"}]}
    await lost(home, "upsertAccounts", **steel)
    await lost(home, "createRole", name="Auditor")
    await lost(home, "startScoringJob")
    losing_answers.undo()
    await mutate(home, "updateBuyingGroupStatus", "", **{**warm, "status": "Cold"})
    paper = {"items": [{"id": accounts["Acme"], "industry": "Paper"}]}
    await mutate(home, "upsertAccounts", "", **paper)

    shown = "buyingGroup { id status }"
    made = f"... on CreateBuyingGroupSuccess {{ {shown} }}"
    created = await mutate(home, "createBuyingGroup", made, **pair, idempotencyKey="k")
    told = f"... on UpdateBuyingGroupStatusSuccess {{ {shown} }}"
    updated = await mutate(home, "updateBuyingGroupStatus", told, **warm, idempotencyKey="k")
    counts = "... on UpsertAccountsSuccess { updated outcomes { status account { industry } } }"
    upserted = await mutate(home, "upsertAccounts", counts, **steel, idempotencyKey="k")
    role = await a_role(home, "Auditor")
    job = await mutate(home, "startScoringJob", SCORING, idempotencyKey="k")

    cold = {"id": group["_id"], "status": "Cold"}
    assert created["buyingGroup"] == updated["buyingGroup"] == cold
    assert upserted["updated"] == 1
    assert upserted["outcomes"] == [{"status": "UPDATED", "account": {"industry": "Paper"}}]
    assert role == {"__typename": "InvalidInput", "message": LOST}
    assert await own_roles(home) == 1
    assert await home.stores.jobs.count_found({}) == 1
    assert (await mutate(home, "startScoringJob", SCORING, idempotencyKey="k")) == job


async def test_a_command_of_many_items_is_done_anew_when_its_answer_was_lost(
    home: Context, losing_answers: pytest.MonkeyPatch
) -> None:
    items = [{"email": f"{name}@example.com", "firstName": name} for name in ("ada", "bo")]
    await lost(home, "upsertPeople", items=items)
    losing_answers.undo()

    again = await mutate(home, "upsertPeople", PEOPLE, items=items, idempotencyKey="k")

    assert [each["status"] for each in again["outcomes"]] == ["UNCHANGED", "UNCHANGED"]


async def test_a_kept_answer_asks_for_the_right_of_its_command(
    home: Context, database: Database, tenant: TenantId, clock: Clock
) -> None:
    await a_role(home, "Auditor")
    reader = a_context(database, tenant, clock, rights=[Right.READ])

    assert await codes_of_a_role(reader, "Auditor") == ["FORBIDDEN"]
