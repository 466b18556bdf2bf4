"""Search: the one filter of texts that lists of named things share."""

from typing import Any

import strawberry


def search_of(texts: str, *, is_listed_by_name: bool = True) -> Any:
    """The field `search` of a filter, over the words of these texts."""
    best_first = (
        " Unless an order is asked for, names that begin with the whole text come first."
        if is_listed_by_name
        else ""
    )
    return strawberry.field(
        default=None,
        description=f"Every word begins a word of the {texts}; case does not matter. A text "
        f"without a letter or digit finds nothing; a blank one asks for nothing.{best_first}",
    )
