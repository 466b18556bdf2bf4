"""Commands that come at once, and commands that race a change of the template."""

import asyncio
from collections.abc import Mapping

from domain.identifiers import PersonId
from domain.membership import Method
from execution.context import Context
from resolvers import membership
from resolvers.membership import Assignment, CommandsDone
from store.driver import Document
from store.groups import to_claims, to_group
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

TITLES = {f"p{number}": "Clerk" for number in range(6)}
ROLES = ("Decision Maker", "Practitioner", "Champion")


async def a_group(ctx: Context, titles: Mapping[str, str]) -> tuple[str, list[PersonId]]:
    ids = await some_accounts(ctx, "Acme")
    people = await some_people(ctx, ids["Acme"], titles)
    group = await a_buying_group(ctx, ids["Acme"], await an_interest(ctx))
    return group, [PersonId(person) for person in people.values()]


async def stored(ctx: Context, group: str) -> Document:
    document = await ctx.stores.groups.one(group)
    assert document is not None
    return document


async def test_commands_at_once_are_each_in_the_group_and_in_its_events(home: Context) -> None:
    group, people = await a_group(home, TITLES)
    methods = list(Method)

    async def say(number: int) -> object:
        person, method = people[number % len(people)], methods[number % len(methods)]
        if number % 4 == 3:
            return await membership.remove_members(home, group, [person], method)
        role = ROLES[number % len(ROLES)]
        return await membership.assign_members(home, group, [Assignment(person, role)], method)

    answers = await asyncio.gather(*(say(number) for number in range(40)))

    assert all(isinstance(answer, CommandsDone) for answer in answers)
    document = await stored(home, group)
    events = home.stores.database["events"].find(
        {"tenant": home.viewer.tenant, "type": "MEMBERSHIP_CHANGED"}, sort=[("position", 1)]
    )
    folded: dict[str, Document] = {}
    async for event in events:
        before = folded.get(event["person_id"], {})
        assert event["before"]["claims"] == before
        folded[event["person_id"]] = event["after"]["claims"]
    for member in document["members"]:
        said = {
            method: {key: value for key, value in claim.items() if key != "reason"}
            for method, claim in member["claims"].items()
        }
        assert said == folded[member["person_id"]]
        assert to_claims(member["claims"])
    assigned = sum(member.role is not None for member in to_group(document).members)
    assert document["member_count"] == assigned == len(document["member_ids"])
    assert sum(role["assigned"] for role in document["roles"]) == assigned


async def test_a_command_decided_by_what_a_template_required_before_ends_with_what_it_requires(
    home: Context,
) -> None:
    group, people = await a_group(home, {"ada": "Engineer", "bo": "Clerk"})
    await membership.assign_members(home, group, [Assignment(people[0], "Practitioner")])
    template_id = (await stored(home, group))["role_template_id"]
    await home.stores.role_templates.collection.update_one(
        {"_id": template_id}, {"$set": {"revision": 2, "roles.1.members_required": 4}}
    )  # as another process does, which has not come to the group yet

    await membership.assign_members(home, group, [Assignment(people[1], "Practitioner")])

    document = await stored(home, group)
    assert document["template_revision"] == 2
    assert [role["members_required"] for role in document["roles"]] == [1, 4, 1]
    assert document["completeness"] == {"exact": 25.0}

    await membership.remove_members(home, group, [people[1]])

    assert (await stored(home, group))["version"] == document["version"] + 1


async def test_a_reason_stands_where_erasing_a_person_can_reach_it(home: Context) -> None:
    group, (ada,) = await a_group(home, {"ada": "Clerk"})

    await membership.assign_members(
        home, group, [Assignment(ada, "Champion")], reason="Bo met Ada at the fair"
    )
    await membership.release_members(home, group, [ada], reason="Ada asked to be left out")

    events = home.stores.database["events"].find(
        {"tenant": home.viewer.tenant, "type": "MEMBERSHIP_CHANGED"}, sort=[("position", 1)]
    )
    told = [event async for event in events]
    assert [event["personal"] for event in told] == [
        {"reason": "Bo met Ada at the fair"},
        {"reason": "Ada asked to be left out"},
    ]
    assert "fair" not in str([(event["before"], event["after"]) for event in told])
