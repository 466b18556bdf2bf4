"""Weighting previews: what scores groups would have by another weighting model; nothing is stored.

Everything is computed anew from the counted days, by the rules themselves. New scores are measured
by the largest new raw of the groups asked for and of those that lead the tenant now: all groups
are not computed for a look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from domain import activities, engagement
from domain.engagement import MemberFigures, Window
from domain.fields import Refused
from domain.identifiers import ActivityTypeId, PersonId, RoleId, WeightingModelId
from domain.role_templates import WEIGHTS, Weighting
from domain.scoring_runs import Rules, factors, rules_of
from domain.weighting_drafts import ModelChange, edited
from domain.weighting_models import WeightingModel
from execution.context import Context, Right
from resolvers import weighting_models
from resolvers.outcomes import Invalid, NotFound
from store.driver import Document

MOST_GROUPS: Final = 100
MOST_PEOPLE: Final = 10
LEADERS: Final = 100

_READ: Final = {
    "members.person_id": 1,
    "members.role_id": 1,
    "members.is_member": 1,
    "roles.role_id": 1,
    "roles.weighting": 1,
    "engagement.raw": 1,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A raw, its score to nine decimals, and its place among the groups looked at, from 1."""

    raw: float
    exact: float
    place: int


@dataclass(frozen=True, slots=True)
class PersonShift:
    """A member's raw now, and what it would be."""

    person: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class GroupShift:
    """A group now and as it would be, with the members whose raws would change most."""

    group: str
    before: Standing
    after: Standing
    people: tuple[PersonShift, ...]


@dataclass(frozen=True, slots=True)
class WeightingPreview:
    """The groups, the most engaged by the new model first, and what scores are measured by."""

    model: WeightingModelId
    window: Window
    largest_before: float
    largest_after: float
    groups: tuple[GroupShift, ...]


async def preview_weighting_model(
    ctx: Context, id: str | None, groups: Sequence[str], change: ModelChange | None = None
) -> WeightingPreview | NotFound | Invalid:
    """What would become of these groups, 1 to 100, if a version of a model were active.

    None: the active version. With a `change` it is tried as a draft of it would be.
    """
    ctx.viewer.require(Right.READ)
    wanted = list(dict.fromkeys(groups))
    if not 1 <= len(wanted) <= MOST_GROUPS:
        return Invalid("buyingGroupIds", f"must be 1 to {MOST_GROUPS}, not {len(wanted)}")
    model = await _tried(ctx, id, change)
    if not isinstance(model, WeightingModel):
        return model
    tenant = await ctx.stores.tenants.own()
    zone = tenant["time_zone"] if tenant else "UTC"
    rules = rules_of(model, await ctx.stores.activity_types.types(), zone)
    window = Window.ending(activities.day_of(ctx.now(), ZoneInfo(zone)), rules.window_days)
    leaders = await ctx.stores.scoring.leading_groups(LEADERS)
    found = await ctx.stores.groups.by_ids({*wanted, *leaders}, _READ)
    for group in wanted:
        if group not in found:
            return NotFound("buying group", group)
    after = await _people(ctx, found.values(), rules, window)
    raws = {group: _raw(document, after) for group, document in found.items()}
    reference = await ctx.stores.scoring.runs.reference()
    largest = reference.largest_group_raw if reference else 0.0
    now = {group: _stored(found[group]) for group in wanted}
    before = _standings(now, largest)
    expected = _standings({group: raws[group] for group in wanted}, max(raws.values()))
    people = await ctx.stores.people.by_ids(
        {person for group in wanted for person, _ in _members(found[group])}, {"engagement.raw": 1}
    )
    shifts = [
        GroupShift(
            group, before[group], expected[group], _shifts(_members(found[group]), people, after)
        )
        for group in wanted
    ]
    ordered = tuple(sorted(shifts, key=lambda shift: shift.after.place))
    return WeightingPreview(model.id, window, largest, max(raws.values()), ordered)


async def _tried(
    ctx: Context, id: str | None, change: ModelChange | None
) -> WeightingModel | NotFound | Invalid:
    """The version that is meant, with the change in it."""
    stored = ctx.stores.weighting_models
    model = await weighting_models.active(ctx) if id is None else await stored.version(id)
    if model is None:
        return NotFound("weighting model", id or "active")
    if change is None:
        return model
    named = [each.activity_type for each in change.types]
    known = {ActivityTypeId(id) for id in await ctx.stores.activity_types.by_ids(named, {"_id": 1})}
    wanted = edited(model, change, known)
    if isinstance(wanted, Refused):
        return Invalid(f"changes.{wanted.field}", wanted.reason)
    return wanted


async def _people(
    ctx: Context, groups: Iterable[Document], rules: Rules, window: Window
) -> dict[str, MemberFigures]:
    """What each member would bring into a group; the role is none of theirs yet."""
    people = {person for group in groups for person, _ in _members(group)}
    days = await ctx.stores.activities.days.of_people(people, window)
    shares, known, weights = factors(rules, window), rules.spellings, rules.weights
    figures = {
        person: engagement.of_person(days.get(PersonId(person), {}), known, weights, shares)
        for person in people
    }
    return {id: MemberFigures(RoleId(""), its.raw, its.counted) for id, its in figures.items()}


def _raw(group: Document, people: Mapping[str, MemberFigures]) -> float:
    weights = {
        RoleId(role["role_id"]): WEIGHTS[Weighting(role["weighting"])] for role in group["roles"]
    }
    members = [
        MemberFigures(RoleId(role), people[person].raw, people[person].counted)
        for person, role in _members(group)
        if role in weights
    ]
    return engagement.of_group(weights, members).raw


def _members(group: Document) -> list[tuple[str, str]]:
    """The people of a group with their roles."""
    return [(m["person_id"], m["role_id"]) for m in group["members"] if m["is_member"]]


def _stored(group: Document) -> float:
    return float(group["engagement"]["raw"]) if "engagement" in group else 0.0


def _standings(raws: Mapping[str, float], largest: float) -> dict[str, Standing]:
    ordered = sorted(raws, key=lambda group: (-raws[group], group))
    return {
        group: Standing(raws[group], engagement.score(raws[group], largest), place)
        for place, group in enumerate(ordered, 1)
    }


def _shifts(
    members: Sequence[tuple[str, str]],
    stored: Mapping[str, Document],
    after: Mapping[str, MemberFigures],
) -> tuple[PersonShift, ...]:
    """The members whose raws would change most, those that change alike in the order of ids."""
    shifts = [
        PersonShift(
            person,
            float(stored.get(person, {}).get("engagement", {}).get("raw", 0)),
            after[person].raw,
        )
        for person, _ in members
    ]
    changed = [shift for shift in shifts if shift.before != shift.after]
    changed.sort(key=lambda shift: (-abs(shift.after - shift.before), shift.person))
    return tuple(changed[:MOST_PEOPLE])
