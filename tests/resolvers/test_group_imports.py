import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from domain.activities import PersonByEmail, PersonById, PersonReference
from domain.buying_groups import PersonOutsideAccount, RoleNotInTemplate
from domain.group_imports import AnotherTemplate, GroupItem, MemberItem, Refusal, Status
from domain.identifiers import PersonId, RoleId, RoleTemplateId
from domain.identities import OutsideKey, Reference
from domain.membership import Method
from domain.role_aliases import UnknownRole
from domain.stages import NoStageModel, StageUnknown, TransitionNotAllowed
from domain.upserting import TooManyItems, UnknownRecord
from execution.context import Context, NotPermitted, Right
from resolvers import roles, solution_interests, stages
from resolvers.deleting_groups import delete_buying_group
from resolvers.group_imports import Imported, Outcome, import_buying_groups
from resolvers.maintenance import maintain_groups
from resolvers.members_required import change_members_required
from resolvers.membership import remove_members
from resolvers.outcomes import Invalid, NameTaken, NotFound
from resolvers.solution_interests import NewSolutionInterest
from resolvers.stages import Move
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.worlds import (
    a_live_stage_model,
    a_live_template,
    an_interest,
    some_accounts,
    some_people,
)


@dataclass(frozen=True, slots=True)
class World:
    accounts: dict[str, str]
    people: dict[str, str]
    interest: str
    bare: str
    template: str


@pytest.fixture
async def world(home: Context) -> World:
    accounts = await some_accounts(home, "Acme", "Beta")
    people = await some_people(
        home, accounts["Acme"], {"ada": "Chief", "ben": "Clerk", "cyd": "Clerk"}
    )
    people |= await some_people(home, accounts["Beta"], {"bea": "Clerk"})
    model = await a_live_stage_model(home)
    interest = await an_interest(home, stage_model=model)
    template = await a_live_template(home, name="Plain")
    bare = await solution_interests.create_solution_interest(
        home, NewSolutionInterest("Bare", template)
    )
    assert isinstance(bare, str)
    return World(accounts, people, interest, bare, template)


def an_item(
    *members: tuple[str, str],
    account: str = "Acme",
    interest: str = "security",
    stage: str | None = None,
    method: Method = Method.SYSTEM,
    template: str | None = None,
) -> GroupItem:
    """The group of an account, with people by the part of their e-mail address and their roles."""
    return GroupItem(
        Reference(key=OutsideKey("crm", account)),
        interest,
        tuple(MemberItem(by_email(name), role) for name, role in members),
        template,
        stage,
        method,
    )


def by_email(name: str) -> PersonReference:
    return PersonByEmail(f"{name}@example.com")


async def imported(ctx: Context, *items: GroupItem) -> list[Outcome]:
    outcomes = await import_buying_groups(ctx, items)
    assert isinstance(outcomes, list), outcomes
    return outcomes


def shown(outcomes: Sequence[Outcome]) -> list[object]:
    return [each.status if isinstance(each, Imported) else each.why for each in outcomes]


async def group_of(ctx: Context, outcome: Outcome) -> Document:
    assert isinstance(outcome, Imported), outcome
    document = await ctx.stores.groups.one(outcome.group)
    assert document is not None
    return document


async def in_roles(ctx: Context, world: World, group: Document) -> dict[str, str]:
    """Who is in the group, by name, with the name of the role."""
    names = {each["_id"]: each["name"] for each in await ctx.stores.roles.all()}
    people = {id: name for name, id in world.people.items()}
    return {
        people[each["person_id"]]: names[each["role_id"]]
        for each in group["members"]
        if each["is_member"]
    }


async def test_a_file_makes_groups_and_adds_to_them_and_changes_nothing_again(
    home: Context, world: World
) -> None:
    items = (
        an_item(("ben", "Champion"), stage="New"),
        an_item(("cyd", "PRACTITIONER"), stage="New"),
        an_item(account="Beta"),
    )

    first = await imported(home, *items)
    group = await group_of(home, first[0])
    again = await imported(home, *items)

    assert shown(first) == [Status.CREATED, Status.ADDED_TO, Status.CREATED]
    assert await in_roles(home, world, group) == {
        "ada": "Decision Maker",
        "ben": "Champion",
        "cyd": "Practitioner",
    }
    assert (group["stage"]["name"], group["stage"]["method"]) == ("New", "system")
    assert group["completeness"]["exact"] == 75.0
    assert "score_due" not in group
    assert shown(again) == [Status.UNCHANGED] * 3
    assert await group_of(home, again[0]) == group


