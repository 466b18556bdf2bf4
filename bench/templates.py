"""What templates cost: previews over many people, changed requirements, and migrations.

    python -m bench.templates [--accounts 10000] [--people 100000] [--small]

The tenant is filled as for `bench.creation`, and its groups are made by a job. Previews are asked
for as clients do; one that had not seen everything in its time says so.
"""

import argparse
import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bench.creation import fill, required, worked_off
from bench.figures import show
from bench.ground import ground
from domain.conditions import ALWAYS, AllOf, Not
from domain.role_templates import RoleTemplate, Weighting
from execution.context import Context
from resolvers import audiences, jobs, scoring, template_linting, template_migrations
from resolvers.audiences import AudienceAccounts
from resolvers.role_templates import RoleEntry
from resolvers.template_linting import Linted
from resolvers.template_migrations import Asked, Migrating
from resolvers.template_previews import Over, TemplatePreview, preview_role_template, template_of
from server.commands_import import collect_less_often
from tests.worlds import DECIDERS, INFLUENCERS, a_next_version, an_interest, titled

ALL: Final = 100_000
TRIED: Final = (
    DECIDERS,
    RoleEntry("Influencer", Weighting.IMPORTANT, True, 1, titled("clerk")),
    RoleEntry("Champion", Weighting.MINOR, False, 1, titled("chief engineer")),
    RoleEntry(
        "Practitioner",
        Weighting.NORMAL,
        True,
        2,
        AllOf((titled("engineer"), Not(titled("chief")))),
    ),
)


@contextmanager
def measured(what: str, count: int, of: str) -> Iterator[None]:
    """Print how long the block took, and how many of something went through it a second."""
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    show(what, seconds, "s", f"{count:,} {of}, {count / seconds:,.0f}/s")


async def run(accounts: int, people: int) -> None:
    """Measure on so many accounts and people."""
    async with ground() as where:
        ctx = where.ctx
        await fill(ctx, accounts, people)
        await scoring.run_scoring(ctx)
        everybody = await audiences.create_account_audience(
            ctx, "Everybody", None, AudienceAccounts(ALWAYS)
        )
        assert isinstance(everybody, str)
        interest = await an_interest(ctx)
        await worked_off(ctx, await jobs.start_creation_job(ctx, interest, everybody))
        await previews(ctx, everybody, interest, people)
        await changes(ctx, interest, accounts)


async def previews(ctx: Context, audience: str, interest: str, people: int) -> None:
    """Print what it takes to look at a template without storing anything."""
    template = await template_of(ctx, None, TRIED)
    assert isinstance(template, RoleTemplate)
    with measured("a template over an audience", people, "people"):
        whole(await preview_role_template(ctx, template, Over(audience=audience), None, ALL))
    with measured("the same, against the groups there are", people, "people"):
        whole(await preview_role_template(ctx, template, Over(interest=interest), None, ALL))
    with measured("what is probably not meant in it", people, "people"):
        linted = await template_linting.lint_role_template(ctx, template, ALL)
    assert isinstance(linted, Linted)


def whole(preview: object) -> None:
    """Say so if a preview had not seen everything."""
    assert isinstance(preview, TemplatePreview)
    if not preview.is_whole:
        show("    not all was looked at, but", preview.tally.people, "people")


async def changes(ctx: Context, interest: str, groups: int) -> None:
    """Print what it takes until all groups follow a change of their template."""
    document = await ctx.stores.solution_interests.one(interest)
    assert document is not None
    template = document["role_template_id"]
    with measured("a changed requirement", groups, "groups"):
        await required(ctx, template, 7)
    version = await a_next_version(ctx, template, [DECIDERS, INFLUENCERS])
    asked = Asked(interest, version, (("Practitioner", "Influencer"), ("Champion", None)))
    with measured("a migration is previewed", groups, "groups"):
        await template_migrations.preview_template_migration(ctx, asked)
    with measured("a migration to another version", groups, "groups"):
        begun = await template_migrations.start_template_migration(ctx, asked)
        assert isinstance(begun, Migrating)
        await worked_off(ctx, begun.job)
    with measured("the migration is undone", groups, "groups"):
        undone = await template_migrations.undo_template_migration(ctx, interest)
        assert isinstance(undone, Migrating)
        await worked_off(ctx, undone.job)


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--accounts", type=int, default=10_000)
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--small", action="store_true")
    given = arguments.parse_args()
    collect_less_often()
    asyncio.run(run(6, 30) if given.small else run(given.accounts, given.people))


if __name__ == "__main__":
    main()
