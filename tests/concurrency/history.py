"""The history of a group: whether its events are a sequential history of the calls made on it.

The calls are done again, one after the other in the order of their events, by the domain's pure
functions. What those say must be what was stored and what every caller was told, and nobody may
come after a call that was made when theirs had been answered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from domain.buying_groups import BuyingGroup, Member
from domain.identifiers import PersonId
from domain.membership import Claims
from store.driver import Document
from store.groups import to_claims, to_group
from tests.builders import NOON
from tests.concurrency.arena import Arena
from tests.concurrency.calls import COMMANDS, Kind, Record
from tests.concurrency.reference import Written, decided

CHANGED = "MEMBERSHIP_CHANGED"


@dataclass(frozen=True, slots=True)
class Step:
    """A call that changed the group, and the group after it; no version where none is known.

    The first step has no call: it is the group as it was made.
    """

    record: Record | None
    version: int | None
    group: BuyingGroup


@dataclass(slots=True)
class History:
    """The steps that the events of a group tell, and what is wrong with them."""

    arena: Arena
    records: Mapping[str, Record]
    steps: list[Step] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def tell(self, document: Document, events: Sequence[Document]) -> None:
        """Go through the events of a group by position, then through the calls without one."""
        begun = replace(to_group(document), version=1, members=())
        changes = [event for event in events if event["type"] == CHANGED]
        runs = [
            (actor, [written_in(event) for event in run])
            for actor, run in groupby(changes, lambda event: event["actor"])
        ]
        if runs and runs[0][0] not in self.records:
            _, placed = runs.pop(0)
            members = tuple(Member(person, claims) for person, _, claims in placed)
            begun = replace(begun, members=members)
        self.steps.append(Step(None, 1, begun))
        for actor, written in runs:
            self._step(actor, written)
        self._order_in_time()
        done = {step.record.call.id for step in self.steps if step.record}
        for record in self.records.values():
            if record.call.id not in done and record.call.kind in COMMANDS:
                self._without_event(record)

    def _step(self, actor: str, written: list[Written]) -> None:
        record = self.records.get(actor)
        if record is None or any(step.record is record for step in self.steps):
            self.faults.append(f"{actor} is there twice, or nobody knows them")
            return
        own = {c.version for _, _, said in written for c in said.values() if c.actor == actor}
        answered = record.answer.version if record.answer else None
        versions = own | ({answered} if answered else set())
        last = max(step.version or 0 for step in self.steps)
        if len(versions) > 1 or any(version <= last for version in versions):
            self.faults.append(f"{actor} has written versions {versions} after {last}")
        version = max(versions, default=None)
        before = replace(self.steps[-1].group, version=version - 1 if version else last)
        now = decided(self.arena, record.call, before)
        if now.written != written:
            self.faults.append(f"{actor} has written {written}, not {now.written}")
        self.steps.append(Step(record, version, now.group))
        answer = record.answer
        if answer and (answer.is_conflict or answer.error):
            self.faults.append(f"{actor} has an event but was told {answer}")
        elif answer and record.call.kind in COMMANDS and answer.outcomes != now.outcomes:
            self.faults.append(f"{actor} was told {answer}, not {now.outcomes}")

    def _order_in_time(self) -> None:
        latest = 0
        for step in self.steps[1:]:
            if step.record and (step.record.returned or latest) < latest:
                self.faults.append(f"{step.record.call.id} comes after a later call")
            latest = max(latest, step.record.called if step.record else 0)

    def _without_event(self, record: Record) -> None:
        """Told that nothing changed, at a place where that is so; or not done at all."""
        answer = record.answer
        if answer is None or answer.is_conflict:
            return
        if answer.version is None:
            self.faults.append(f"{record.call.id} ended in {answer.error}")
        elif not any(self._explains(record, place) for place in self._places(answer.version)):
            self.faults.append(f"{record.call.id} was told {answer}, which no order explains")

    def _places(self, version: int) -> Iterator[int]:
        """The steps that a group of this version may have had behind it last."""
        known = [(place, step.version) for place, step in enumerate(self.steps) if step.version]
        first = max(place for place, of in known if of <= version)
        behind = min((place for place, of in known if of > version), default=len(self.steps))
        return iter(range(first, behind))

    def _explains(self, record: Record, place: int) -> bool:
        answer = record.answer
        now = decided(self.arena, record.call, self.steps[place].group)
        if answer is None or now.written or now.outcomes != answer.outcomes:
            return False
        returned = record.returned or 0
        before = [step.record for step in self.steps[: place + 1] if step.record]
        behind = [step.record for step in self.steps[place + 1 :] if step.record]
        return all(each.called <= returned for each in before) and all(
            each.returned is None or each.returned >= record.called for each in behind
        )


def maintained(records: Mapping[str, Record], events: Sequence[Document]) -> Iterator[str]:
    """Where a maintenance told another number of claims than it wrote."""
    for record in records.values():
        if record.call.kind is Kind.MAINTAIN and record.answer:
            wrote = sum(e["type"] == CHANGED and e["actor"] == record.call.id for e in events)
            if record.answer.claims != wrote:
                yield f"{record.call.id} wrote {wrote} claims and told {record.answer}"


def plain(claims: Claims) -> Claims:
    """The claims without what only informs."""
    return {m: replace(claim, at=NOON, reason=None) for m, claim in claims.items()}


def written_in(event: Document) -> Written:
    before, after = (_said(event[part]["claims"]) for part in ("before", "after"))
    return PersonId(event["person_id"]), before, after


def _said(claims: Document) -> Claims:
    return plain(to_claims({m: {**claim, "reason": None} for m, claim in claims.items()}))
