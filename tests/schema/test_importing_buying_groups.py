from typing import Any

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from resolvers import tenants
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate
from tests.worlds import a_live_stage_model, an_interest, some_accounts, some_people

OUTCOMES = """
    ... on TooManyItems { count limit }
    ... on InvalidInput { field reason }
    ... on ImportBuyingGroupsSuccess {
        created addedTo unchanged refused
        outcomes {
            index status field buyingGroup { name stage { name } }
            members { person { firstName } status overruledBy { method role { name } } }
            error {
                __typename message
                ... on UnknownRole { role suggestion }
                ... on AnotherRoleTemplate { roleTemplateId }
                ... on StageTransitionNotAllowed { allowed }
            }
        }
    }
"""


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    ctx = a_context(database, tenant, Clock())
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


def an_item(*members: tuple[str, str], **others: Any) -> dict[str, Any]:
    people = [{"person": {"email": f"{name}@example.com"}, "role": role} for name, role in members]
    account = {"key": {"system": "crm", "id": "Acme"}}
    return {"account": account, "solutionInterest": "Security", "members": people, **others}


async def test_every_item_has_an_outcome_of_its_own(ctx: Context) -> None:
    accounts = await some_accounts(ctx, "Acme")
    await some_people(ctx, accounts["Acme"], {"ada": "Clerk", "bo": "Clerk"})
    await an_interest(ctx, stage_model=await a_live_stage_model(ctx))
    other = await an_interest(ctx, name="Bare")
    template = (await ctx.stores.solution_interests.by_ids([other]))[other]["role_template_id"]
    await mutate(
        ctx,
        "importBuyingGroups",
        "",
        items=[an_item(("bo", "Champion"))],
        method="MANUAL",
    )

    answer = await mutate(
        ctx,
        "importBuyingGroups",
        OUTCOMES,
        items=[
            an_item(("ada", "decision-maker"), ("bo", "Practitioner"), stage="New"),
            an_item(("ada", "Decision Maker")),
            an_item(("ada", "EVALUATOR")),
            an_item(roleTemplate=template),
            an_item(stage="Won"),
            an_item(stage="New", solutionInterest="Bare"),
            an_item(("eve", "Champion")),
        ],
    )

    counts = ("created", "addedTo", "unchanged", "refused")
    assert [answer[each] for each in counts] == [0, 1, 1, 5]
    first, *_, transition, modelless, nobody = answer["outcomes"]
    assert first == {
        "index": 0,
        "status": "ADDED_TO",
        "field": None,
        "buyingGroup": {"name": "Security for Acme", "stage": {"name": "New"}},
        "members": [
            {"person": {"firstName": "ada"}, "status": "APPLIED", "overruledBy": None},
            {
                "person": {"firstName": "bo"},
                "status": "OVERRULED",
                "overruledBy": {"method": "MANUAL", "role": {"name": "Champion"}},
            },
        ],
        "error": None,
    }
    assert [each["error"] for each in answer["outcomes"][2:4]] == [
        {
            "__typename": "UnknownRole",
            "message": "members[0].role: there is no role EVALUATOR. Is Influencer meant?",
            "role": "EVALUATOR",
            "suggestion": "Influencer",
        },
        {
            "__typename": "AnotherRoleTemplate",
            "message": answer["outcomes"][3]["error"]["message"],
            "roleTemplateId": answer["outcomes"][3]["error"]["roleTemplateId"],
        },
    ]
    assert (transition["field"], transition["error"]["allowed"]) == ("stage", ["Open", "Lost"])
    assert modelless["error"]["__typename"] == "NoStageModel"
    assert nobody["error"]["message"] == (
        "members[0].person.email: there is no person eve@example.com."
    )


async def test_a_call_is_bounded(ctx: Context) -> None:
    crowd = an_item(*[("ada", "Champion")] * 50)

    bound = "... on TooManyItems { count limit }"
    many = await mutate(ctx, "importBuyingGroups", bound, items=[an_item()] * 1_001)
    crowded = await mutate(ctx, "importBuyingGroups", OUTCOMES, items=[crowd] * 101)

    assert (many["__typename"], many["count"], many["limit"]) == ("TooManyItems", 1001, 1000)
    assert (crowded["__typename"], crowded["field"]) == ("InvalidInput", "items")


async def test_a_role_shows_what_other_systems_call_it(ctx: Context) -> None:
    found = (await operate(ctx, "{ roles { nodes { id name } } }"))["roles"]["nodes"]
    ids = {each["name"]: each["id"] for each in found}
    shown = (
        "... on SetRoleAliasesSuccess { role { name aliases } } ... on NameTaken { name }"
        " ... on InvalidInput { field reason } ... on NotFound { id }"
    )

    async def named(role: str, *aliases: str) -> Any:
        return await mutate(ctx, "setRoleAliases", shown, roleId=role, aliases=list(aliases))

    answers = [
        await named(ids["Decision Maker"], "Economic Buyer", "economic-buyer"),
        await named(ids["Influencer"], "Economic_Buyer"),
        await named(ids["Influencer"], " "),
        await named("role_none", "Coach"),
    ]

    assert [each["__typename"] for each in answers] == [
        "SetRoleAliasesSuccess",
        "NameTaken",
        "InvalidInput",
        "NotFound",
    ]
    assert answers[0]["role"] == {"name": "Decision Maker", "aliases": ["Economic Buyer"]}
