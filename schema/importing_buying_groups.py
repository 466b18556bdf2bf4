"""Imports of groups: buying groups come from other systems with their members."""

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, assert_never

import strawberry

import domain.group_imports
import domain.role_aliases
import domain.upserting
import resolvers.group_imports
import resolvers.outcomes
from domain import buying_groups, stages
from domain.fields import Refused
from domain.group_imports import GroupItem, MemberItem, Refusal
from domain.identifiers import BuyingGroupId
from execution.context import Right
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.group_imports import Imported, Outcome
from schema import membership_outcomes, moving_buying_groups
from schema.buying_groups import BuyingGroup
from schema.errors import InvalidInput, UserError, refusal_of
from schema.info import Info
from schema.members import MembershipMethod
from schema.membership_outcomes import MembershipOutcome
from schema.recording_activities import ActivityPersonInput, person_reference
from schema.repeating import Repeatable, done_in_parts, once
from schema.upserting import (
    AccountReferenceInput,
    TooManyItems,
    UnknownRecord,
    reference,
    too_many,
)


@strawberry.enum(description="What came of an item.")
class BuyingGroupImportStatus(Enum):
    """The statuses of the domain, and REFUSED."""

    CREATED = strawberry.enum_value(
        "CREATED", description="The group was made; the rules placed its account's people as well."
    )
    ADDED_TO = strawberry.enum_value(
        "ADDED_TO", description="The group was there; what the item says was added to it."
    )
    UNCHANGED = strawberry.enum_value(
        "UNCHANGED", description="The group said so already; nothing was written."
    )
    REFUSED = strawberry.enum_value(
        "REFUSED", description="Nothing of the item was stored; the error says why."
    )


@strawberry.type(description="No role of the tenant has this id, name or alias.")
class UnknownRole(UserError):
    role: str = strawberry.field(description="The role given.")
    suggestion: str | None = strawberry.field(
        description="The name of the role that may be meant; `setRoleAliases` lets it be meant. "
        "Null when none is like it."
    )


@strawberry.type(description="The group follows another role template than the item names.")
class AnotherRoleTemplate(UserError):
    role_template_id: strawberry.ID = strawberry.field(description="The template it follows.")


@strawberry.input(description="A person of the account, and the role to be in.")
class MemberItemInput:
    person: ActivityPersonInput = strawberry.field(
        description="Somebody who is of the account: by id, e-mail address or outside key."
    )
    role: str = strawberry.field(
        description="A role of the group's template, by id, name or alias; case, blanks, hyphens "
        "and underscores do not matter."
    )


@strawberry.input(description="The group of an account for a solution interest, and its members.")
class BuyingGroupItemInput:
    account: AccountReferenceInput = strawberry.field(description="Whose group it is.")
    solution_interest: str = strawberry.field(
        description="What the group is for, by id or name; case does not matter."
    )
    role_template: str | None = strawberry.field(
        default=None,
        description="The template that the group has to follow, by id or name; where it follows "
        "another, the item is refused.",
    )
    stage: str | None = strawberry.field(
        default=None,
        description="Where the group goes, by name or id of a stage of its model; the transitions "
        "bind an import like any other move.",
    )
    members: list[MemberItemInput] = strawberry.field(
        default_factory=list,
        description=f"Who joins it; at most {domain.group_imports.MOST_MEMBERS}. Nobody leaves it.",
    )


@strawberry.input(description="Groups with their members.")
class ImportBuyingGroupsInput(Repeatable):
    items: list[BuyingGroupItemInput] = strawberry.field(
        description=f"Up to {domain.upserting.MOST_ITEMS:,} items with "
        f"{domain.group_imports.MOST_MEMBERS_IN_ALL:,} members in all; they apply in order."
    )
    method: MembershipMethod = strawberry.field(
        default=MembershipMethod.SYSTEM,
        description="By which method members join and groups move; each asks for its right. What "
        "is said as SYSTEM lasts until maintenance applies the rules.",
    )
    reason: str | None = strawberry.field(
        default=None,
        description="Why, in at most 500 characters; kept with the claims and in the events.",
    )


@strawberry.type(description="What came of one item.")
class BuyingGroupImportOutcome(Sourced):
    index: int = stored(description="The item's place in the input, from 0.")
    status: BuyingGroupImportStatus = stored(
        shown=BuyingGroupImportStatus, description="What came of it."
    )
    buying_group: BuyingGroup | None = one(
        "buying_group_id", description="The group; null when refused."
    )
    members: list[MembershipOutcome] = embedded(
        "members",
        at_most=domain.group_imports.MOST_MEMBERS,
        description="What came of each member, in the order given; none when refused. A stronger "
        "method's word stands.",
    )
    field: str | None = stored(
        description="The field of the item at fault, such as `members[2].role`; null when it was "
        "not refused, or no field is at fault."
    )
    error: UserError | None = stored(description="Why the item was refused; null otherwise.")


