"""Placements: the people of accounts, and the roles that a template's rules give them."""

from collections.abc import Iterable, Sequence

from domain.attributes import Scope
from domain.identifiers import PersonId, RoleId
from domain.placing import Place, asked_fields
from domain.role_templates import RoleTemplate
from execution.context import Context
from store.driver import Document


async def score_reference(ctx: Context) -> float:
    """The largest raw engagement of a person in the last scoring run; 0 before the first."""
    tenant = await ctx.stores.tenants.own()
    scored = tenant["scoring"] if tenant else None
    return float(scored["reference"]["largest_person_raw"]) if scored else 0.0


async def people_of(
    ctx: Context, accounts: Sequence[str], templates: Iterable[RoleTemplate]
) -> dict[str, list[Document]]:
    """The people directly related to each account, with what these templates' rules ask about."""
    asked = {field for each in templates for field in asked_fields(each, Scope.PERSON)}
    people = await ctx.stores.people.related_to(accounts, asked | {"engagement"})
    related: dict[str, list[Document]] = {account: [] for account in accounts}
    for person in people:
        for account in {relation["account_id"] for relation in person["relations"]}:
            if account in related:
                related[account].append(person)
    return related


def of_account(
    place: Place, account: Document, people: Sequence[Document]
) -> dict[PersonId, RoleId | None]:
    """For each person of the account the first role whose rule holds, or None."""
    return {PersonId(person["_id"]): place(account, person) for person in people}
