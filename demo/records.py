"""The demo's accounts, opportunities, people and activities, stored as any import stores them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

from connectors import importing, mapping_files
from connectors.importing import ImportReport
from connectors.mappings import MappingFault
from connectors.passes import Progress
from demo.activities import DemoActivity, activities
from demo.crm_accounts import FOLDER, crm_accounts
from demo.people import DemoPerson, people
from demo.signals import DemoSignal, signals
from domain.activities import PersonByEmail, Report
from domain.attributes import FieldType, Scope
from domain.custom_fields import CustomField
from domain.identities import OutsideKey, Reference
from domain.interest_signals import SignalReport
from domain.people import GivenRelation, PersonItem
from domain.upserting import Applied, Status, TooManyItems
from execution.context import Context
from resolvers.activities import record_activities
from resolvers.custom_fields import define_custom_fields
from resolvers.interest_signals import record_interest_signals
from resolvers.people import upsert_people

SEED: Final = "quorum"
SYSTEM: Final = "crm"
DEPARTMENT: Final = CustomField("department", FieldType.TEXT, "Department")
BATCH: Final = 1_000

Some = TypeVar("Some")
Part = Callable[[float], None]
"""Told which part of a step is done, from 0 to 1."""


class DemoFailed(Exception):
    """The demo data does not fit the program: a mistake in one of the two."""


async def declare_fields(ctx: Context) -> None:
    """Declare the custom field that the invented people have."""
    declared = await define_custom_fields(ctx, Scope.PERSON, [DEPARTMENT])
    if not isinstance(declared, list):
        raise DemoFailed(str(declared))


async def load_crm(ctx: Context, table: str, mapping: str, part: Part) -> ImportReport:
    """Import a table of the CRM data; what it rejects is in the report only."""
    stated = mapping_files.read((FOLDER / mapping).read_bytes())
    if isinstance(stated, MappingFault):
        raise DemoFailed(stated.message)

    def show(progress: Progress) -> None:
        part(progress.bytes_done / progress.bytes_in_all)

    with TemporaryDirectory() as folder:
        report = await importing.import_file(
            ctx, stated, FOLDER / table, rejects_path=Path(folder, "rejects.csv"), progress=show
        )
    if not isinstance(report, ImportReport):
        raise DemoFailed(report.message)
    return report


async def load_people(ctx: Context, part: Part) -> int:
    """Store the invented people; how many of them are new."""
    everyone = people(crm_accounts(), SEED)
    created = stored = 0
    for batch in _batches(everyone):
        outcomes = await upsert_people(ctx, [_item(person) for person in batch])
        if isinstance(outcomes, TooManyItems):
            raise DemoFailed(str(outcomes))
        for outcome in outcomes:
            if not isinstance(outcome, Applied):
                raise DemoFailed(str(outcome))
            created += outcome.status is Status.CREATED
        stored += len(batch)
        part(stored / len(everyone))
    return created


async def load_activities(ctx: Context, ends_at: datetime, part: Part) -> int:
    """Store what the invented people did in the sixty days up to `ends_at`; how many acts."""
    acts = list(activities(people(crm_accounts(), SEED), ends_at, SEED))
    stored = 0
    for batch in _batches(acts):
        recorded = await record_activities(ctx, [_report(act) for act in batch])
        if isinstance(recorded, TooManyItems) or recorded.refused:
            raise DemoFailed(str(recorded))
        stored += len(batch)
        part(stored / len(acts))
    return stored


async def load_signals(ctx: Context, ends_at: datetime, part: Part) -> None:
    """Store what the invented people cared about in the sixty days up to `ends_at`."""
    signs = list(signals(people(crm_accounts(), SEED), ends_at, SEED))
    stored = 0
    for batch in _batches(signs):
        recorded = await record_interest_signals(ctx, [_signal(sign) for sign in batch])
        if isinstance(recorded, TooManyItems) or recorded.refused:
            raise DemoFailed(str(recorded))
        stored += len(batch)
        part(stored / len(signs))


def _item(person: DemoPerson) -> PersonItem:
    return PersonItem(
        keys=(OutsideKey(SYSTEM, person.key),),
        fields={
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "job_title": person.job_title,
            "phone": person.phone,
            "address.city": person.city,
            "address.state": person.state,
            "address.country": person.country,
            "unsubscribed": person.unsubscribed,
            "email_invalid": person.email_invalid,
            "custom.department": person.department,
        },
        relations=tuple(
            GivenRelation(
                Reference(key=OutsideKey(SYSTEM, relation.account)),
                relation.kind,
                relation.roles,
            )
            for relation in person.relations
        ),
    )


def _report(act: DemoActivity) -> Report:
    return Report(
        source=act.source,
        source_id=act.source_id,
        type=act.type,
        person=PersonByEmail(act.email),
        at=act.at,
        attributes=act.attributes,
    )


def _signal(sign: DemoSignal) -> SignalReport:
    return SignalReport(
        sign.source,
        sign.source_id,
        PersonByEmail(sign.email),
        sign.solution_interest,
        sign.strength,
        sign.at,
    )


def _batches(entries: Iterable[Some]) -> Iterator[Sequence[Some]]:
    following = iter(entries)
    while batch := list(islice(following, BATCH)):
        yield batch
