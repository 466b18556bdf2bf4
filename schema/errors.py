"""Refusals as clients see them: types of their own that all carry a message."""

from typing import overload

import strawberry

import resolvers.outcomes


@strawberry.interface(
    description="Why something was refused. Every refusal can be shown by its message alone."
)
class UserError:
    message: str = strawberry.field(description="One sentence for people.")


@strawberry.type(description="The tenant has no such thing.")
class NotFound(UserError):
    what: str = strawberry.field(description="What was looked for, such as `account`.")
    id: strawberry.ID = strawberry.field(description="The id given.")


@strawberry.type(
    description="Others kept changing the same thing for seconds; nothing was stored. Try again."
)
class Conflict(UserError):
    what: str = strawberry.field(description="What was to be changed, such as `buying group`.")
    id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.type(description="An input cannot be accepted; nothing was stored.")
class InvalidInput(UserError):
    field: str = strawberry.field(
        description="The path of the field in the input, such as `roles[1].membersRequired`."
    )
    reason: str = strawberry.field(description="What is wrong with it.")


@strawberry.type(description="Another of its kind has this name already; case does not matter.")
class NameTaken(UserError):
    name: str = strawberry.field(description="The name given.")
    owner_id: strawberry.ID = strawberry.field(description="The id of what has the name.")


@overload
def refusal_of(outcome: resolvers.outcomes.NotFound) -> NotFound: ...
@overload
def refusal_of(outcome: resolvers.outcomes.Conflict) -> Conflict: ...
@overload
def refusal_of(outcome: resolvers.outcomes.Invalid) -> InvalidInput: ...
@overload
def refusal_of(outcome: resolvers.outcomes.NameTaken) -> NameTaken: ...
def refusal_of(
    outcome: resolvers.outcomes.NotFound
    | resolvers.outcomes.Conflict
    | resolvers.outcomes.Invalid
    | resolvers.outcomes.NameTaken,
) -> UserError:
    """A resolver's refusal as clients see it."""
    match outcome:
        case resolvers.outcomes.NotFound(what, id):
            return NotFound(message=f"There is no {what} {id}.", what=what, id=strawberry.ID(id))
        case resolvers.outcomes.Conflict(what, id):
            message = f"The {what} is changed by others again and again; try once more."
            return Conflict(message=message, what=what, id=strawberry.ID(id))
        case resolvers.outcomes.Invalid(field, reason):
            return InvalidInput(message=f"{field}: {reason}", field=field, reason=reason)
        case resolvers.outcomes.NameTaken(name, owner):
            name = name.strip()
            message = f"The name {name} is taken."
            return NameTaken(message=message, name=name, owner_id=strawberry.ID(owner))