async def test_what_cannot_be_taken_names_its_field_and_keeps_nothing_of_its_item(
    home: Context, world: World
) -> None:
    other = PersonId(world.people["bea"])
    template = RoleTemplateId("rt_none")
    items = (
        an_item(account="Nobody"),
        an_item(interest="Nothing"),
        an_item(template=template),
        an_item(("ben", "Champion"), ("eve", "Champion")),
        an_item(("ben", "Champion"), ("cyd", "END_USER")),
        an_item(("ben", "Influencer")),
        an_item(("ben", "Champion"), ("bea", "Champion")),
        an_item(("ben", "Champion"), stage="Won"),
        an_item(("ben", "Champion"), stage="Nowhere"),
        an_item(("ben", "Champion"), stage="New", interest="Bare"),
        an_item(("ben", "Champion"), template="Plain"),
        an_item(account=""),
    )

    outcomes = await imported(home, *items)

    refusals = [each for each in outcomes if isinstance(each, Refusal)]
    assert [(each.field, type(each.why)) for each in refusals][7:11] == [
        ("stage", TransitionNotAllowed),
        ("stage", StageUnknown),
        ("stage", NoStageModel),
        ("roleTemplate", AnotherTemplate),
    ]
    assert [(each.field, each.why) for each in refusals][:7] == [
        ("account.key", UnknownRecord("account.key", "account", "crm:Nobody")),
        ("solutionInterest", UnknownRecord("solutionInterest", "solution interest", "Nothing")),
        ("roleTemplate", UnknownRecord("roleTemplate", "role template", "rt_none")),
        (
            "members[1].person.email",
            UnknownRecord("members[1].person.email", "person", "eve@example.com"),
        ),
        ("members[1].role", UnknownRole("END_USER", "Practitioner")),
        ("members[0].role", RoleNotInTemplate(RoleId("Influencer"))),
        ("members[1].person", PersonOutsideAccount(other)),
    ]
    assert refusals[11].field == "account.key.id"
    assert await home.stores.groups.count() == 0  # of a group nobody accepts, none is made

    accepted = await imported(home, an_item(), *items[3:8])
    assert shown(accepted)[0] is Status.CREATED
    group = await group_of(home, accepted[0])
    assert await in_roles(home, world, group) == {"ada": "Decision Maker"}


async def test_methods_keep_their_order_and_their_rights(
    home: Context, world: World, clock: Clock
) -> None:
    [first] = await imported(home, an_item(("ben", "Champion"), method=Method.JOURNEY))
    assert isinstance(first, Imported)
    await remove_members(home, first.group, [PersonId(world.people["cyd"])])

    [by_system] = await imported(home, an_item(("cyd", "Champion"), ("ben", "Practitioner")))
    assert isinstance(by_system, Imported)
    await maintain_groups(home, [first.group])
    group = await group_of(home, first)
    editor = a_context(
        home.stores.database, home.viewer.tenant, clock, rights=[Right.EDIT_GROUPS, Right.READ]
    )

    assert by_system.status is Status.ADDED_TO  # what they say is remembered
    assert [type(each.result).__name__ for each in by_system.members] == ["Decision"] * 2
    assert await in_roles(home, world, group) == {"ada": "Decision Maker", "ben": "Champion"}
    with pytest.raises(NotPermitted):
        await import_buying_groups(editor, [an_item()])
    assert shown(await imported(editor, an_item(method=Method.MANUAL))) == [Status.UNCHANGED]


