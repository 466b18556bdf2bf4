from typing import Any

from domain.accounts import AccountItem
from domain.identifiers import JobId
from execution.context import Context
from jobs.kinds import run_job
from resolvers import accounts, jobs
from tests.schema.operations import mutate, operate
from tests.worlds import some_accounts

LARGE: dict[str, Any] = {
    "key": "size",
    "type": "TEXT",
    "label": "Size",
    "rules": [{"condition": {"account": {"employees": {"atLeast": 100.0}}}, "value": "Large"}],
    "default": "Small",
}
IS_LARGE = {"account": {"derived": {"field": "size", "test": {"text": {"is": "large"}}}}}


async def defined(ctx: Context, *fields: dict[str, Any]) -> Any:
    show = (
        "... on DefineDerivedFieldsSuccess { derivedFields { key type label rules "
        "{ condition value } default } } ... on InvalidInput { field reason }"
    )
    return await mutate(ctx, "defineDerivedFields", show, fields=list(fields))


async def maintained(ctx: Context) -> None:
    job = await jobs.start_maintenance_job(ctx)
    assert isinstance(job, str)
    assert await run_job(ctx, JobId(job), "worker")


async def shown(ctx: Context) -> dict[str, Any]:
    found = await operate(ctx, "{ accounts { nodes { name derivedFields } } }")
    return {each["name"]: each["derivedFields"] for each in found["accounts"]["nodes"]}


async def events(ctx: Context, account: str) -> list[Any]:
    found = {"tenant": ctx.viewer.tenant, "subject_id": account, "type": "ACCOUNT_UPDATED"}
    stored = ctx.stores.database["events"].find(found, sort=[("position", 1)])
    return [(event["before"], event["after"]) async for event in stored]


async def test_fields_read_back_as_they_were_defined(home: Context) -> None:
    answer = await defined(home, LARGE)

    assert answer["derivedFields"] == [LARGE]
    found = await operate(home, "{ derivedFields { key rules { condition } } }")
    rules = [{"condition": each["condition"]} for each in LARGE["rules"]]
    assert found == {"derivedFields": [{"key": "size", "rules": rules}]}


async def test_maintenance_sets_values_and_writes_only_what_has_changed(home: Context) -> None:
    big = (await some_accounts(home, "Big", employees=500))["Big"]
    tiny = (await some_accounts(home, "Tiny", employees=5))["Tiny"]
    await defined(home, LARGE)

    await maintained(home)
    await maintained(home)
    first = await shown(home)
    grown = AccountItem(fields={"employees": 100}, id=tiny)
    await accounts.upsert_accounts(home, [grown])
    await maintained(home)

    assert first == {"Big": {"size": "Large"}, "Tiny": {"size": "Small"}}
    assert await shown(home) == {"Big": {"size": "Large"}, "Tiny": {"size": "Large"}}
    assert await events(home, big) == [
        ({"derived": {}}, {"changed": ["derived.size"], "derived": {"size": "Large"}})
    ]
    assert (await events(home, tiny))[-1] == (
        {"derived": {"size": "Small"}},
        {"changed": ["derived.size"], "derived": {"size": "Large"}},
    )


async def test_the_values_of_a_deleted_field_go_away(home: Context) -> None:
    await some_accounts(home, "Acme")
    await defined(home, LARGE)
    await maintained(home)

    await defined(home)
    await maintained(home)

    assert await shown(home) == {"Acme": {}}


async def test_lists_and_audiences_ask_about_values(home: Context) -> None:
    await some_accounts(home, "Big", employees=500)
    await some_accounts(home, "Tiny", employees=5)
    await defined(home, LARGE)
    await maintained(home)

    found = await operate(
        home,
        "query ($condition: ConditionInput) { accounts(filter: { condition: $condition }) "
        "{ nodes { name } } }",
        condition=IS_LARGE,
    )
    audience = await mutate(
        home,
        "createAccountAudience",
        "... on CreateAccountAudienceSuccess { accountAudience { condition accounts "
        "{ nodes { name } } } }",
        name="Large ones",
        condition={"not": IS_LARGE},
    )

    assert found["accounts"]["nodes"] == [{"name": "Big"}]
    assert audience["accountAudience"]["condition"] == {"not": IS_LARGE}
    assert audience["accountAudience"]["accounts"]["nodes"] == [{"name": "Tiny"}]


async def test_a_field_that_is_asked_about_keeps_its_key_and_its_type(home: Context) -> None:
    await defined(home, LARGE)
    await mutate(home, "createAccountAudience", "", name="Large ones", condition=IS_LARGE)

    deleted = await defined(home)
    retyped = await defined(home, LARGE | {"type": "TEXT_LIST", "rules": [], "default": []})
    labelled = await defined(home, LARGE | {"label": "How large"})

    reason = "must keep size and its type: the account audience Large ones asks about it"
    for refused in (deleted, retyped):
        assert (refused["field"], refused["reason"]) == ("fields", reason)
    assert labelled["derivedFields"] == [LARGE | {"label": "How large"}]


async def test_a_bad_rule_is_refused_with_its_place(home: Context) -> None:
    rule = {"condition": {"account": {"employees": {"isEmpty": False}}}, "value": "x"}

    refused = await defined(home, LARGE | {"rules": [rule]})

    assert refused["field"] == "fields[0].rules[0].condition.account.employees.isEmpty"
