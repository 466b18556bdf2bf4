import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts import AccountItem
from domain.attributes import FieldType, Scope
from domain.custom_fields import CustomField
from domain.fields import Refused
from domain.identifiers import TenantId
from domain.identities import Identity, OutsideKey, Reference
from domain.people import GivenRelation, PersonItem, RelationKind
from domain.upserting import Applied, OwnedByAnother, Status, TooManyItems, UnknownRecord, Wanted
from execution.context import Context, NotPermitted, Right
from resolvers.accounts import upsert_accounts
from resolvers.custom_fields import define_custom_fields
from resolvers.outcomes import Conflict
from resolvers.people import upsert_people
from resolvers.upserting import Outcome
from store.driver import Database, close, open_client, open_database
from store.schema_version import SCHEMA_VERSION
from tests.contexts import Clock, a_context
from tests.recorder import Recorder

CREATED, UPDATED, UNCHANGED = Status.CREATED, Status.UPDATED, Status.UNCHANGED


def an_item(email: str, *keys: str, **fields: object) -> PersonItem:
    return PersonItem(
        fields={"email": email, **fields}, keys=[OutsideKey("crm", key) for key in keys]
    )


async def upserted(ctx: Context, *items: PersonItem) -> list[Outcome]:
    outcomes = await upsert_people(ctx, items)
    assert isinstance(outcomes, list)
    return outcomes


async def ids(ctx: Context, *items: PersonItem) -> list[str]:
    outcomes = await upserted(ctx, *items)
    return [outcome.id for outcome in outcomes if isinstance(outcome, Applied)]


def statuses(outcomes: Sequence[Outcome]) -> list[Status | type]:
    return [o.status if isinstance(o, Applied) else type(o) for o in outcomes]


async def stored(ctx: Context) -> dict[str, dict[str, Any]]:
    """Every person of the tenant by e-mail address."""
    return {person["email"]: person for person in await ctx.stores.people.found({})}


async def identities(ctx: Context) -> dict[str, str]:
    """The owner of every e-mail address and key of a person."""
    found = ctx.stores.database["identities"].find({"tenant": ctx.viewer.tenant})
    return {each["_id"].split("|person.")[1]: each["owner"] async for each in found}


async def an_account(ctx: Context, key: str) -> str:
    outcomes = await upsert_accounts(
        ctx, [AccountItem(fields={"name": key}, keys=[OutsideKey("crm", key)])]
    )
    assert isinstance(outcomes, list)
    assert isinstance(outcomes[0], Applied)
    return outcomes[0].id


async def test_a_new_person_is_stored_whole(ctx: Context, tenant: TenantId) -> None:
    acme = await an_account(ctx, "acme")
    relation = GivenRelation(Reference(id=acme), RelationKind.CONTRACTOR, ["Owner"])

    [id] = await ids(
        ctx,
        PersonItem(
            fields={"email": "Ada@x.example", "first_name": "Ada", "last_name": "Lovelace"},
            relations=[relation],
        ),
    )

    assert (await stored(ctx))["Ada@x.example"] == {
        "_id": id,
        "tenant": tenant,
        "schema_version": SCHEMA_VERSION,
        "version": 1,
        "outbox": [],
        "name": "Ada Lovelace",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "Ada@x.example",
        "job_title": None,
        "phone": None,
        "mobile_phone": None,
        "address": dict.fromkeys(["street", "city", "state", "region", "postal_code", "country"]),
        "email_invalid": False,
        "email_suspended": False,
        "unsubscribed": False,
        "marketing_suspended": False,
        "inferred_state": None,
        "inferred_region": None,
        "custom": {},
        "keys": {},
        "relations": [{"account_id": acme, "relation": "contractor", "roles": ["Owner"]}],
        "folded": {
            "name": "ada lovelace",
            "first_name": "ada",
            "last_name": "lovelace",
            "email": "ada@x.example",
            "relations": [{"account_id": acme, "roles": ["owner"]}],
        },
        "search": ["ada", "lovelace", "x", "example"],
        "created_at": ctx.now(),
        "created_by": "sam",
        "updated_at": ctx.now(),
        "updated_by": "sam",
    }


