"""The demo's personas, templates, solution interests and audiences, each made once by its name."""

from collections.abc import Sequence
from datetime import datetime

from demo import stages
from demo.records import DemoFailed
from demo.selling import AUDIENCES, OFFERS, PERSONAS, Offer
from domain.role_templates import TemplateIsLive
from domain.stage_models import StageModelIsLive
from domain.standard_personas import of_titles
from execution.context import Context
from resolvers.audiences import AudienceAccounts, create_account_audience
from resolvers.outcomes import NameTaken
from resolvers.personas import GivenAttribute, NewPersona, create_persona
from resolvers.role_templates import create_role_template, publish_role_template
from resolvers.solution_interests import NewSolutionInterest, create_solution_interest
from resolvers.stage_models import WrittenModel, create_stage_model, publish_stage_model


async def load_interests(ctx: Context) -> dict[str, str]:
    """The ids of the solution interests by name, each with its template; one stage model for all.

    A solution interest that was made before there were stages goes without.
    """
    stage_model = await _stage_model(ctx)
    return {offer.name: await _interest(ctx, offer, stage_model) for offer in OFFERS}


async def load_personas(ctx: Context) -> dict[str, str]:
    """The ids of the demo's personas by name."""
    return {name: await _persona(ctx, name, titles) for name, titles in PERSONAS.items()}


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


async def _persona(ctx: Context, name: str, titles: Sequence[str]) -> str:
    told = of_titles(*titles)
    given = GivenAttribute("jobTitles", told.attribute, told.values)
    return _id(await create_persona(ctx, NewPersona(name, None, [given])))


async def _interest(ctx: Context, offer: Offer, stage_model: str) -> str:
    new = NewSolutionInterest(
        name=offer.name,
        role_template=await _template(ctx, offer),
        description=offer.description,
        products=offer.products,
        thresholds=offer.thresholds,
        stage_model=stage_model,
    )
    return _id(await create_solution_interest(ctx, new))


async def _stage_model(ctx: Context) -> str:
    written = WrittenModel(
        stages.MODEL, stages.MODEL_DESCRIPTION, stages.STAGES, stages.TRANSITIONS
    )
    id = _id(await create_stage_model(ctx, written))
    published = await publish_stage_model(ctx, id)
    return id if isinstance(published, StageModelIsLive) else _id(published)


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
