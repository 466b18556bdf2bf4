"""What a rule names stays as long as the rule does."""

import asyncio

import pytest

from domain.conditions import AllOf
from domain.identifiers import RoleId
from domain.related_tests import GroupTest, InterestTest, RelatedTest, RoleCount
from domain.roles import RoleInUse, User
from execution.context import Context
from resolvers.audiences import (
    AudienceAccounts,
    create_account_audience,
    update_account_audience,
)
from resolvers.deleting_components import SolutionInterestInUse, delete_solution_interest
from resolvers.outcomes import Invalid
from resolvers.role_templates import RoleEntry, create_role_template, duplicate_role_template
from resolvers.roles import delete_role
from tests.contexts import Clock
from tests.resolvers.test_roles import a_role, another
from tests.worlds import an_interest


def counted(role: str, interest: str | None = None) -> RelatedTest:
    return RelatedTest(GroupTest(interest, people_in_role=(RoleCount(role, 1),)))


async def a_draft(ctx: Context, condition: RelatedTest | AllOf) -> str:
    entries = [RoleEntry("Champion", condition=condition)]
    made = await create_role_template(ctx, "Asking", None, entries)
    assert isinstance(made, str), made
    return made


async def test_a_role_that_a_rule_counts_stays(home: Context) -> None:
    role = await a_role(home, "Sponsor")
    template = await a_draft(home, counted(role))
    audience = await create_account_audience(
        home, "Sponsored", None, AudienceAccounts(counted(role))
    )
    assert isinstance(audience, str)

    assert await delete_role(home, role) == RoleInUse(
        RoleId(role),
        1,
        0,
        1,
        [
            User("role template", template, "Asking"),
            User("account audience", audience, "Sponsored"),
        ],
    )


async def test_a_solution_interest_that_a_rule_names_stays(home: Context) -> None:
    interest = await an_interest(home)
    signal = RelatedTest(InterestTest(interest))
    template = await a_draft(home, AllOf((signal, signal)))
    has_group = AudienceAccounts(RelatedTest(GroupTest(interest)))
    audience = await create_account_audience(home, "Buying", None, has_group)
    assert isinstance(audience, str)

    in_use = await delete_solution_interest(home, interest)
    no_more = await update_account_audience(home, audience, None, AudienceAccounts(AllOf(())))
    in_rule = await delete_solution_interest(home, interest)

    assert no_more == audience
    asking, buying = (
        User("role template", template, "Asking"),
        User("account audience", audience, "Buying"),
    )
    assert in_use == SolutionInterestInUse(interest, 0, 0, 1, 1, [asking, buying])
    assert in_rule == SolutionInterestInUse(interest, 0, 0, 1, 0, [asking])


@pytest.mark.parametrize("turn", range(4))
async def test_no_rule_names_a_deleted_role(home: Context, clock: Clock, turn: int) -> None:
    role = await a_role(home, "Sponsor")
    old = await create_account_audience(home, "Old", None, AudienceAccounts(AllOf(())))
    assert isinstance(old, str)
    asking = AudienceAccounts(counted(role))

    async def delete() -> object:
        await asyncio.sleep(turn * 0.003)
        return await delete_role(another(home, clock), role)

    made, edited, deleted = await asyncio.gather(
        create_account_audience(another(home, clock), "New", None, asking),
        update_account_audience(another(home, clock), old, None, asking),
        delete(),
    )

    using = await home.stores.audiences.found({"reference_ids": role})
    assert {each["_id"] for each in using} == {m for m in (made, edited) if isinstance(m, str)}
    if deleted == role:
        assert (await home.stores.roles.one(role), using) == (None, [])
    else:
        assert isinstance(deleted, RoleInUse)


async def test_a_template_that_names_what_is_gone_is_not_duplicated(home: Context) -> None:
    role = await a_role(home, "Sponsor")
    template = await a_draft(home, counted(role))
    await home.stores.roles.collection.delete_one({"_id": role})

    answer = await duplicate_role_template(home, template, "Again")

    assert answer == Invalid(
        "roles[0].condition.account.hasMatchedBuyingGroup.peopleInRole[0].role",
        f"there is no role {role}",
    )
