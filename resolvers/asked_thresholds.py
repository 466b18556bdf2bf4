"""Asked thresholds: what a solution interest asks of a group, in the roles the group can have.

While its groups are migrated to another version of its template, some still follow the former one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from domain.template_migrations import Migration, RoleMap, asked_at_source, backwards
from execution.context import Context
from store.driver import Document
from store.readiness import Asked, to_asked
from store.template_migrations import to_migration

ASKED: Final = {"thresholds": 1, "thresholds_revision": 1, "role_template_id": 1, "migration": 1}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a solution interest asks, the version it follows, and how it came to that."""

    asked: Asked
    template: str
    migration: Migration | None = None
    back: RoleMap | None = None

    def of(self, group: Document) -> Asked | None:
        """What is asked of a group; None where that cannot be said in its roles."""
        if group["role_template_id"] == self.template:
            return self.asked
        if self.migration is None or self.back is None:
            return None
        if (group["role_template_id"], self.template) != (
            self.migration.source,
            self.migration.target,
        ):
            return None
        thresholds = self.asked.thresholds
        roles = asked_at_source(self.migration, self.back, thresholds.roles)
        return replace(self.asked, thresholds=replace(thresholds, roles=roles))


async def wanted(ctx: Context, interests: Iterable[Document]) -> Mapping[str, Wanted]:
    """What each of these stored solution interests asks of its groups.

    It serves what was permitted, and asks for no right of its own.
    """
    return {interest["_id"]: await _wanted(ctx, interest) for interest in interests}


async def _wanted(ctx: Context, interest: Document) -> Wanted:
    asked, template = to_asked(interest), interest["role_template_id"]
    migration = to_migration(interest)
    if migration is None or not asked.revision:
        return Wanted(asked, template)
    old = await ctx.stores.role_templates.template(migration.old)
    return Wanted(asked, template, migration, backwards(old, migration.plan) if old else None)
