"""Names that several ask for at once."""

import asyncio

from domain.conditions import ALWAYS
from execution.context import Context
from resolvers import audiences, role_templates, roles
from resolvers.audiences import AudienceAccounts
from resolvers.outcomes import Invalid, NameTaken
from resolvers.role_templates import RoleEntry


async def test_of_many_who_ask_for_one_name_one_gets_it(home: Context) -> None:
    entries = [[RoleEntry(name)] for name in ("Champion", "Other", "Influencer")] * 2

    answers = await asyncio.gather(
        *(role_templates.create_role_template(home, "Standard", None, each) for each in entries)
    )

    made = [answer for answer in answers if isinstance(answer, str)]
    assert len(made) == 1
    assert sum(isinstance(answer, NameTaken) for answer in answers) == 5
    assert await home.stores.role_templates.count() == 1


async def test_a_name_claimed_by_one_who_ended_is_free_for_the_next(home: Context) -> None:
    await home.stores.identities.claim("account_audience.name", "all", "aud_never_written")

    made = await audiences.create_account_audience(home, "All", None, AudienceAccounts(ALWAYS))

    assert made == "aud_never_written"
    again = await audiences.create_account_audience(home, "ALL", None, AudienceAccounts(ALWAYS))
    assert again == NameTaken("ALL", "aud_never_written")


async def test_roles_added_at_once_are_20_at_most(home: Context) -> None:
    answers = await asyncio.gather(
        *(roles.create_role(home, f"Role {number}") for number in range(30))
    )

    made = [answer for answer in answers if isinstance(answer, str)]
    assert await home.stores.roles.count() == 6 + len(made) <= 20
    assert {type(answer) for answer in answers} <= {str, Invalid}


async def test_a_description_is_bounded(home: Context) -> None:
    refused = await role_templates.create_role_template(
        home, "Standard", "x" * 2_001, [RoleEntry("Champion")]
    )

    assert refused == Invalid("description", "must have at most 2000 characters, not 2001")
