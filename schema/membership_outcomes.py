"""What came of a membership command, person by person, and what every such command takes."""

from enum import Enum
from typing import assert_never

import strawberry

from domain import buying_groups
from domain.buying_groups import Refusal
from domain.membership import Claim, Decision
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.membership import CommandsDone
from resolvers.repeating import PersonOutcome
from schema.buying_groups import BuyingGroup
from schema.errors import UserError
from schema.members import MembershipMethod
from schema.people import Person
from schema.roles import Role


@strawberry.enum(description="What came of a command about one person.")
class MembershipOutcomeStatus(Enum):
    """The outcomes of the domain, and REFUSED for what could not be decided at all."""

    APPLIED = strawberry.enum_value("applied", description="The claim that decides has changed.")
    OVERRULED = strawberry.enum_value(
        "overruled",
        description="Remembered, but a stronger method decides something else.",
    )
    UNCHANGED = strawberry.enum_value(
        "unchanged",
        description="It was so already, by this method's word or a stronger one's; or somebody "
        "was to be removed about whom nobody had spoken: then nothing is recorded, and a rule may "
        "still add them.",
    )
    REFUSED = strawberry.enum_value(
        "refused", description="Nothing was said about this person; the error says why."
    )


@strawberry.type(description="There is no such person.")
class PersonUnknown(UserError):
    person_id: strawberry.ID = strawberry.field(description="The id given.")


@strawberry.type(description="The person has no current relation to the group's account.")
class PersonOutsideAccount(UserError):
    person_id: strawberry.ID = strawberry.field(description="The person given.")


@strawberry.type(description="The group's template has no such role.")
class RoleNotInTemplate(UserError):
    role: str = strawberry.field(description="The role given, as id or name.")


@strawberry.type(description="Only a member's role can be changed.")
class NotAMember(UserError):
    person_id: strawberry.ID = strawberry.field(description="The person given.")


@strawberry.type(description="The stronger claim that decides against a command.")
class OverrulingClaim(Sourced):
    method: MembershipMethod = stored(
        shown=MembershipMethod, description="The method whose claim decides."
    )
    role: Role | None = one("role_id", description="The role it says; null means removed.")
    actor: str = stored(description="Who made the claim.")


@strawberry.type(description="What came of the command about one person.")
class MembershipOutcome(Sourced):
    person_id: strawberry.ID = stored(description="The person the command named.")
    person: Person | None = one(
        "person_id", description="The person; null when there is no such person."
    )
    status: MembershipOutcomeStatus = stored(
        shown=MembershipOutcomeStatus, description="What came of it."
    )
    overruled_by: OverrulingClaim | None = embedded(
        "overruled_by", description="The claim that decides, when the status is OVERRULED."
    )
    error: UserError | None = stored(
        description="Why the person was refused, when the status is REFUSED."
    )


@strawberry.type(description="The command was decided for every person it named.")
class MembershipCommandSuccess(Sourced):
    buying_group: BuyingGroup = one("buying_group_id", description="The group after the command.")
    outcomes: list[MembershipOutcome] = embedded(
        "outcomes",
        at_most="input",
        description="One outcome for each person, in the order they were given.",
    )


def done_document(done: CommandsDone) -> Document:
    """The document of a success: the group and what came of it for each person."""
    return {
        "buying_group_id": done.group,
        "outcomes": [outcome_document(each) for each in done.outcomes],
    }


def outcome_document(outcome: PersonOutcome) -> Document:
    """The document of what came of one person."""
    match outcome.result:
        case Decision(result, _, overruled_by):
            return {
                "person_id": outcome.person,
                "status": result.value,
                "overruled_by": _claim(overruled_by),
                "error": None,
            }
        case refusal:
            return {
                "person_id": outcome.person,
                "status": MembershipOutcomeStatus.REFUSED.value,
                "overruled_by": None,
                "error": refusal_shown(refusal),
            }


def _claim(claim: Claim | None) -> Document | None:
    if claim is None:
        return None
    return {"method": claim.method.value, "role_id": claim.role, "actor": claim.actor}


def refusal_shown(refusal: Refusal) -> UserError:
    """Why a person was refused, as clients see it."""
    match refusal:
        case buying_groups.PersonUnknown(person):
            message = f"There is no person {person}."
            return PersonUnknown(message=message, person_id=strawberry.ID(person))
        case buying_groups.PersonOutsideAccount(person):
            message = f"The person {person} has no current relation to the group's account."
            return PersonOutsideAccount(message=message, person_id=strawberry.ID(person))
        case buying_groups.RoleNotInTemplate(role):
            message = f"The group's template has no role {role}."
            return RoleNotInTemplate(message=message, role=role)
        case buying_groups.NotAMember(person):
            message = f"The person {person} is no member, so there is no role to change."
            return NotAMember(message=message, person_id=strawberry.ID(person))
        case _:
            assert_never(refusal)