@strawberry.type(description="Every item was decided, each for itself.")
class ImportBuyingGroupsSuccess(Sourced):
    created: int = stored(description="How many groups were made.")
    added_to: int = stored(description="How many items were added to a group.")
    unchanged: int = stored(description="How many items changed nothing.")
    refused: int = stored(description="How many items were refused.")
    outcomes: list[BuyingGroupImportOutcome] = embedded(
        "outcomes", at_most="input", description="One outcome for each item, in order."
    )


ImportBuyingGroupsResult = Annotated[
    ImportBuyingGroupsSuccess | TooManyItems | InvalidInput,
    strawberry.union("ImportBuyingGroupsResult"),
]


async def import_buying_groups(
    info: Info, input: ImportBuyingGroupsInput
) -> ImportBuyingGroupsResult:
    """Make groups with members, or add to those there are."""
    items = [_item(input, each) for each in input.items]
    done = await resolvers.group_imports.import_buying_groups(info.context, items)
    match done:
        case domain.upserting.TooManyItems():
            return too_many(done)
        case resolvers.outcomes.Invalid():
            return refusal_of(done)
        case _:
            return ImportBuyingGroupsSuccess.of(_document(done))


def _item(input: ImportBuyingGroupsInput, item: BuyingGroupItemInput) -> GroupItem:
    return GroupItem(
        reference(item.account),
        item.solution_interest,
        tuple(MemberItem(person_reference(each.person), each.role) for each in item.members),
        item.role_template,
        item.stage,
        input.method,
        input.reason,
    )


def _document(outcomes: Sequence[Outcome]) -> Document:
    rows = [{"index": place, **_outcome(each)} for place, each in enumerate(outcomes)]
    found = Counter(row["status"] for row in rows)
    words = [*(status.value for status in domain.group_imports.Status), "REFUSED"]
    return {**{word.lower(): found[word] for word in words}, "outcomes": rows}


def _outcome(outcome: Outcome) -> Document:
    match outcome:
        case Imported(group, status, members):
            shown = [membership_outcomes.outcome_document(each) for each in members]
            group_document = {"buying_group_id": group, "members": shown}
            return {"status": status.value, **group_document, "field": None, "error": None}
        case Refusal(field):
            return {
                "status": "REFUSED",
                "buying_group_id": None,
                "members": [],
                "field": field or None,
                "error": _error(outcome),
            }


def _error(refusal: Refusal) -> UserError:
    why = refusal.why
    match why:
        case Refused(field, reason):
            return InvalidInput(message=f"{field} {reason}.", field=field, reason=reason)
        case domain.upserting.UnknownRecord(field, noun, named):
            message = f"{field}: there is no {noun} {named}."
            return UnknownRecord(message=message, field=field, named=named)
        case domain.role_aliases.UnknownRole(named, suggestion):
            maybe = f" Is {suggestion} meant?" if suggestion else ""
            message = f"{refusal.field}: there is no role {named}.{maybe}"
            return UnknownRole(message=message, role=named, suggestion=suggestion)
        case buying_groups.RoleNotInTemplate() | buying_groups.PersonOutsideAccount():
            return membership_outcomes.refusal_shown(why)
        case domain.group_imports.AnotherTemplate(template):
            message = f"The group follows another role template, {template}."
            return AnotherRoleTemplate(message=message, role_template_id=strawberry.ID(template))
        case stages.StageUnknown() | stages.TransitionNotAllowed() | stages.NoStageModel():
            return moving_buying_groups.refusal_shown(refusal.group or BuyingGroupId(""), why)
        case domain.group_imports.Raced(group):
            return refusal_of(resolvers.outcomes.Conflict("buying group", group))
        case _:
            assert_never(why)


@strawberry.type
class GroupImports:
    """What `Mutation` has of imports of groups."""

    import_buying_groups = strawberry.mutation(
        resolver=once(import_buying_groups, Right.EDIT_GROUPS, done_in_parts),
        description=(
            "Make buying groups with their members, or add members to those there are, as another "
            "system knows them. One outcome for each item. Rights: EDIT_GROUPS and that of the "
            "method: EDIT_GROUPS, ACT_AS_JOURNEY or ACT_AS_SYSTEM."
        ),
    )
