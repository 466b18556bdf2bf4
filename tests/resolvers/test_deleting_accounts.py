import asyncio
from typing import Final

import pytest

from domain.accounts import AccountItem
from domain.identifiers import AccountId, TenantId
from domain.identities import OutsideKey, Reference
from domain.opportunities import OpportunityItem
from domain.people import GivenRelation, PersonItem
from domain.upserting import Applied
from execution.context import Context, NotPermitted, Right
from resolvers import accounts, groups, opportunities, people
from resolvers.deleting_accounts import AccountHasBuyingGroups, delete_account
from resolvers.deleting_opportunities import delete_opportunity
from resolvers.outcomes import NotFound
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.killing import Kill, Killed, late, points
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

POINTS: Final = 24
WRITES = {
    "deletions": ("begin", "delete", "finish"),
    "accounts": ("doubt_products", "write"),
    "people": ("write",),
    "groups": ("found",),
}


async def an_opportunity(ctx: Context, account: str, product: str, key: str) -> str:
    item = OpportunityItem(
        fields={"product": product, "is_won": True},
        keys=[OutsideKey("crm", key)],
        account=Reference(id=account),
    )
    outcomes = await opportunities.upsert_opportunities(ctx, [item])
    assert isinstance(outcomes, list)
    [outcome] = outcomes
    assert isinstance(outcome, Applied), outcome
    return outcome.id


async def a_family(ctx: Context) -> dict[str, str]:
    """Accounts one below the other: Head, Acme, Unit and Part."""
    ids = await some_accounts(ctx, "Head", "Acme", "Unit", "Part")
    for below, above in (("Acme", "Head"), ("Unit", "Acme"), ("Part", "Unit")):
        item = AccountItem(id=ids[below], parent=Reference(id=ids[above]))
        await accounts.upsert_accounts(ctx, [item])
    return ids


async def a_world(ctx: Context) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """A family of accounts, Acme's people, and its two groups; it has opportunities, too."""
    ids = await a_family(ctx)
    known = await some_people(ctx, ids["Acme"], {"ada": "Chief", "bo": "Engineer"})
    other = GivenRelation(Reference(id=ids["Head"]))
    await people.upsert_people(ctx, [PersonItem(id=known["bo"], relations=[other])])
    interests = [await an_interest(ctx, name=name) for name in ("Security", "Cloud")]
    made = [await a_buying_group(ctx, ids["Acme"], interest) for interest in interests]
    for number in range(3):
        await an_opportunity(ctx, ids["Acme"], "Firewall", f"o{number}")
    return ids, known, list(made)


async def stored(ctx: Context, account: str) -> Document:
    document = await ctx.stores.accounts.one(account)
    assert document is not None
    return document


async def types_of(ctx: Context, subject: str) -> list[str]:
    found = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "subject_id": subject}, sort=[("position", 1)]
    )
    return [event["type"] async for event in found]


async def assert_gone(ctx: Context, ids: dict[str, str], known: dict[str, str]) -> None:
    """Nothing is left of Acme, nothing refers to it, and the rest stands where it should."""
    acme = ids["Acme"]
    assert await ctx.stores.accounts.one(acme) is None
    assert await ctx.stores.groups.count() == 0
    assert await ctx.stores.opportunities.count() == 0
    relations = {
        person["_id"]: [each["account_id"] for each in person["relations"]]
        for person in await ctx.stores.people.all()
    }
    assert relations == {known["ada"]: [], known["bo"]: [ids["Head"]]}
    unit, part = await stored(ctx, ids["Unit"]), await stored(ctx, ids["Part"])
    assert (unit["parent_id"], unit["ancestor_ids"], unit["level"]) == (None, [], 1)
    assert (part["ancestor_ids"], part["level"]) == ([ids["Unit"]], 2)
    assert (await types_of(ctx, acme)).count("ACCOUNT_DELETED") == 1
    assert (await types_of(ctx, known["ada"])).count("PERSON_UPDATED") == 1
    assert not await ctx.stores.deletions.is_unfinished(acme)
    assert await delete_account(ctx, acme) == NotFound("account", acme)


async def test_an_account_with_groups_stays_unless_their_deletion_is_asked_for(
    home: Context,
) -> None:
    ids, known, made = await a_world(home)
    before = await stored(home, ids["Acme"])

    refused = await delete_account(home, ids["Acme"])

    assert refused == AccountHasBuyingGroups(ids["Acme"], 2)
    assert await stored(home, ids["Acme"]) == before
    assert await home.stores.opportunities.count() == 3
    assert await delete_account(home, ids["Acme"], with_buying_groups=True) == ids["Acme"]
    await assert_gone(home, ids, known)
    assert await home.stores.deletions.among(made) == set(made)


async def test_outside_keys_and_names_of_a_deleted_account_are_free(home: Context) -> None:
    ids, _, _ = await a_world(home)
    await delete_account(home, ids["Acme"], with_buying_groups=True)

    again = await some_accounts(home, "Acme")

    assert again["Acme"] != ids["Acme"]
    assert await an_opportunity(home, again["Acme"], "Firewall", "o0")