async def test_an_event_holds_nothing_about_a_person_outside_its_personal_part(
    ctx: Context,
) -> None:
    [id] = await ids(ctx, an_item("ada@x.example", "A1", unsubscribed=True, job_title="CIO"))

    event = await ctx.stores.database["events"].find_one({"subject_id": id})
    assert event is not None
    assert (event["type"], event["person_id"]) == ("PERSON_CREATED", id)
    assert event["after"] == {
        "changed": ["email", "job_title", "keys.crm", "unsubscribed"],
        "unsubscribed": True,
    }
    assert event["personal"] == {
        "before": {},
        "after": {"email": "ada@x.example", "job_title": "CIO", "keys": {"crm": "A1"}},
    }


async def test_an_address_is_one_persons_whatever_its_case(ctx: Context) -> None:
    [ada, bo] = await ids(ctx, an_item("ada@x.example"), an_item("bo@x.example"))

    outcomes = await upserted(
        ctx,
        an_item("ADA@X.example", job_title="CIO"),
        PersonItem(id=bo, fields={"email": "Ada@x.example", "job_title": "CFO"}),
    )

    assert outcomes == [Applied(UPDATED, ada), OwnedByAnother("email", ada)]
    assert (await stored(ctx))["bo@x.example"]["job_title"] is None


async def test_a_given_up_address_can_be_anothers(ctx: Context) -> None:
    [ada] = await ids(ctx, an_item("ada@x.example"))

    await upserted(ctx, PersonItem(id=ada, fields={"email": "countess@x.example"}))
    [newcomer] = await ids(ctx, an_item("ada@x.example"))

    assert await identities(ctx) == {
        "email|countess@x.example": ada,
        "email|ada@x.example": newcomer,
    }


async def test_two_people_swap_their_addresses_in_one_call(ctx: Context) -> None:
    [ada, bo] = await ids(ctx, an_item("ada@x.example"), an_item("bo@x.example"))

    outcomes = await upserted(
        ctx,
        PersonItem(id=ada, fields={"email": "between@x.example"}),
        PersonItem(id=bo, fields={"email": "ada@x.example"}),
        PersonItem(id=ada, fields={"email": "bo@x.example"}),
    )

    assert statuses(outcomes) == [UPDATED, UPDATED, UPDATED]
    people = await stored(ctx)
    assert {email: person["_id"] for email, person in people.items()} == {
        "ada@x.example": bo,
        "bo@x.example": ada,
    }
    assert await identities(ctx) == {"email|ada@x.example": bo, "email|bo@x.example": ada}


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        pytest.param(60, OwnedByAnother, id="not yet"),
        pytest.param(61, CREATED, id="after a minute"),
    ],
)
async def test_a_claim_whose_owner_never_took_the_address_passes_to_another(
    ctx: Context, clock: Clock, seconds: int, status: Status | type
) -> None:
    [bo] = await ids(ctx, an_item("bo@x.example"))
    claimed = {Identity("person.email", "ada@x.example"): Wanted(bo, None)}
    assert await ctx.stores.identities.claim_many(claimed, clock())
    clock.forward(timedelta(seconds=seconds))

    assert statuses(await upserted(ctx, an_item("ada@x.example"))) == [status]


ADA_S = Identity("person.email", "ada@x.example")
ADAS_KEY = Identity("person.key.crm", "1")
SPLIT = {ADA_S: Wanted("per_x", None)}, {ADAS_KEY: Wanted("per_y", None)}
"""What two writers of one person leave behind that end after one claim each."""


