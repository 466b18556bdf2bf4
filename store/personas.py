"""Personas in MongoDB: their attributes as condition documents have them, with a list of values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo.asynchronous.client_session import AsyncClientSession

from domain.condition_documents import from_document, to_document
from domain.conditions import AttributeTest, operands_of
from domain.identifiers import TenantId
from domain.identities import Identity
from domain.operators import Operator
from domain.persona_tests import Definitions
from domain.personas import PersonaAttribute, condition_of
from store.condition_queries import person_filter
from store.deletions import insert_unless_deleted
from store.driver import Database, Document
from store.records import Records
from store.relay import Relay
from store.transactions import in_transaction
from store.unique_names import claim_those_free

NAME: Final = "personas"
_SEEDED: Final = "personas_seeded"


class PersonaStore(Records):
    """The personas of one tenant."""

    def __init__(self, database: Database, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, NAME, tenant, relay)

    async def definitions(self) -> Definitions:
        """What each persona stands for, by its id."""
        return definitions(await self.all({"attributes": 1}))

    async def seed(self, named: Mapping[Identity, Document], at: datetime) -> None:
        """Store the personas a tenant begins with, unless that was done before.

        One whose name is taken is left out. What is changed or deleted later stays so.
        """
        database = self.collection.database

        async def work(session: AsyncClientSession) -> None:
            begun = await database["tenants"].update_one(
                {"_id": self.tenant, _SEEDED: {"$exists": False}},
                {"$set": {_SEEDED: True}},
                session=session,
            )
            if not begun.matched_count:
                return
            wanted = {name: document["_id"] for name, document in named.items()}
            had = await claim_those_free(self, wanted, at, session)
            free = [self._new(each, ()) for each in named.values() if each["_id"] in had]
            await insert_unless_deleted(self, free, session)

        await in_transaction(database, work)


def is_seeded(tenant: Mapping[str, Any]) -> bool:
    """Whether a tenant has been given the personas it begins with."""
    return _SEEDED in tenant


def attributes_document(attributes: Sequence[PersonaAttribute]) -> list[Document]:
    """A persona's attributes as they are embedded."""
    tests = (AttributeTest(a.attribute, Operator.IS_ANY_OF, a.values) for a in attributes)
    return [to_document(test)["test"] for test in tests]


def to_attributes(persona: Mapping[str, Any]) -> tuple[PersonaAttribute, ...]:
    """The attributes of a persona's document."""
    tests = (from_document({"test": each}) for each in persona["attributes"])
    return tuple(
        PersonaAttribute(test.attribute, operands_of(test))
        for test in tests
        if isinstance(test, AttributeTest)
    )


def definitions(personas: Sequence[Mapping[str, Any]]) -> Definitions:
    """What these personas stand for, by their ids."""
    return {persona["_id"]: condition_of(to_attributes(persona)) for persona in personas}


def people_of(persona: Mapping[str, Any]) -> Document:
    """The filter that finds the people who are of a persona now."""
    return person_filter(condition_of(to_attributes(persona)), None, 0)
