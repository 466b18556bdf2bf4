"""Interest signals: reports of sources taken in bulk, each recorded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain import interest_signals
from domain.activities import PersonByEmail, PersonById, PersonByKey, PersonReference
from domain.events import Event, EventType
from domain.fields import Refused
from domain.folding import fold
from domain.identifiers import InterestSignalId, SolutionInterestId
from domain.interest_signals import InterestSignal, SignalOutcome, SignalReport
from domain.upserting import MOST_ITEMS, TooManyItems, UnknownRecord
from execution.context import Context, Right
from resolvers import activities, signal_moves, stamps
from store.driver import Document

Refusal = Refused | UnknownRecord


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one report; of a duplicate the id is that of what was told first."""

    id: InterestSignalId
    outcome: SignalOutcome


@dataclass(frozen=True, slots=True)
class RecordedSignals:
    """One outcome for each report, in order."""

    outcomes: tuple[Recorded | Refusal, ...]

    def count(self, outcome: SignalOutcome) -> int:
        """How many reports had this outcome."""
        return sum(isinstance(o, Recorded) and o.outcome is outcome for o in self.outcomes)

    @property
    def refused(self) -> int:
        return sum(not isinstance(outcome, Recorded) for outcome in self.outcomes)


async def record_interest_signals(
    ctx: Context, reports: Sequence[SignalReport]
) -> RecordedSignals | TooManyItems:
    """Store up to 1,000 signals; telling one again changes nothing, whatever it says then."""
    ctx.viewer.require(Right.EDIT_DATA)
    if len(reports) > MOST_ITEMS:
        return TooManyItems(len(reports))
    taken = await _taken(ctx, [interest_signals.checked(each, ctx.now()) for each in reports])
    first: dict[InterestSignalId, InterestSignal] = {}
    for each in taken:
        if isinstance(each, InterestSignal):
            first.setdefault(each.id, each)
    new = [(_document(ctx, signal), [_event(ctx, signal)]) for signal in first.values()]
    stored = await ctx.stores.interest_signals.insert_many(new)
    if first and not stored:
        await ctx.stores.interest_signals.confirm(next(iter(first)))
    # Whoever deleted one of them while this was being stored has looked for signals too early.
    await signal_moves.follow_deleted(
        ctx,
        [signal.person for signal in first.values()],
        [signal.solution_interest for signal in first.values()],
    )
    return RecordedSignals(tuple(_outcome(each, stored) for each in taken))


def _outcome(taken: InterestSignal | Refusal, stored: set[str]) -> Recorded | Refusal:
    """What came of a report; the id of what is stored is taken out, for a second one repeats it."""
    if not isinstance(taken, InterestSignal):
        return taken
    if taken.id not in stored:
        return Recorded(taken.id, SignalOutcome.DUPLICATE)
    stored.remove(taken.id)
    return Recorded(taken.id, SignalOutcome.RECORDED)


async def _taken(
    ctx: Context, checked: Sequence[SignalReport | Refused]
) -> list[InterestSignal | Refusal]:
    """The reports as signals of the people and solution interests that they name."""
    reports = [report for report in checked if isinstance(report, SignalReport)]
    people = await activities.people_named(ctx, {report.person for report in reports})
    interests = await _interests(ctx)

    def taken(report: SignalReport) -> InterestSignal | Refusal:
        person = people.get(report.person)
        if person is None:
            return _unknown_person(report.person)
        named = report.solution_interest
        interest = interests.get(named) or interests.get(fold(named))
        if interest is None:
            return UnknownRecord("solutionInterest", "solution interest", named)
        id = interest_signals.identifier(ctx.viewer.tenant, report.source, report.source_id)
        return InterestSignal(id, report, person, interest)

    return [taken(each) if isinstance(each, SignalReport) else each for each in checked]


async def _interests(ctx: Context) -> Mapping[str, SolutionInterestId]:
    """Every solution interest of the tenant by id and by folded name."""
    known = await ctx.stores.solution_interests.all({"name": 1})
    ids = {each["_id"]: SolutionInterestId(each["_id"]) for each in known}
    return {fold(each["name"]): ids[each["_id"]] for each in known} | ids


def _unknown_person(person: PersonReference) -> UnknownRecord:
    match person:
        case PersonById(id):
            return UnknownRecord("person.id", "person", id)
        case PersonByEmail(email):
            return UnknownRecord("person.email", "person", email)
        case PersonByKey(key):
            return UnknownRecord("person.key", "person", f"{key.system}:{key.id}")


def _document(ctx: Context, signal: InterestSignal) -> Document:
    report = signal.report
    return {
        "_id": signal.id,
        "person_id": signal.person,
        "solution_interest_id": signal.solution_interest,
        "source": report.source.value,
        "source_id": report.source_id,
        "strength": report.strength.value,
        "at": report.at,
        "recorded_at": ctx.now(),
        "recorded_by": ctx.viewer.actor,
    }


def _event(ctx: Context, signal: InterestSignal) -> Event:
    report = signal.report
    return stamps.event(
        ctx,
        EventType.INTEREST_SIGNAL_RECORDED,
        signal.id,
        person_id=signal.person,
        solution_interest_id=signal.solution_interest,
        after={
            "source": report.source.value,
            "strength": report.strength.value,
            "at": report.at,
        },
    )
