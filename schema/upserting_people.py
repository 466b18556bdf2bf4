"""People in bulk: created, updated, and related to accounts."""

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

import domain.people
import domain.upserting
import resolvers.people
from execution.fields import embedded, one, stored
from execution.sources import Sourced
from schema import upserting
from schema.conditions import RelationKind
from schema.errors import InvalidInput, UserError
from schema.info import Info
from schema.people import Person
from schema.repeating import Repeatable
from schema.upserting import (
    CLEARS,
    AccountReferenceInput,
    AddressInput,
    OutsideKeyInput,
    TooManyItems,
    UpsertStatus,
)

_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "job_title",
    "phone",
    "mobile_phone",
    "email_invalid",
    "email_suspended",
    "unsubscribed",
    "marketing_suspended",
    "inferred_state",
    "inferred_region",
)


@strawberry.input(description="How a person belongs to an account.")
class RelationInput:
    account: AccountReferenceInput = strawberry.field(description="The account.")
    relation: RelationKind | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "How; absent or null leaves what there is, and a new relation is that of an EMPLOYEE."
        ),
    )
    roles: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "Names of what the person is there, such as `owner`, 20 at most, in place of those "
            f"there are. {CLEARS}"
        ),
    )


@strawberry.input(description="What is said about one person; a new one needs an e-mail address.")
class PersonItemInput:
    id: strawberry.ID | None = strawberry.field(
        default=None, description="The person's id; an unknown one is refused, never made."
    )
    keys: list[OutsideKeyInput] | None = strawberry.field(
        default=strawberry.UNSET, description=upserting.KEYS
    )
    first_name: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"First name. {CLEARS}"
    )
    last_name: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Last name. {CLEARS}"
    )
    email: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "Work e-mail address, at most 254 characters; the tenant has it once, whatever its "
            "case, and it cannot be cleared. After id and keys, it is by this that a person is "
            "found."
        ),
    )
    job_title: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Job title. {CLEARS}"
    )
    phone: str | None = strawberry.field(default=strawberry.UNSET, description=f"Phone. {CLEARS}")
    mobile_phone: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Mobile phone. {CLEARS}"
    )
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description=f"The person's address. {CLEARS}"
    )
    email_invalid: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether mail to it comes back; null means false."
    )
    email_suspended: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether mail to it is held back; null means false."
    )
    unsubscribed: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether they want no marketing mail; null means false.",
    )
    marketing_suspended: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether marketing to them is held back; null means false.",
    )
    inferred_state: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"State found out from their visits. {CLEARS}"
    )
    inferred_region: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Region found out from their visits. {CLEARS}"
    )
    relations: list[RelationInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "How they belong to accounts, merged account by account: accounts not given stay, "
            "null takes all away. 100 at most."
        ),
    )
    remove_relations: list[AccountReferenceInput] | None = strawberry.field(
        default=None,
        description="Accounts they no longer belong to; done before `relations` are merged.",
    )
    custom_fields: JSON | None = strawberry.field(
        default=strawberry.UNSET, description=upserting.CUSTOM_FIELDS
    )


@strawberry.input(description="What is said about people.")
class UpsertPeopleInput(Repeatable):
    items: list[PersonItemInput] = strawberry.field(description=upserting.ITEMS)


@strawberry.type(description="What came of one item.")
class PersonUpsertOutcome(Sourced):
    index: int = stored(description="The item's place in the input, from 0.")
    status: UpsertStatus = stored(shown=UpsertStatus, description="What came of it.")
    person: Person | None = one("person_id", description="The person; null when refused.")
    error: UserError | None = stored(description="Why the item was refused; null otherwise.")


@strawberry.type(description="Every item was decided.")
class UpsertPeopleSuccess(upserting.UpsertCounts):
    outcomes: list[PersonUpsertOutcome] = embedded(
        "outcomes", at_most="input", description="One outcome for each item, in order."
    )


UpsertPeopleResult = Annotated[
    UpsertPeopleSuccess | TooManyItems | InvalidInput,
    strawberry.union("UpsertPeopleResult"),
]


async def upsert_people(info: Info, input: UpsertPeopleInput) -> UpsertPeopleResult:
    """Create or update people."""
    items = [_item(each) for each in input.items]
    outcomes = await resolvers.people.upsert_people(info.context, items)
    if isinstance(outcomes, domain.upserting.TooManyItems):
        return upserting.too_many(outcomes)
    return upserting.success(UpsertPeopleSuccess, outcomes, "person")


def _item(source: PersonItemInput) -> domain.people.PersonItem:
    fields = upserting.given(source, *_FIELDS) | upserting.address(source.address)
    return domain.people.PersonItem(
        id=source.id,
        keys=upserting.outside_keys(source.keys),
        fields=fields | upserting.custom_fields(source.custom_fields),
        relations=_relations(source.relations),
        removed_relations=[upserting.reference(each) for each in source.remove_relations or ()],
    )


def _relations(
    relations: list[RelationInput] | None,
) -> list[domain.people.GivenRelation] | None:
    if relations is None:
        return None
    return [] if relations is strawberry.UNSET else [_relation(each) for each in relations]


def _relation(source: RelationInput) -> domain.people.GivenRelation:
    kind = domain.people.RelationKind(source.relation.value) if source.relation else None
    roles = None if source.roles is strawberry.UNSET else source.roles or []
    return domain.people.GivenRelation(upserting.reference(source.account), kind, roles)