async def test_deleting_with_groups_needs_the_right_to_edit_groups(
    home: Context, clock: Clock
) -> None:
    ids, _, _ = await a_world(home)
    tenant, database = home.viewer.tenant, home.stores.database
    editor = a_context(database, tenant, clock, rights=[Right.EDIT_DATA])
    stranger = a_context(database, TenantId("somebody-else"), clock)

    with pytest.raises(NotPermitted):
        await delete_account(editor, ids["Acme"], with_buying_groups=True)
    assert await delete_account(stranger, ids["Acme"]) == NotFound("account", ids["Acme"])

    assert await home.stores.groups.count() == 2
    assert await delete_account(editor, ids["Part"]) == ids["Part"]


async def test_an_opportunity_that_is_deleted_has_won_nothing(home: Context) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    first = await an_opportunity(home, account, "Firewall", "one")
    second = await an_opportunity(home, account, "Cloud", "two")

    assert await delete_opportunity(home, first) == first

    assert (await stored(home, account))["products"] == ["Cloud"]
    assert "products_in_doubt" not in await stored(home, account)
    assert await types_of(home, first) == ["OPPORTUNITY_CREATED", "OPPORTUNITY_DELETED"]
    assert await delete_opportunity(home, first) == NotFound("opportunity", first)
    assert await an_opportunity(home, account, "Other", "one") not in (first, second)


async def test_the_points_are_all_at_which_a_deletion_can_be_killed(
    home: Context, clock: Clock
) -> None:
    ids, _, _ = await a_world(home)
    kill = Kill(POINTS)
    watched = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), WRITES)

    assert await delete_account(watched, ids["Acme"], with_buying_groups=True) == ids["Acme"]
    assert kill.left == 0


@pytest.mark.parametrize("at", points(POINTS, apart=9))
async def test_a_killed_deletion_is_finished_by_the_next(
    home: Context, clock: Clock, at: int
) -> None:
    ids, known, _ = await a_world(home)
    kill = Kill(at)
    dying = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), WRITES)
    with pytest.raises(Killed):
        await delete_account(dying, ids["Acme"], with_buying_groups=True)
    assert kill.has_killed

    finished = await delete_account(home, ids["Acme"], with_buying_groups=True)

    assert finished in (ids["Acme"], NotFound("account", ids["Acme"]))
    await assert_gone(home, ids, known)


@pytest.mark.parametrize("turn", range(0, 6, 3))
async def test_whatever_races_the_deletion_nothing_refers_to_the_account(
    home: Context, clock: Clock, turn: int
) -> None:
    ids = await a_family(home)
    acme = ids["Acme"]
    interest = await an_interest(home)

    def other() -> Context:
        return a_context(home.stores.database, home.viewer.tenant, clock)

    related = [GivenRelation(Reference(id=acme))]
    newcomers = [PersonItem(fields={"email": f"p{n}@x.example"}, relations=related) for n in "ab"]
    another = PersonItem(fields={"email": "late@x.example"}, relations=related)
    deal = OpportunityItem(
        fields={"product": "x"}, keys=[OutsideKey("crm", "late")], account=Reference(id=acme)
    )
    child = AccountItem(fields={"name": "Child"}, parent=Reference(id=acme))

    async def delete() -> object:
        await asyncio.sleep(0.003 * turn)
        return await delete_account(other(), acme, with_buying_groups=True)

    *_, made, deleted = await asyncio.gather(
        people.upsert_people(other(), newcomers),
        people.upsert_people(other(), [another]),
        opportunities.upsert_opportunities(other(), [deal]),
        accounts.upsert_accounts(other(), [child]),
        groups.create_buying_group(other(), acme, interest),
        delete(),
    )

    assert deleted == acme
    assert isinstance(made, str) or made == NotFound("account", acme)
    assert await home.stores.accounts.one(acme) is None
    assert await home.stores.groups.count() == 0
    assert await home.stores.opportunities.count() == 0
    assert await home.stores.people.count_found({"relations.account_id": acme}) == 0
    assert await home.stores.accounts.count_found({"ancestor_ids": acme}) == 0
    assert await home.stores.accounts.count_found({"parent_id": acme}) == 0


async def test_a_claim_made_late_for_a_deleted_account_does_not_bring_its_id_back(
    home: Context,
) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    await delete_account(home, account)
    claimed = await home.stores.identities.claim("account.key.crm", "Acme", account)

    again = await some_accounts(home, "Acme")

    assert claimed == AccountId(account)
    assert again["Acme"] != account


async def test_what_is_stored_for_an_account_that_is_gone_by_then_goes_as_well(
    home: Context, clock: Clock
) -> None:
    ids = await some_accounts(home, "Acme", "Bolt")

    def too_late(store: str, account: str) -> Context:
        other = a_context(home.stores.database, home.viewer.tenant, clock)
        return late(other, store, "write", lambda: delete_account(home, account))

    related = [GivenRelation(Reference(id=each)) for each in ids.values()]
    person = PersonItem(fields={"email": "late@x.example"}, relations=related)
    deal = OpportunityItem(keys=[OutsideKey("crm", "late")], account=Reference(id=ids["Bolt"]))
    await people.upsert_people(too_late("people", ids["Acme"]), [person])
    await opportunities.upsert_opportunities(too_late("opportunities", ids["Bolt"]), [deal])

    assert await home.stores.accounts.count() == 0
    [stored_person] = await home.stores.people.all()
    assert stored_person["relations"] == []
    assert await home.stores.opportunities.count() == 0
    await opportunities.settle_products(home)
