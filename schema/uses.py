"""Uses: what a refusal names of those that stand in the way of a deletion."""

from collections.abc import Sequence

import strawberry

import domain.roles


@strawberry.type(description="Something that uses what was to be deleted.")
class User:
    what: str = strawberry.field(description="What it is, such as `role template`.")
    id: strawberry.ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(description="Its name.")


def shown(users: Sequence[domain.roles.User]) -> list[User]:
    """Those that use something, as clients see them."""
    return [User(what=each.what, id=strawberry.ID(each.id), name=each.name) for each in users]


def named(users: Sequence[domain.roles.User], count: int) -> str:
    """Some of `count` users by their names, as a sentence lists them."""
    names = ", ".join(each.name for each in users)
    more = count - len(users)
    return f"{names} and {more} more" if more > 0 else names
