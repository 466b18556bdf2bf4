import asyncio

import pytest

from domain.identifiers import RoleTemplateId
from domain.roles import MOST_ROLES, RoleInUse
from execution.context import Context
from resolvers.outcomes import Invalid, NameTaken
from resolvers.role_templates import RoleEntry, create_role_template, update_role_template
from resolvers.roles import create_role, delete_role, update_role
from tests.contexts import Clock, a_context

FULL = Invalid("name", "a tenant has at most 20 roles")


def another(home: Context, clock: Clock) -> Context:
    """Another process, on behalf of the same tenant."""
    return a_context(home.stores.database, home.viewer.tenant, clock)


async def a_role(ctx: Context, name: str) -> str:
    made = await create_role(ctx, name)
    assert isinstance(made, str)
    return made


async def test_of_many_who_add_roles_at_once_as_many_do_as_there_is_room_for(
    home: Context, clock: Clock
) -> None:
    made = await asyncio.gather(
        *(create_role(another(home, clock), f"Role {number}") for number in range(24))
    )

    assert await home.stores.roles.count() == MOST_ROLES
    assert sum(isinstance(each, str) for each in made) == 14
    assert [each for each in made if not isinstance(each, str)] == [FULL] * 10


async def test_a_role_that_was_refused_leaves_its_name_to_others(home: Context) -> None:
    own = [await a_role(home, f"Role {number}") for number in range(14)]
    assert await create_role(home, "Sponsor") == FULL

    assert await update_role(home, own[0], "Sponsor", None) == own[0]


async def test_of_two_who_want_a_name_one_has_it(home: Context, clock: Clock) -> None:
    one, other = await a_role(home, "One"), await a_role(home, "Other one")

    answers = await asyncio.gather(
        update_role(another(home, clock), one, "Sponsor", None),
        update_role(another(home, clock), other, "SPONSOR", None),
        create_role(another(home, clock), "sponsor"),
    )

    [winner] = [each for each in answers if isinstance(each, str)]
    assert {each for each in answers if not isinstance(each, str)} <= {
        NameTaken(spelled, winner) for spelled in ("Sponsor", "SPONSOR", "sponsor")
    }
    named = await home.stores.roles.found({"folded.name": "sponsor"})
    assert [each["_id"] for each in named] == [winner]
    assert await home.stores.identities.claim("role.name", "sponsor", "x") == winner


@pytest.mark.parametrize("turn", range(6))
async def test_no_template_has_a_deleted_role(home: Context, clock: Clock, turn: int) -> None:
    role = await a_role(home, "Sponsor")
    draft = await create_role_template(home, "Draft", None, [])
    assert isinstance(draft, str)
    entries = [RoleEntry(role)]

    async def delete() -> object:
        await asyncio.sleep(turn * 0.003)
        return await delete_role(another(home, clock), role)

    made, edited, deleted = await asyncio.gather(
        create_role_template(another(home, clock), "New", None, entries),
        update_role_template(another(home, clock), RoleTemplateId(draft), None, entries),
        delete(),
    )

    using = await home.stores.role_templates.found({"roles.role_id": role})
    assert {each["_id"] for each in using} == {m for m in (made, edited) if isinstance(m, str)}
    if deleted == role:
        gone = Invalid("roles[0].role", f"there is no role {role}")
        assert (made, edited) == (gone, gone)
        assert await home.stores.roles.one(role) is None
    else:
        assert isinstance(deleted, RoleInUse)
        assert deleted.role_templates >= 1
        assert await home.stores.roles.one(role) is not None
