"""People are erased, through the schema."""

from typing import Any

from domain.events import EventType
from domain.identifiers import PersonId
from execution.context import Context, Right
from resolvers import stamps
from schema.build import build_schema
from store.event_documents import to_document
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate
from tests.worlds import some_accounts, some_people

HISTORY = """query ($id: ID!) {
  person(id: $id) { id }
  events(filter: {people: [$id]}) { nodes { type isErased person { id } before after personal } }
}"""
ERASED = "... on ErasePersonSuccess { personId }"


async def somebody(ctx: Context) -> str:
    [account] = (await some_accounts(ctx, "Acme")).values()
    return (await some_people(ctx, account, {"ada": "Chief"}))["ada"]


async def test_of_an_erased_person_events_tell_only_that_there_were_some(home: Context) -> None:
    ada = await somebody(home)

    erased = await mutate(home, "erasePerson", ERASED, personId=ada, idempotencyKey="k")
    again = await mutate(home, "erasePerson", ERASED, personId=ada, idempotencyKey="k")

    assert erased == again == {"__typename": "ErasePersonSuccess", "personId": ada}
    nothing: dict[str, Any] = {"person": None, "before": None, "after": None, "personal": None}
    assert await operate(home, HISTORY, id=ada) == {
        "person": None,
        "events": {
            "nodes": [
                {"type": "PERSON_CREATED", "isErased": True, **nothing},
                {"type": "PERSON_ERASED", "isErased": False, **nothing},
            ]
        },
    }


async def test_nobody_unknown_is_erased_and_no_key_stands_for_two(home: Context) -> None:
    ada = await somebody(home)
    await mutate(home, "erasePerson", ERASED, personId=ada, idempotencyKey="k")

    unknown = await mutate(home, "erasePerson", "... on NotFound { id }", personId="per_0")
    selection = "... on InvalidInput { field }"
    reused = await mutate(home, "erasePerson", selection, personId="per_0", idempotencyKey="k")

    assert (unknown["__typename"], unknown["id"]) == ("NotFound", "per_0")
    assert (reused["__typename"], reused["field"]) == ("InvalidInput", "idempotencyKey")


async def test_as_long_as_history_names_the_person_that_is_a_conflict(
    home: Context, clock: Clock
) -> None:
    ada = await somebody(home)
    slow = a_context(home.stores.database, home.viewer.tenant, clock)

    async def in_vain() -> int:
        return 0

    setattr(slow.stores.relay, "sweep", in_vain)  # noqa: B010  # mypy lets no method be assigned
    left = stamps.event(home, EventType.MEMBERSHIP_CHANGED, "bg_1", person_id=PersonId(ada))
    waiting = {"_id": "bg_1", "tenant": home.viewer.tenant, "outbox": [to_document(left)]}
    await home.stores.groups.collection.insert_one(waiting)

    refused = await mutate(slow, "erasePerson", "", personId=ada)
    await home.stores.relay.sweep()
    await home.stores.groups.collection.delete_one({"_id": "bg_1"})
    erased = await mutate(home, "erasePerson", ERASED, personId=ada)

    assert refused["__typename"] == "Conflict"
    assert erased["personId"] == ada


async def test_only_an_admin_erases(home: Context, clock: Clock) -> None:
    ada = await somebody(home)
    rights = set(Right) - {Right.ADMIN}
    editor = a_context(home.stores.database, home.viewer.tenant, clock, rights=rights)

    query = "mutation ($id: ID!) { erasePerson(input: {personId: $id}) { __typename } }"
    result = await build_schema().execute(query, variable_values={"id": ada}, context_value=editor)

    assert result.errors is not None
    assert "ADMIN" in str(result.errors[0])
    assert await home.stores.people.one(ada) is not None
