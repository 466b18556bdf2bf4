"""The first score of a group that a job makes: computed with it, and stored and told with it.

Whoever makes hundreds of groups has their people at hand. So what the database would look up,
merge and announce for each of them anew goes into the group as it is inserted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain import engagement
from domain.buying_groups import Member
from domain.engagement import MemberFigures
from domain.events import Event
from domain.identifiers import BuyingGroupId
from domain.role_templates import WEIGHTS, RoleTemplate
from domain.scoring_runs import Reference
from execution.context import Context
from resolvers.announcing import score_event
from store.driver import Document


async def raised(ctx: Context, reference: Reference, groups: Sequence[Document]) -> Reference:
    """The reference once new groups have raised it, where no group was active in its run.

    Groups that are there already, or were deleted, will not be made, and raise nothing. It follows
    a change that was permitted, and asks for no right of its own.
    """
    ids = [group["_id"] for group in groups]
    taken = await ctx.stores.deletions.among(ids) | set(
        await ctx.stores.groups.by_ids(ids, {"_id": 1})
    )
    raws = [group["engagement"]["raw"] for group in groups if group["_id"] not in taken]
    largest = max(raws, default=0.0)
    if largest <= reference.largest_group_raw:
        return reference
    await ctx.stores.scoring.runs.raise_reference(reference, largest)
    return replace(reference, largest_group_raw=largest)


def first_score(
    ctx: Context,
    group: Document,
    members: Sequence[Member],
    template: RoleTemplate,
    people: Mapping[str, Document],
    reference: Reference,
) -> tuple[Document, list[Event]]:
    """What is stored of a new group's engagement, and the event if people see any.

    It carries the run it was measured by: whoever finds a later one scores the group anew.
    """
    figures = engagement.of_group(
        {role.role: WEIGHTS[role.weighting] for role in template.roles},
        [
            MemberFigures(role, *_figures(people[member.person]))
            for member in members
            if (role := member.role) is not None
        ],
    )
    score = int(engagement.shown(engagement.score(figures.raw, reference.largest_group_raw)))
    stored: Document = {
        "raw": figures.raw,
        "role_weighted_count": engagement.to_places(figures.role_weighted_count),
        "run_id": reference.run,
        "run_number": reference.number,
        "computed_at": ctx.now(),
        "version": 1,
    }
    if not score:
        return stored, []
    event = score_event(ctx, BuyingGroupId(group["_id"]), group, None, score)
    return {**stored, "announced": score}, [event]


def _figures(person: Document) -> tuple[int, int]:
    scored = person.get("engagement") or {"raw": 0, "counted": 0}
    return int(scored["raw"]), int(scored["counted"])
