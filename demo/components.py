"""The demo's templates, solution interests and audiences, made once under their unique names."""

from datetime import datetime

from demo.records import DemoFailed
from demo.selling import AUDIENCES, OFFERS, Offer
from domain.role_templates import TemplateIsLive
from execution.context import Context
from resolvers.audiences import AudienceAccounts, create_account_audience
from resolvers.outcomes import NameTaken
from resolvers.role_templates import create_role_template, publish_role_template
from resolvers.solution_interests import NewSolutionInterest, create_solution_interest


async def load_interests(ctx: Context) -> dict[str, str]:
    """The ids of the solution interests by name, each with its live template."""
    return {offer.name: await _interest(ctx, offer) for offer in OFFERS}


async def load_audiences(ctx: Context) -> dict[str, str]:
    """The ids of the audiences by name."""
    return {
        audience.name: _id(
            await create_account_audience(
                ctx, audience.name, audience.description, AudienceAccounts(audience.condition)
            )
        )
        for audience in AUDIENCES
    }


async def begun_at(ctx: Context) -> datetime:
    """When the demo data was first loaded: when its first template was made."""
    template = await ctx.stores.role_templates.one(await _template(ctx, OFFERS[0]))
    if template is None:
        raise DemoFailed("the first template is gone")
    moment = template["created_at"]
    if not isinstance(moment, datetime):
        raise DemoFailed("the first template has no moment")
    return moment


async def _interest(ctx: Context, offer: Offer) -> str:
    new = NewSolutionInterest(
        name=offer.name,
        role_template=await _template(ctx, offer),
        description=offer.description,
        products=offer.products,
        thresholds=offer.thresholds,
    )
    return _id(await create_solution_interest(ctx, new))


async def _template(ctx: Context, offer: Offer) -> str:
    made = await create_role_template(ctx, offer.template, offer.template_description, offer.roles)
    id = _id(made)
    published = await publish_role_template(ctx, id)
    return id if isinstance(published, TemplateIsLive) else _id(published)


def _id(outcome: object) -> str:
    """The id of what was made now, or has had the name since an earlier time."""
    match outcome:
        case str():
            return outcome
        case NameTaken(_, owner):
            return owner
        case _:
            raise DemoFailed(str(outcome))
