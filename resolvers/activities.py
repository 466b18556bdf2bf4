"""Activities: reports of sources taken in bulk, whoever and whatever they are about."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from domain import activities, activity_types
from domain.activities import Activity, Outcome, PersonById, PersonReference, Report
from domain.fields import Refused
from domain.folding import fold
from domain.identifiers import ActivityId, PersonId
from domain.upserting import MOST_ITEMS, TooManyItems, UnknownRecord
from execution.context import Context, Right
from resolvers import attaching, excluding_activities
from store.activities import Standing

Refusal = Refused | UnknownRecord


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one report, and what is not known yet of its activity as it is stored.

    Of a report that changed nothing the stored activity may have another type and person.
    """

    id: ActivityId
    outcome: Outcome
    type: str
    is_person_unmatched: bool
    is_type_unknown: bool


@dataclass(frozen=True, slots=True)
class RecordedActivities:
    """One outcome for each report, in order."""

    outcomes: tuple[Recorded | Refusal, ...]

    @property
    def recorded(self) -> tuple[Recorded, ...]:
        return tuple(each for each in self.outcomes if isinstance(each, Recorded))

    def count(self, outcome: Outcome) -> int:
        """How many reports had this outcome."""
        return sum(each.outcome is outcome for each in self.recorded)

    @property
    def refused(self) -> int:
        return len(self.outcomes) - len(self.recorded)

    @property
    def unmatched_people(self) -> int:
        """How many activities wait for their person."""
        return sum(each.is_person_unmatched for each in self.recorded)

    @property
    def unknown_types(self) -> Mapping[str, int]:
        """How many activities have a type nobody knows, by the type as it was first spelled."""
        spelled: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for each in self.recorded:
            if each.is_type_unknown:
                counts[spelled.setdefault(fold(each.type), each.type)] += 1
        return counts


async def record_activities(
    ctx: Context, reports: Sequence[Report]
) -> RecordedActivities | TooManyItems:
    """Store up to 1,000 activities; repeating a report, or sending an older one, changes nothing.

    What cannot be told of a person or a type yet is stored all the same, and counts once it can.
    """
    ctx.viewer.require(Right.EDIT_DATA)
    if len(reports) > MOST_ITEMS:
        return TooManyItems(len(reports))
    known_types = activity_types.directory(await ctx.stores.activity_types.types())
    checked = [activities.checked(report, ctx.now()) for report in reports]
    taken = await _taken(ctx, checked)
    fit = [each for each in taken if isinstance(each, Activity)]
    outcomes = await ctx.stores.activities.record(fit, ctx.now())
    # Whoever came while this was being stored has looked for waiting activities too early.
    await attaching.attach_to_known(ctx, {each.awaits for each in fit if each.awaits})
    await attaching.detach_from_deleted(ctx, {each.person for each in fit if each.person})
    standing = await ctx.stores.activities.standing(each.id for each in fit)
    if outcomes and set(outcomes) == {Outcome.UNCHANGED}:
        await ctx.stores.activities.confirm(fit[0].id)
    # Of somebody who was erased meanwhile it was taken away again.
    stored = [standing.get(each.id, Standing(each.report.type, False)) for each in fit]
    recorded = (
        Recorded(
            activity.id, outcome, kept.type, kept.is_waiting, fold(kept.type) not in known_types
        )
        for activity, outcome, kept in zip(fit, outcomes, stored, strict=True)
    )
    return RecordedActivities(
        tuple(next(recorded) if isinstance(each, Activity) else each for each in taken)
    )


async def _taken(ctx: Context, checked: Sequence[Report | Refused]) -> list[Activity | Refusal]:
    """The reports as activities of the people they name; an id that nobody has is refused."""
    tenant = await ctx.stores.tenants.own()
    ruled = await excluding_activities.ruled(ctx)
    zone = tenant["time_zone"] if tenant else "UTC"
    hours = ZoneInfo(zone)
    reports = [report for report in checked if isinstance(report, Report)]
    people = await people_named(ctx, {report.person for report in reports})

    def taken(report: Report) -> Activity | Refusal:
        person = people.get(report.person)
        if person is None and isinstance(report.person, PersonById):
            return UnknownRecord("person.id", "person", report.person.id)
        return Activity(
            activities.identifier(ctx.viewer.tenant, report.source, report.source_id),
            report,
            activities.rank_of(report),
            person,
            activities.day_of(report.at, hours),
            zone,
            ruled.get(report.source),
        )

    return [taken(each) if isinstance(each, Report) else each for each in checked]


async def people_named(
    ctx: Context, references: Set[PersonReference]
) -> dict[PersonReference, PersonId]:
    """The people these references name, as far as there are such people."""
    ids = {reference.id for reference in references if isinstance(reference, PersonById)}
    known = await ctx.stores.people.by_ids(ids, {"_id": 1})
    named = {reference: activities.identity_of(reference) for reference in references}
    carriers = await attaching.people_by_identity(ctx, {each for each in named.values() if each})
    found: dict[PersonReference, PersonId] = {}
    for reference, identity in named.items():
        if isinstance(reference, PersonById) and reference.id in known:
            found[reference] = reference.id
        elif identity in carriers:
            found[reference] = carriers[identity]
    return found
