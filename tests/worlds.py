"""Small worlds for tests: accounts, people, a live template, a solution interest, a group."""

from collections.abc import Mapping, Sequence

from domain.accounts import AccountItem
from domain.attributes import attribute
from domain.conditions import AttributeTest, Condition
from domain.identifiers import BuyingGroupId
from domain.identities import OutsideKey, Reference
from domain.operators import Operator
from domain.people import GivenRelation, PersonItem, RelationKind
from domain.role_templates import Weighting
from domain.stage_drafts import StageEntry, TransitionEntry
from domain.stage_models import Destination
from domain.upserting import Applied
from execution.context import Context
from resolvers import (
    accounts,
    groups,
    people,
    role_templates,
    solution_interests,
    stage_models,
    template_versions,
)
from resolvers.role_templates import RoleEntry
from resolvers.solution_interests import NewSolutionInterest
from resolvers.stage_models import WrittenModel


def titled(title: str) -> Condition:
    """The person's job title contains this text."""
    job_title = attribute("person.job_title")
    assert job_title is not None
    return AttributeTest(job_title, Operator.CONTAINS, title)


DECIDERS = RoleEntry("Decision Maker", Weighting.VITAL, True, 1, titled("chief"))
USERS = RoleEntry("Practitioner", Weighting.NORMAL, True, 2, titled("engineer"))
INFLUENCERS = RoleEntry("Influencer", Weighting.VITAL, True, 1, titled("engineer"))
FRIENDS = RoleEntry("Champion", Weighting.MINOR, False, 1)
SALES_STAGES = (
    StageEntry("New", is_entry=True),
    StageEntry("Open"),
    StageEntry("Won", destination=Destination.SUCCESS),
    StageEntry("Lost", destination=Destination.FAILURE),
)
SALES_MOVES = (
    ("New", "Open"),
    ("New", "Lost"),
    ("Open", "Won"),
    ("Open", "Lost"),
    ("Lost", "New"),
)


async def some_accounts(ctx: Context, *names: str, **fields: object) -> dict[str, str]:
    """The ids of accounts of these names, stored now."""
    items = [
        AccountItem(fields={"name": name, **fields}, keys=[OutsideKey("crm", name)])
        for name in names
    ]
    outcomes = await accounts.upsert_accounts(ctx, items)
    assert isinstance(outcomes, list)
    return {
        name: outcome.id
        for name, outcome in zip(names, outcomes, strict=True)
        if isinstance(outcome, Applied)
    }


async def some_people(ctx: Context, account: str, titles: Mapping[str, str]) -> dict[str, str]:
    """The ids of people of an account, by first name, with these titles."""
    items = [
        PersonItem(
            fields={"first_name": name, "email": f"{name}@example.com", "job_title": title},
            relations=[GivenRelation(Reference(id=account), RelationKind.EMPLOYEE)],
        )
        for name, title in titles.items()
    ]
    outcomes = await people.upsert_people(ctx, items)
    assert isinstance(outcomes, list)
    return {
        name: outcome.id
        for name, outcome in zip(titles, outcomes, strict=True)
        if isinstance(outcome, Applied)
    }


async def a_live_template(
    ctx: Context, roles: Sequence[RoleEntry] = (DECIDERS, USERS, FRIENDS), name: str = "Standard"
) -> str:
    """The id of a template of these roles, published."""
    made = await role_templates.create_role_template(ctx, name, None, roles)
    assert isinstance(made, str), made
    assert await role_templates.publish_role_template(ctx, made) == made
    return made


async def a_draft_stage_model(
    ctx: Context,
    name: str = "Sales",
    stages: Sequence[StageEntry] = SALES_STAGES,
    moves: Sequence[tuple[str, str]] = SALES_MOVES,
) -> str:
    """The id of a draft of these stages, in which these moves are allowed."""
    transitions = [TransitionEntry(source, target) for source, target in moves]
    made = await stage_models.create_stage_model(ctx, WrittenModel(name, None, stages, transitions))
    assert isinstance(made, str), made
    return made


async def a_live_stage_model(
    ctx: Context,
    name: str = "Sales",
    stages: Sequence[StageEntry] = SALES_STAGES,
    moves: Sequence[tuple[str, str]] = SALES_MOVES,
) -> str:
    """The id of a model of these stages, published."""
    made = await a_draft_stage_model(ctx, name, stages, moves)
    assert await stage_models.publish_stage_model(ctx, made) == made
    return made


async def a_next_version(
    ctx: Context, template: str, roles: Sequence[RoleEntry], name: str = "Second"
) -> str:
    """The id of the next version of a live template, of these roles, published."""
    made = await template_versions.new_role_template_version(ctx, template, name)
    assert isinstance(made, str), made
    assert await role_templates.update_role_template(ctx, made, None, roles) == made
    assert await role_templates.publish_role_template(ctx, made) == made
    return made


async def an_interest(
    ctx: Context,
    roles: Sequence[RoleEntry] = (DECIDERS, USERS, FRIENDS),
    name: str = "Security",
    stage_model: str | None = None,
    *,
    update_existing: bool = False,
) -> str:
    """The id of a solution interest that follows a template of these roles."""
    template = await a_live_template(ctx, roles, f"Template of {name}")
    new = NewSolutionInterest(
        name, template, update_existing=update_existing, stage_model=stage_model
    )
    made = await solution_interests.create_solution_interest(ctx, new)
    assert isinstance(made, str), made
    return made


async def a_buying_group(ctx: Context, account: str, interest: str) -> BuyingGroupId:
    """The id of the group of this account for this solution interest, made now."""
    made = await groups.create_buying_group(ctx, account, interest)
    assert isinstance(made, str), made
    return made
