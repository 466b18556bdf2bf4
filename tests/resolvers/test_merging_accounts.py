from datetime import timedelta
from typing import Any, Final

import pytest

from domain import buying_groups
from domain.accounts import AccountItem
from domain.buying_groups import PersonOutsideAccount
from domain.identifiers import (
    AccountId,
    BuyingGroupId,
    PersonId,
    SolutionInterestId,
    TenantId,
)
from domain.identities import OutsideKey, Reference
from domain.membership import Decision
from domain.opportunities import OpportunityItem
from domain.people import GivenRelation, PersonItem, RelationKind
from domain.upserting import Applied, Status, UnknownRecord
from domain.webhook_endpoints import WebhookFilter
from execution.context import Context, NotPermitted, Right
from resolvers import accounts, audiences, groups, opportunities, people, scoring
from resolvers.audiences import AudienceAccounts
from resolvers.deleting_accounts import delete_account
from resolvers.deleting_groups import delete_buying_group
from resolvers.maintenance import maintain_groups
from resolvers.membership import Assignment, CommandsDone, assign_members, remove_members
from resolvers.merging_accounts import merge_accounts
from resolvers.outcomes import Invalid, NotFound
from resolvers.webhook_endpoints import WithSecret, WrittenEndpoint, create_webhook_endpoint
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.killing import Kill, Killed, points
from tests.resolvers.test_merging_people import CASES, before, on_schedule
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

POINTS: Final = 24
CALLS = {
    "merges": ("in_turn", "finish"),
    "merged_groups": ("take_over",),
    "accounts": ("forward", "doubt_products", "write"),
    "opportunities": ("write",),
    "people": ("write",),
    "audiences": ("change",),
    "deletions": ("delete",),
    "scoring": ("score_groups",),
}


