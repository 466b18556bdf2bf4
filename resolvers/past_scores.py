"""Past scores: how engaged a group was, computed anew by what was in force in a scoring run.

Nothing keeps the raws of earlier runs. Those of a group's members follow from the counts of their
days, and the template's weightings never change: so the arithmetic is done again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from domain import engagement
from domain.engagement import GroupFigures, MemberFigures, to_places
from domain.identifiers import PersonId, RoleId
from domain.role_templates import WEIGHTS, RoleTemplate
from domain.scoring_runs import ScoringRun, factors
from execution.context import Context, Right
from store.driver import Document

NEEDS: Final = ("_id", "as_of", "role_template_id", "members")


async def of_past_groups(ctx: Context, groups: Sequence[Document]) -> list[dict[str, Any] | None]:
    """The score of each group at its moment; None before the tenant's first scoring run.

    None also of a group that is gone and has left nobody who knows its template.
    """
    ctx.viewer.require(Right.READ)
    return [await _score(ctx, group) for group in groups]


async def _score(ctx: Context, group: Document) -> dict[str, Any] | None:
    found = await ctx.stores.scoring.runs.in_force(group["as_of"])
    template = await _template(ctx, group["_id"], group["as_of"], group["role_template_id"])
    if found is None or template is None:
        return None
    run, reference = found
    figures = await _figures(ctx, group, template, run)
    return {
        "run_id": run.id,
        "computed_at": run.at,
        "model_id": run.model,
        "exact": engagement.score(figures.raw, reference.largest_group_raw),
        "raw": figures.raw,
        "largest_group_raw": reference.largest_group_raw,
        "role_weighted_count": {"exact": to_places(figures.role_weighted_count)},
        "window": {
            "first_day": run.window.first_day,
            "last_day": run.window.last_day,
            "days": run.rules.window_days,
            "time_zone": run.rules.time_zone,
        },
    }


async def _template(
    ctx: Context, id: str, moment: datetime, told: str | None
) -> RoleTemplate | None:
    """The template a group followed: as events told last, or as they tell next, or as it does."""
    if told is None:
        migration = await ctx.stores.group_events.next_migration(id, moment)
        group = None if migration else await ctx.stores.groups.one(id, {"role_template_id": 1})
        before = migration.before if migration else group
        told = str(before["role_template_id"]) if before else None
    return await ctx.stores.role_templates.template(told) if told else None


async def _figures(
    ctx: Context, group: Document, template: RoleTemplate, run: ScoringRun
) -> GroupFigures:
    weights = {entry.role: WEIGHTS[entry.weighting] for entry in template.roles}
    members = [
        (PersonId(member["person_id"]), RoleId(member["role_id"]))
        for member in group["members"]
        if member["is_member"] and member["role_id"] in weights
    ]
    days = await ctx.stores.activities.days.of_people([each for each, _ in members], run.window)
    rules, shares = run.rules, factors(run.rules, run.window)
    spellings, counting, excluded = rules.spellings, rules.weights, rules.excluded

    def member(person: PersonId, role: RoleId) -> MemberFigures:
        own = engagement.of_person(days.get(person, {}), spellings, counting, shares, excluded)
        return MemberFigures(role, own.raw, own.counted)

    return engagement.of_group(weights, [member(person, role) for person, role in members])
