"""Members: who is in a group, in which role, and by whose word."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import domain.membership
import schema.highlights
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from schema.people import Person
from schema.roles import Role

if TYPE_CHECKING:
    from schema.buying_groups import BuyingGroup

MembershipMethod = domain.membership.Method
strawberry.enum(
    MembershipMethod,
    name="MembershipMethod",
    description="Through whom somebody speaks about a membership, strongest first: MANUAL is a "
    "person by hand, JOURNEY an account journey, SYSTEM the jobs.",
)


def strongest_first(claims: Mapping[str, Document]) -> list[dict[str, Any]]:
    """Stored claims, by method, as the parts of a list, the strongest first."""
    return [
        {"method": method.value, **claims[method.value]}
        for method in domain.membership.STRONGEST_FIRST
        if method.value in claims
    ]


@strawberry.type(description="What one method last said about a person in a group.")
class Claim(Sourced):
    method: MembershipMethod = stored(shown=MembershipMethod, description="Who speaks.")
    role: Role | None = one("role_id", description="The role it assigns; null: it says removed.")
    actor: str = stored(description="By whom it was said.")
    at: datetime = stored(description="When it was said.")
    reason: str | None = stored(description="Why; null when nobody said.")


@strawberry.type(description="A person in a group, or removed from it, and who decided so.")
class Member(Sourced):
    person: Person = one("person_id", description="The person.")
    role: Role | None = one("role_id", description="The role they have; null when removed.")
    method: MembershipMethod | None = stored(
        shown=MembershipMethod,
        description="The method whose claim decides; null once every claim is withdrawn.",
    )
    since: datetime | None = stored(
        description="Since when the deciding claim stands; null once every claim is withdrawn."
    )
    is_removed: bool = stored(description="Whether the deciding claim keeps them out.")
    is_unrelated: bool = stored(
        "unrelated",
        absent=False,
        description="Whether they are of the account no more, and stay by a stronger method.",
    )
    other_buying_groups: list[Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")]] = (
        schema.highlights.other_groups()
    )
    claims: list[Claim] = embedded(
        "claims",
        at_most=len(MembershipMethod),
        parts=strongest_first,
        description="What each method last said, strongest first; the first one decides.",
    )