class World:
    """Acme and its double: people, groups, opportunities and accounts below either.

    Both have a group for Security; only the double has one for Cloud.
    """

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.accounts: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.interests: dict[str, str] = {}

    async def make(self, clock: Clock) -> "World":
        ctx = self.ctx
        self.accounts = await some_accounts(ctx, "Head", "Acme", "Acme Inc", "Unit", "Part")
        acme, double = self.accounts["Acme"], self.accounts["Acme Inc"]
        for below, above in (("Acme Inc", "Head"), ("Unit", "Acme Inc"), ("Part", "Unit")):
            parent = Reference(id=self.accounts[above])
            await accounts.upsert_accounts(
                ctx, [AccountItem(id=self.accounts[below], parent=parent)]
            )
        stated = AccountItem(id=double, fields={"website": "acme.example"})
        await accounts.upsert_accounts(ctx, [stated])
        await self._people(acme, double)
        self.interests = {name: await an_interest(ctx, name=name) for name in ("Security", "Cloud")}
        for account, interest in ((acme, "Security"), (double, "Security"), (double, "Cloud")):
            await a_buying_group(ctx, account, self.interests[interest])
        await self._claims(clock)
        deal = OpportunityItem(
            fields={"name": "Deal", "product": "Firewall", "is_won": True},
            account=Reference(id=double),
        )
        await opportunities.upsert_opportunities(ctx, [deal])
        listed = AudienceAccounts(None, [double, self.accounts["Head"]])
        await audiences.create_account_audience(ctx, "Two", None, listed)
        return self

    async def _people(self, acme: str, double: str) -> None:
        self.people = await some_people(self.ctx, acme, {"ada": "Chief", "bo": "Engineer"})
        self.people |= await some_people(self.ctx, double, {"cy": "Chief", "di": "Engineer"})
        both = GivenRelation(Reference(id=double), RelationKind.CONTRACTOR, ["owner"])
        await people.upsert_people(self.ctx, [PersonItem(id=self.people["ada"], relations=[both])])

    async def _claims(self, clock: Clock) -> None:
        """Ada is removed from the double's group by hand later than she was a champion of Acme."""
        ada, cy = PersonId(self.people["ada"]), PersonId(self.people["cy"])
        clock.forward(timedelta(hours=1))
        await assign_members(self.ctx, self.group("Acme"), [Assignment(ada, "Champion")])
        clock.forward(timedelta(hours=1))
        await remove_members(self.ctx, self.group("Acme Inc"), [ada])
        await assign_members(
            self.ctx, self.group("Acme Inc", "Cloud"), [Assignment(cy, "Champion")]
        )
        await groups.update_status(self.ctx, self.group("Acme Inc"), "hot")

    def group(self, account: str, interest: str = "Security") -> BuyingGroupId:
        return buying_groups.identifier(
            self.ctx.viewer.tenant,
            AccountId(self.accounts[account]),
            SolutionInterestId(self.interests[interest]),
        )

    async def merge(self, ctx: Context | None = None) -> object:
        survivor, merged = self.accounts["Acme"], self.accounts["Acme Inc"]
        return await merge_accounts(ctx or self.ctx, survivor, merged)

    async def account(self, name: str) -> Document:
        document = await self.ctx.stores.accounts.one(self.accounts[name])
        assert document is not None
        return document

    async def said(self, group: str) -> dict[str, dict[str, str | None]]:
        """By name what each method says of everybody of whom something is said in a group."""
        document = await self.ctx.stores.groups.one(group)
        assert document is not None
        names = {id: name for name, id in self.people.items()}
        roles = {role["_id"]: role["name"] for role in await self.ctx.stores.roles.all()}
        return {
            names[member["person_id"]]: {
                method: roles.get(claim["role_id"]) for method, claim in member["claims"].items()
            }
            for member in document["members"]
            if member["claims"]
        }

    async def assert_merged(self) -> None:
        await self._assert_records()
        await self._assert_groups()

    async def _assert_records(self) -> None:
        stores, (acme, double) = self.ctx.stores, self._both()
        assert await stores.accounts.one(double) is None
        survivor = await self.account("Acme")
        assert survivor["website"] == "acme.example"
        assert (survivor["keys"], survivor["former_keys"]) == (
            {"crm": "Acme"},
            [{"system": "crm", "id": "Acme Inc"}],
        )
        assert survivor["products_won"] == survivor["products"] == ["Firewall"]
        assert "products_in_doubt" not in survivor
        head, unit = self.accounts["Head"], self.accounts["Unit"]
        assert (survivor["parent_id"], survivor["ancestor_ids"]) == (head, [head])
        below, far_below = await self.account("Unit"), await self.account("Part")
        assert (below["parent_id"], below["ancestor_ids"], below["level"]) == (
            acme,
            [head, acme],
            3,
        )
        assert (far_below["ancestor_ids"], far_below["level"]) == ([head, acme, unit], 4)
        [deal] = await stores.opportunities.all()
        assert deal["account_id"] == acme
        [audience] = await stores.audiences.all()
        assert audience["account_ids"] == sorted([acme, head])
        relations = {person["_id"]: person["relations"] for person in await stores.people.all()}
        assert relations[self.people["ada"]] == [
            {"account_id": acme, "relation": "employee", "roles": ["owner"]}
        ]
        assert [each["account_id"] for each in relations[self.people["cy"]]] == [acme]
        note = await stores.merges.of(double)
        assert note is not None
        assert (note.survivor, note.is_unfinished) == (acme, False)

    async def _assert_groups(self) -> None:
        stored = {group["_id"]: group for group in await self.ctx.stores.groups.all()}
        security, cloud = self.group("Acme"), self.group("Acme", "Cloud")
        assert set(stored) == {security, cloud}
        decider, user = {"system": "Decision Maker"}, {"system": "Practitioner"}
        assert await self.said(security) == {
            "ada": {**decider, "manual": None},
            "bo": user,
            "cy": decider,
            "di": user,
        }
        assert await self.said(cloud) == {
            "ada": decider,
            "cy": {**decider, "manual": "Champion"},
            "di": user,
        }
        assert stored[security]["status"] == "hot"
        assert {group["name"] for group in stored.values()} == {
            "Security for Acme",
            "Cloud for Acme",
        }
        assert stored[security]["completeness"] == {"exact": 100.0}
        assert stored[cloud]["completeness"] == {"exact": 75.0}
        assert [group["member_count"] for group in stored.values()] == [3, 3]
        assert not any("score_due" in group for group in stored.values())
        gone = {self.group("Acme Inc"), self.group("Acme Inc", "Cloud")}
        assert await self.ctx.stores.deletions.among([*gone, security]) == gone

    def _both(self) -> tuple[str, str]:
        return self.accounts["Acme"], self.accounts["Acme Inc"]


async def events_of(ctx: Context, **found: Any) -> list[Document]:
    await ctx.stores.relay.sweep()
    query = {"tenant": ctx.viewer.tenant, **found}
    cursor = ctx.stores.database["events"].find(query, sort=[("position", 1)])
    return [event async for event in cursor]