async def test_a_group_is_told_by_the_template_and_the_stage_it_has_by_now(
    home: Context, world: World
) -> None:
    [made] = await imported(home, an_item(stage="New"))
    assert isinstance(made, Imported)
    interest = await home.stores.solution_interests.one(world.interest)
    assert interest is not None
    await change_members_required(home, interest["role_template_id"], "Decision Maker", 2)
    await stages.move_buying_group_stage(home, Move(made.group, "Open"))

    back, on = await imported(
        home, an_item(stage="New"), an_item(("ben", "Decision-Maker"), stage="Won")
    )

    assert isinstance(back, Refusal)
    assert isinstance(back.why, TransitionNotAllowed)
    group = await group_of(home, on)
    assert group["stage"]["name"] == "Won"
    assert [r["assigned"] for r in group["roles"] if r["members_required"] == 2][:1] == [2]
    assert group["completeness"]["exact"] == 50.0


async def test_a_deleted_group_is_made_anew_and_people_are_named_in_every_way(
    home: Context, world: World
) -> None:
    [made] = await imported(home, an_item(("ben", "Champion"), interest=world.interest))
    assert isinstance(made, Imported)
    assert await delete_buying_group(home, made.group) == made.group
    by_id = GroupItem(
        Reference(id=world.accounts["Acme"]),
        world.interest,
        (MemberItem(PersonById(PersonId(world.people["cyd"])), "champion"),),
    )

    [again] = await imported(home, by_id)

    assert shown([again]) == [Status.CREATED]
    group = await group_of(home, again)
    assert await in_roles(home, world, group) == {"ada": "Decision Maker", "cyd": "Champion"}


async def test_of_several_imports_at_once_none_loses_a_member(
    home: Context, world: World, clock: Clock
) -> None:
    processes = [a_context(home.stores.database, home.viewer.tenant, clock) for _ in range(4)]
    names = ("ben", "cyd", "ben", "cyd")

    done = await asyncio.gather(
        *(
            imported(ctx, an_item((name, "Champion"), stage="New"))
            for ctx, name in zip(processes, names, strict=True)
        )
    )

    assert all(isinstance(outcome, Imported) for [outcome] in done), done
    assert [shown(outcomes) for outcomes in done].count([Status.CREATED]) == 1
    group = await group_of(home, done[0][0])
    assert await in_roles(home, world, group) == {
        "ada": "Decision Maker",
        "ben": "Champion",
        "cyd": "Champion",
    }
    assert group["stage_history"]["moves"] == 1


async def test_an_import_takes_a_bounded_number_of_items(home: Context) -> None:
    crowd = an_item(*[("ada", "Champion")] * 50)

    assert await import_buying_groups(home, [an_item()] * 1_001) == TooManyItems(1_001)
    assert await import_buying_groups(home, [crowd] * 101) == Invalid(
        "items", "name 5,050 members, more than 5,000 in all"
    )


async def test_roles_have_aliases_that_mean_them_alone(home: Context, world: World) -> None:
    directory = await roles.directory(home)
    champion, other = directory.find("Champion"), directory.find("Other")
    assert champion is not None
    assert other is not None
    own = await roles.create_role(home, "Sponsor")
    assert isinstance(own, str)

    assert await roles.set_role_aliases(home, champion, ["Coach", "coach"]) == champion
    assert await roles.set_role_aliases(home, champion, ["Coach"]) == champion
    taken = [
        await roles.set_role_aliases(home, other, ["COACH"]),
        await roles.set_role_aliases(home, champion, ["sponsor"]),
        await roles.create_role(home, "Coach"),
        await roles.update_role(home, own, "coach", None),
    ]

    assert taken == [
        NameTaken("COACH", champion),
        NameTaken("sponsor", own),
        NameTaken("Coach", champion),
        NameTaken("coach", champion),
    ]
    assert await roles.set_role_aliases(home, "role_none", ["X"]) == NotFound("role", "role_none")
    assert await roles.set_role_aliases(home, other, [""]) == Invalid(
        "aliases[0]", "is required and cannot be empty"
    )
    assert shown(await imported(home, an_item(("ben", "COACH")))) == [Status.CREATED]
    changes = await home.stores.database["events"].count_documents(
        {"tenant": home.viewer.tenant, "type": "ROLE_UPDATED"}
    )
    assert changes == 1
    assert await roles.set_role_aliases(home, champion, []) == champion
    assert shown(await imported(home, an_item(("ben", "COACH")))) == [UnknownRole("COACH", None)]
