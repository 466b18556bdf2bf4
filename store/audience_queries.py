"""Account audiences as MongoDB filters on accounts."""

from collections.abc import Mapping
from typing import Any

from domain.condition_documents import from_document
from store.condition_queries import account_filter
from store.driver import Document


def accounts_of(audience: Mapping[str, Any]) -> Document:
    """The filter that finds the accounts an audience holds now, by its rule or by its list."""
    if audience["account_ids"] is not None:
        return {"_id": {"$in": audience["account_ids"]}}
    return account_filter(from_document(audience["condition"]))