async def test_split_claims_of_nobody_make_a_conflict_and_stop_no_other_item(
    ctx: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.upserting._DEADLINE_SECONDS", 0.1)
    for claims in SPLIT:
        assert await ctx.stores.identities.claim_many(claims, clock())
    items = [an_item("ada@x.example", "1"), an_item("bo@x.example", "2")]

    first = await upserted(ctx, *items)
    clock.forward(timedelta(seconds=61))
    later = await upserted(ctx, *items)

    assert first[0] == Conflict("person", "")
    assert statuses(first[1:]) == [CREATED]
    assert statuses(later) == [CREATED, UNCHANGED]


async def test_split_claims_are_waited_for_until_their_writers_let_go(
    ctx: Context, clock: Clock
) -> None:
    identities = ctx.stores.identities
    for claims in SPLIT:
        assert await identities.claim_many(claims, clock())
    held = await identities.find([ADA_S, ADAS_KEY], clock())

    waiting = asyncio.ensure_future(upserted(ctx, an_item("ada@x.example", "1")))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await identities.release_many({ADAS_KEY: held[ADAS_KEY]})

    assert await waiting == [Applied(CREATED, "per_x")]


@pytest.mark.parametrize("round", range(5))
async def test_racing_calls_about_one_person_by_address_and_key_make_one(
    ctx: Context, database: Database, clock: Clock, round: int
) -> None:
    others = [a_context(database, ctx.viewer.tenant, clock) for _ in range(8)]

    answers = await asyncio.gather(
        *(
            upserted(other, an_item("ada@x.example", "1", job_title=str(n)))
            for n, other in enumerate(others)
        )
    )

    [ada] = (await stored(ctx)).values()
    assert {o.id for [o] in answers if isinstance(o, Applied)} == {ada["_id"]}
    assert sorted(str(statuses(answer)[0]) for answer in answers) == sorted(
        [str(CREATED)] + [str(UPDATED)] * 7
    )


async def test_an_unknown_account_refuses_the_item_and_names_its_place(ctx: Context) -> None:
    await an_account(ctx, "acme")
    relations = [GivenRelation(Reference(key=OutsideKey("crm", key))) for key in ("acme", "nobody")]

    outcomes = await upserted(
        ctx, PersonItem(fields={"email": "ada@x.example"}, relations=relations)
    )

    assert outcomes == [UnknownRecord("relations[1].account", "account", "crm:nobody")]
    assert await stored(ctx) == {}


async def test_an_account_of_another_tenant_is_unknown(
    ctx: Context, database: Database, clock: Clock
) -> None:
    other = a_context(database, TenantId(f"{ctx.viewer.tenant}-other"), clock)
    theirs = await an_account(other, "acme")

    outcomes = await upserted(
        ctx,
        PersonItem(
            fields={"email": "ada@x.example"}, relations=[GivenRelation(Reference(id=theirs))]
        ),
    )

    assert outcomes == [UnknownRecord("relations[0].account", "account", theirs)]


async def test_relations_come_and_go_one_by_one(ctx: Context) -> None:
    acme, beta = await an_account(ctx, "acme"), await an_account(ctx, "beta")
    [ada] = await ids(ctx, an_item("ada@x.example"))

    await upserted(ctx, PersonItem(id=ada, relations=[GivenRelation(Reference(id=acme))]))
    await upserted(ctx, PersonItem(id=ada, relations=[GivenRelation(Reference(id=beta))]))
    await upserted(ctx, PersonItem(id=ada, removed_relations=[Reference(id=acme)]))
    again = await upserted(ctx, PersonItem(id=ada, removed_relations=[Reference(id=acme)]))

    assert (await stored(ctx))["ada@x.example"]["relations"] == [
        {"account_id": beta, "relation": "employee", "roles": []}
    ]
    assert statuses(again) == [UNCHANGED]


async def test_a_custom_field_is_kept_if_it_is_declared_with_that_type(home: Context) -> None:
    tier = CustomField("tier", FieldType.TEXT, "Tier")
    assert await define_custom_fields(home, Scope.PERSON, [tier]) == [tier]

    outcomes = await upserted(
        home,
        an_item("ada@x.example", **{"custom.tier": "Gold"}),
        an_item("bo@x.example", **{"custom.tier": 3}),
        an_item("cy@x.example", **{"custom.rank": 3}),
    )

    assert statuses(outcomes[:1]) == [CREATED]
    assert outcomes[1:] == [
        Refused("customFields.tier", "must be a text"),
        Refused("customFields.rank", "is no field that is known here"),
    ]
    person = (await stored(home))["ada@x.example"]
    assert person["custom"] == {"tier": "Gold"}
    assert person["folded"]["custom"] == {"tier": "gold"}

    await upserted(home, an_item("ada@x.example", custom=None))

    assert (await stored(home))["ada@x.example"]["custom"] == {}


async def test_racing_calls_make_one_person_of_one_address(
    ctx: Context, database: Database, clock: Clock
) -> None:
    others = [a_context(database, ctx.viewer.tenant, clock) for _ in range(6)]

    answers = await asyncio.gather(
        *(
            upserted(other, *(an_item(f"p{p}@x.example", job_title=str(n)) for p in range(20)))
            for n, other in enumerate(others)
        )
    )

    people = await stored(ctx)
    assert len(people) == 20
    assert len({o.id for answer in answers for o in answer if isinstance(o, Applied)}) == 20
    assert {person["version"] for person in people.values()} == {6}
    assert await identities(ctx) == {
        f"email|{email}": person["_id"] for email, person in people.items()
    }


async def test_racing_calls_never_give_one_address_to_two(
    ctx: Context, database: Database, clock: Clock
) -> None:
    people = await ids(ctx, *(an_item(f"p{p}@x.example") for p in range(6)))
    others = [a_context(database, ctx.viewer.tenant, clock) for _ in people]

    answers = await asyncio.gather(
        *(
            upserted(other, PersonItem(id=person, fields={"email": "wanted@x.example"}))
            for other, person in zip(others, people, strict=True)
        )
    )

    assert sorted(str(statuses(answer)[0]) for answer in answers) == sorted(
        [str(UPDATED)] + [str(OwnedByAnother)] * 5
    )
    [winner] = [o.id for answer in answers for o in answer if isinstance(o, Applied)]
    assert (await stored(ctx))["wanted@x.example"]["_id"] == winner
    assert (await identities(ctx))["email|wanted@x.example"] == winner


async def test_more_than_a_thousand_items_are_refused_as_a_whole(ctx: Context) -> None:
    items = [an_item(f"p{p}@x.example") for p in range(1_001)]

    assert await upsert_people(ctx, items) == TooManyItems(1_001, 1_000)
    assert await stored(ctx) == {}


async def test_who_may_not_edit_data_changes_nothing(ctx: Context, clock: Clock) -> None:
    reader = a_context(ctx.stores.database, ctx.viewer.tenant, clock, rights=[Right.READ])

    with pytest.raises(NotPermitted):
        await upsert_people(reader, [an_item("ada@x.example")])

    assert await stored(ctx) == {}


@pytest.fixture
async def counted(
    mongodb_uri: str, tenant: TenantId, clock: Clock
) -> AsyncIterator[tuple[Context, Recorder]]:
    commands = Recorder()
    client = open_client(mongodb_uri, listeners=[commands])
    yield a_context(open_database(client, "quorum_tests"), tenant, clock), commands
    await close(client)


def begun(recorder: Recorder) -> list[str]:
    """The commands that were sent, without those that only fetch the rest of an answer."""
    return [each for each in recorder.commands if not each.startswith("getMore")]


RELAY = ["aggregate events", "insert events", "update people"]


async def test_the_commands_of_a_call_do_not_depend_on_its_items(
    counted: tuple[Context, Recorder],
) -> None:
    ctx, commands = counted
    await an_account(ctx, "acme")
    related = GivenRelation(Reference(key=OutsideKey("crm", "acme")))
    items = [
        PersonItem(
            fields={"email": f"p{p}@x.example"},
            keys=[OutsideKey("crm", str(p))],
            relations=[related],
        )
        for p in range(1_000)
    ]
    moved = [
        PersonItem(fields={"email": f"q{p}@x.example"}, keys=[OutsideKey("crm", str(p))])
        for p in range(1_000)
    ]
    sent: dict[str, list[str]] = {}

    for name, said in {"new": items, "nothing changed": items, "new addresses": moved}.items():
        commands.forget()
        await upserted(ctx, *said)
        sent[name] = [each for each in begun(commands) if " activit" not in each]

    assert sent == {
        "new": [
            "find tenants",
            "find identities",
            "find accounts",
            "insert identities",
            "insert people",
            *RELAY,
            "find deletions",
        ],
        "nothing changed": [
            "find tenants",
            "find identities",
            "find accounts",
            "find people",
            "find people",
        ],
        "new addresses": [
            "find tenants",
            "find identities",
            "find people",
            "insert identities",
            "find identities",
            "update people",
            "find people",
            *RELAY,
            "delete identities",
            "find deletions",
        ],
    }