async def test_two_accounts_are_one_everywhere(home: Context, clock: Clock) -> None:
    world = await World(home).make(clock)

    assert await world.merge() == world.accounts["Acme"]

    await world.assert_merged()


async def test_events_tell_of_the_merge_and_of_everything_it_moved(
    home: Context, clock: Clock
) -> None:
    world = await World(home).make(clock)
    acme, double = world.accounts["Acme"], world.accounts["Acme Inc"]
    before = len(await events_of(home))
    await world.merge()

    told = (await events_of(home))[before:]
    assert [event["position"] for event in told] == list(range(before + 1, before + len(told) + 1))
    [merged] = [event for event in told if event["type"] == "ACCOUNT_MERGED"]
    assert (merged["subject_id"], merged["before"]) == (
        acme,
        {"parent_id": None, "website": None},
    )
    assert merged["after"] == {
        "merged_id": double,
        "changed": ["parent_id", "website"],
        "parent_id": world.accounts["Head"],
        "website": "acme.example",
    }
    ended = {event["subject_id"]: event for event in told if "DELETED" in event["type"]}
    assert ended[double]["after"] == {"merged_into": acme}
    assert ended[world.group("Acme Inc")]["after"] == {"merged_into": world.group("Acme")}
    [made] = [event for event in told if event["type"] == "BUYING_GROUP_CREATED"]
    assert (made["buying_group_id"], made["after"]["merged_id"]) == (
        world.group("Acme", "Cloud"),
        world.group("Acme Inc", "Cloud"),
    )
    changes = [event for event in told if event["type"] == "MEMBERSHIP_CHANGED"]
    by_group = {world.group("Acme"): 3, world.group("Acme", "Cloud"): 3}
    assert {g: [e["buying_group_id"] for e in changes].count(g) for g in by_group} == by_group
    assert len(changes) == 6
    for event in changes:
        document = await home.stores.groups.one(event["buying_group_id"])
        assert document is not None
        [claims] = [
            m["claims"] for m in document["members"] if m["person_id"] == event["person_id"]
        ]
        now = {
            method: {key: value for key, value in claim.items() if key != "reason"}
            for method, claim in claims.items()
        }
        assert event["after"]["claims"] == now


async def test_the_keys_of_the_other_one_find_the_survivor(home: Context, clock: Clock) -> None:
    world = await World(home).make(clock)
    acme, double = world.accounts["Acme"], world.accounts["Acme Inc"]
    await world.merge()

    key = OutsideKey("crm", "Acme Inc")
    found = await accounts.upsert_accounts(
        home, [AccountItem(keys=[key], fields={"industry": "Steel"}), AccountItem(id=double)]
    )
    related = GivenRelation(Reference(key=key), RelationKind.OTHER)
    newcomer = PersonItem(fields={"email": "eli@example.com"}, relations=[related])
    outcomes = await people.upsert_people(home, [newcomer])

    assert found == [Applied(Status.UPDATED, acme), UnknownRecord("id", "account", double)]
    assert (await world.account("Acme"))["keys"] == {"crm": "Acme"}
    assert isinstance(outcomes, list)
    [joined] = outcomes
    assert isinstance(joined, Applied)
    person = await home.stores.people.one(joined.id)
    assert person is not None
    assert [each["account_id"] for each in person["relations"]] == [acme]


async def test_one_that_stood_below_the_other_takes_its_place(home: Context, clock: Clock) -> None:
    world = await World(home).make(clock)
    ids = world.accounts

    assert await merge_accounts(home, ids["Part"], ids["Acme Inc"]) == ids["Part"]

    part, unit = await world.account("Part"), await world.account("Unit")
    assert (part["parent_id"], part["level"]) == (ids["Head"], 2)
    assert (unit["parent_id"], unit["ancestor_ids"]) == (ids["Part"], [ids["Head"], ids["Part"]])


