"""The arena: groups of accounts with people, where many act at once."""

from dataclasses import asdict, dataclass
from typing import Any

from domain.identifiers import BuyingGroupId, PersonId, RoleId
from execution.context import Context
from resolvers import roles
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

NOBODY = PersonId("per_nobody")
IN_TEMPLATE = ("Decision Maker", "Practitioner", "Champion")
NOT_IN_TEMPLATE = "Influencer"
ROLES = (*IN_TEMPLATE, NOT_IN_TEMPLATE)


@dataclass(frozen=True, slots=True)
class Arena:
    """Groups, each of an account of its own with its people, and the template of all of them.

    `placed` is where the template's rules put people, None where no rule holds. `heat` is the
    share of calls that go to the first group. `outsiders` are of no group's account.
    """

    tenant: str
    template: str
    roles: dict[str, RoleId]
    groups: tuple[BuyingGroupId, ...]
    people: tuple[tuple[PersonId, ...], ...]
    placed: dict[PersonId, RoleId | None]
    outsiders: tuple[PersonId, ...]
    heat: float = 0.0

    def people_of(self, number: int) -> tuple[PersonId, ...]:
        """Everybody of the account of a group."""
        return self.people[number]

    def document(self) -> dict[str, Any]:
        """The arena as JSON."""
        return asdict(self)

    @staticmethod
    def of(document: dict[str, Any]) -> "Arena":
        """The arena that JSON describes."""
        lists = {
            "groups": tuple(document["groups"]),
            "people": tuple(tuple(people) for people in document["people"]),
            "outsiders": tuple(document["outsiders"]),
        }
        return Arena(**{**document, **lists})


async def build(
    ctx: Context,
    name: str,
    groups: int,
    people: int,
    heat: float = 0.0,
    stage_model: str | None = None,
) -> Arena:
    """Make the accounts, the people, the groups: a chief and two engineers in each, and clerks."""
    directory = await roles.directory(ctx)
    interest = await an_interest(ctx, name=name, stage_model=stage_model)
    made = await ctx.stores.solution_interests.one(interest)
    assert made is not None
    accounts = await some_accounts(ctx, *(f"{name} {number}" for number in range(groups)))
    elsewhere = await some_accounts(ctx, f"{name} elsewhere")
    (home_of_stranger,) = elsewhere.values()
    (stranger,) = (await some_people(ctx, home_of_stranger, {f"{name}-stranger": "Clerk"})).values()
    titles = ["Chief", "Engineer", "Engineer"] + ["Clerk"] * (people - 3)
    placed_by = {"Chief": "Decision Maker", "Engineer": "Practitioner"}
    ids: list[tuple[PersonId, ...]] = []
    placed: dict[PersonId, RoleId | None] = {}
    made_groups: list[BuyingGroupId] = []
    for number, account in enumerate(accounts.values()):
        given = {f"{name}-{number}-{place}": title for place, title in enumerate(titles)}
        theirs = [PersonId(id) for id in (await some_people(ctx, account, given)).values()]
        ids.append(tuple(theirs))
        for person, title in zip(theirs, titles, strict=True):
            placed[person] = directory.find(placed_by[title]) if title in placed_by else None
        made_groups.append(await a_buying_group(ctx, account, interest))
    known = {role: id for role in ROLES if (id := directory.find(role)) is not None}
    return Arena(
        ctx.viewer.tenant,
        made["role_template_id"],
        known,
        tuple(made_groups),
        tuple(ids),
        placed,
        (PersonId(stranger), NOBODY),
        heat,
    )
