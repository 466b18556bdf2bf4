import asyncio

import pytest

from domain.attributes import PERSONA
from domain.conditions import AttributeTest
from domain.operators import Operator
from domain.personas import TELLING, PersonaInUse
from execution.context import Context
from resolvers.outcomes import Invalid
from resolvers.personas import (
    GivenAttribute,
    NewPersona,
    create_persona,
    delete_persona,
    seed,
    update_persona,
)
from resolvers.role_templates import RoleEntry, create_role_template
from tests.contexts import Clock, a_context


def a_new(name: str, *places: int) -> NewPersona:
    """A persona told by some of the attributes there are."""
    return NewPersona(
        name, None, [GivenAttribute(str(place), TELLING[place], ("x",)) for place in places]
    )


def another(home: Context, clock: Clock) -> Context:
    """Another process, on behalf of the same tenant."""
    return a_context(home.stores.database, home.viewer.tenant, clock)


async def test_of_many_who_add_personas_at_once_as_many_do_as_there_is_room_for(
    home: Context, clock: Clock
) -> None:
    answers = await asyncio.gather(
        *(create_persona(another(home, clock), a_new(f"P {number}", 3)) for number in range(14))
    )

    full = Invalid("attributes", "a tenant has at most 20 personas")
    assert [each for each in answers if not isinstance(each, str)] == [full] * 4
    assert await home.stores.personas.count() == 20


async def test_attributes_in_all_are_counted_however_many_ask_at_once(
    home: Context, clock: Clock
) -> None:
    ids = [await create_persona(home, a_new(f"P {number}", 3)) for number in range(4)]
    wanted = [(4, 5, 6, 7), (0, 1, 2, 8), (9, 10, 11), (4, 9)]

    answers = await asyncio.gather(
        *(
            update_persona(another(home, clock), str(id), a_new(f"P {number}", *places))
            for number, (id, places) in enumerate(zip(ids, wanted, strict=True))
        )
    )

    stored = await home.stores.personas.all()
    told = {each["attribute"] for persona in stored for each in persona["attributes"]}
    assert len(told) <= 10
    refused = [each for each in answers if not isinstance(each, str)]
    assert refused
    assert all(isinstance(each, Invalid) and "different" in each.reason for each in refused)


@pytest.mark.parametrize("turn", range(4))
async def test_no_template_asks_for_a_deleted_persona(
    home: Context, clock: Clock, turn: int
) -> None:
    persona = await create_persona(home, a_new("Chiefs", 3))
    assert isinstance(persona, str)
    rule = AttributeTest(PERSONA, Operator.IS_NOT, "chiefs")
    entries = [RoleEntry("Champion", condition=rule)]

    async def delete() -> object:
        await asyncio.sleep(turn * 0.004)
        return await delete_persona(another(home, clock), persona)

    made, deleted = await asyncio.gather(
        create_role_template(another(home, clock), "New", None, entries), delete()
    )

    using = await home.stores.role_templates.found({"roles.persona_ids": persona})
    if deleted == persona:
        assert isinstance(made, Invalid)
        assert made.field == "roles[0].condition.person.persona.isNot"
        assert using == []
    else:
        assert isinstance(deleted, PersonaInUse)
        assert [each["_id"] for each in using] == [made]


async def test_a_tenant_of_before_is_given_its_personas_once(home: Context) -> None:
    own = home.viewer.tenant
    await home.stores.personas.collection.delete_many({"tenant": own})
    identities = home.stores.database["identities"]
    await identities.delete_many({"_id": {"$regex": f"^{own}\\|persona"}})
    await home.stores.tenants.collection.update_one(
        {"_id": own}, {"$unset": {"personas_seeded": ""}}
    )
    analysts = await create_persona(home, a_new("Analyst", 3))

    await asyncio.gather(seed(home), seed(home))
    [consultants] = await home.stores.personas.found({"name": "Consultant"}, {"_id": 1})
    assert await delete_persona(home, consultants["_id"]) == consultants["_id"]
    await seed(home)

    stored = await home.stores.personas.all()
    assert len(stored) == 9
    assert {each["_id"] for each in stored if each["name"] == "Analyst"} == {analysts}
    assert all(each["name"] != "Consultant" for each in stored)