async def test_who_is_told_of_the_one_account_by_webhook_is_told_of_the_survivor_too(
    home: Context,
) -> None:
    ids = await some_accounts(home, "Acme", "Acme Inc")
    acme, double = AccountId(ids["Acme"]), AccountId(ids["Acme Inc"])
    for name, told_of in (("One", {double}), ("Both", {acme, double}), ("All", None)):
        filter = WebhookFilter(accounts=None if told_of is None else frozenset(told_of))
        endpoint = WrittenEndpoint(name, "https://example.com/", filter=filter)
        assert isinstance(await create_webhook_endpoint(home, endpoint), WithSecret)
    before = len(await events_of(home))

    assert await merge_accounts(home, acme, double) == acme

    stored = await home.stores.webhook_endpoints.all()
    both = sorted([acme, double])
    assert {each["name"]: each["filter"]["account_ids"] for each in stored} == {
        "One": both,
        "Both": both,
        "All": None,
    }
    told = [e for e in (await events_of(home))[before:] if e["type"] == "WEBHOOK_ENDPOINT_UPDATED"]
    assert [event["after"]["filter"]["account_ids"] for event in told] == [both]


async def test_again_is_the_same_and_what_cannot_be_is_refused(home: Context, clock: Clock) -> None:
    world = await World(home).make(clock)
    acme, double, unit = (world.accounts[name] for name in ("Acme", "Acme Inc", "Unit"))
    stranger = a_context(home.stores.database, TenantId("somebody-else"), clock)
    editor = a_context(home.stores.database, home.viewer.tenant, clock, rights=[Right.EDIT_DATA])

    untouched = await world.account("Acme Inc")

    assert await merge_accounts(home, acme, acme) == Invalid(
        "mergedId", "must name another account than the survivor"
    )
    assert await merge_accounts(home, acme, "acc_no") == NotFound("account", "acc_no")
    assert await merge_accounts(stranger, acme, double) == NotFound("account", acme)
    with pytest.raises(NotPermitted):
        await merge_accounts(editor, acme, double)
    assert await world.account("Acme Inc") == untouched

    await world.merge()
    before = len(await events_of(home))
    assert await world.merge() == acme
    assert len(await events_of(home)) == before
    assert await merge_accounts(home, double, unit) == NotFound("account", double)
    assert await merge_accounts(home, unit, acme) == unit
    assert await world.merge() == unit


async def test_a_group_that_was_deleted_comes_back_where_the_other_account_has_one(
    home: Context, clock: Clock
) -> None:
    world = await World(home).make(clock)
    await delete_buying_group(home, world.group("Acme"))

    await world.merge()

    said = await world.said(world.group("Acme"))
    assert said["ada"] == {"system": "Decision Maker", "manual": None}
    assert set(said) == {"ada", "cy", "di"}
    document = await home.stores.groups.one(world.group("Acme"))
    assert document is not None
    versions = {c["version"] for m in document["members"] for c in m["claims"].values()}
    assert versions == {document["version"]}
    assert document["version"] > 2


async def test_the_points_are_all_at_which_a_merge_can_be_killed(
    home: Context, clock: Clock
) -> None:
    world = await World(home).make(clock)
    kill = Kill(POINTS)
    watched = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), CALLS)

    assert await world.merge(watched) == world.accounts["Acme"]
    assert kill.left == 0


@pytest.mark.parametrize("at", points(POINTS, apart=9))
async def test_a_killed_merge_is_finished_by_the_same_command(
    home: Context, clock: Clock, at: int
) -> None:
    world = await World(home).make(clock)
    kill = Kill(at)
    dying = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), CALLS)
    with pytest.raises(Killed):
        await world.merge(dying)
    assert kill.has_killed

    assert await world.merge() == world.accounts["Acme"]

    await scoring.score_due_groups(home)
    await world.assert_merged()
    types = [event["type"] for event in await events_of(home)]
    assert [types.count(f"ACCOUNT_{each}") for each in ("MERGED", "DELETED")] == [1, 1]
    assert types.count("BUYING_GROUP_DELETED") == 2
    positions = [event["position"] for event in await events_of(home)]
    assert positions == list(range(1, len(positions) + 1))


async def test_where_the_survivor_was_deleted_the_other_one_stays_until_it_is_deleted_too(
    home: Context, clock: Clock
) -> None:
    world = await World(home).make(clock)
    acme, double = world.accounts["Acme"], world.accounts["Acme Inc"]
    dying = Kill(2).watch(a_context(home.stores.database, home.viewer.tenant, clock), CALLS)
    with pytest.raises(Killed):
        await world.merge(dying)
    assert await delete_account(home, acme, with_buying_groups=True) == acme

    assert await world.merge() == NotFound("account", acme)

    kept = {group["_id"] for group in await home.stores.groups.all()}
    assert kept == {world.group("Acme Inc"), world.group("Acme Inc", "Cloud")}
    assert await delete_account(home, double, with_buying_groups=True) == double
    assert await home.stores.groups.count() == 0
    assert await home.stores.accounts.count() == 3


async def test_in_the_middle_of_a_merge_the_people_of_either_are_of_both(
    home: Context, clock: Clock
) -> None:
    world = await World(home).make(clock)
    eli = await some_people(home, world.accounts["Head"], {"eli": "Chief"})
    dying = Kill(6).watch(a_context(home.stores.database, home.viewer.tenant, clock), CALLS)
    with pytest.raises(Killed):
        await world.merge(dying)
    people_named = [PersonId(world.people["di"]), PersonId(eli["eli"])]
    assignments = [Assignment(person, "Champion") for person in people_named]

    both = [
        await assign_members(home, world.group(name), assignments) for name in ("Acme", "Acme Inc")
    ]

    for done in both:
        assert isinstance(done, CommandsDone)
        related, stranger = (each.result for each in done.outcomes)
        assert isinstance(related, Decision)
        assert stranger == PersonOutsideAccount(people_named[1])
    await world.merge()
    assert (await world.said(world.group("Acme")))["di"]["manual"] == "Champion"


async def test_what_was_decided_before_the_merge_and_stored_after_it_is_the_survivors(
    home: Context, clock: Clock
) -> None:
    world = await World(home).make(clock)
    acme, double = world.accounts["Acme"], world.accounts["Acme Inc"]
    slow = a_context(home.stores.database, home.viewer.tenant, clock)
    before(slow.stores.people, "write", world.merge)
    related = [GivenRelation(Reference(id=double))]
    await people.upsert_people(
        slow, [PersonItem(fields={"email": "eli@example.com"}, relations=related)]
    )
    assert await home.stores.accounts.one(double) is None
    head, part = world.accounts["Head"], world.accounts["Part"]
    before(slow.stores.opportunities, "write", lambda: merge_accounts(home, part, head))
    deal = OpportunityItem(
        fields={"name": "Late", "product": "Router", "is_won": True}, account=Reference(id=head)
    )
    await opportunities.upsert_opportunities(slow, [deal])

    [eli] = await home.stores.people.found({"folded.email": "eli@example.com"})
    assert [each["account_id"] for each in eli["relations"]] == [acme]
    [late] = await home.stores.opportunities.found({"name": "Late"})
    assert late["account_id"] == part
    assert (await world.account("Part"))["products_won"] == ["Router"]


@pytest.mark.parametrize("seed", range(CASES))
async def test_whatever_races_a_merge_ends_with_the_survivor(
    home: Context, clock: Clock, seed: int
) -> None:
    world = await World(home).make(clock)
    acme, double = world.accounts["Acme"], world.accounts["Acme Inc"]
    di = PersonId(world.people["di"])

    def other() -> Context:
        return a_context(home.stores.database, home.viewer.tenant, clock)

    late = GivenRelation(Reference(key=OutsideKey("crm", "Acme Inc")))
    deal = OpportunityItem(
        fields={"name": "Late", "product": "Router", "is_won": True}, account=Reference(id=double)
    )
    merged, told, *_ = await on_schedule(
        seed,
        world.merge(other()),
        assign_members(other(), world.group("Acme Inc"), [Assignment(di, "Champion")]),
        people.upsert_people(
            other(), [PersonItem(fields={"email": "eli@example.com"}, relations=[late])]
        ),
        opportunities.upsert_opportunities(other(), [deal]),
        groups.create_buying_group(other(), acme, world.interests["Cloud"]),
        maintain_groups(other(), [world.group("Acme Inc", "Cloud")]),
    )

    assert merged == acme
    assert await home.stores.accounts.one(double) is None
    stored = await home.stores.groups.all()
    assert {group["account_id"] for group in stored} == {acme}
    assert len(stored) == 2
    said = await world.said(world.group("Acme"))
    assert ("manual" in said["di"]) == isinstance(told, CommandsDone)
    deals = await home.stores.opportunities.all()
    assert {each["account_id"] for each in deals} == {acme}
    products = sorted({each["product"] for each in deals})
    assert (await world.account("Acme"))["products_won"] == products
    everybody = await home.stores.people.all()
    assert {each["account_id"] for p in everybody for each in p["relations"]} == {acme}
