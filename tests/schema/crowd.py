"""A crowd: a tenant with many rows of everything that grows, of which few fit a selective filter.

One row in a hundred is of the wide kind, whose filters fit many rows; of each other kind there
are about five.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from domain.activity_types import Exclusion
from domain.identifiers import TenantId
from execution.lists import Listed
from schema.accounts import Account
from schema.activities import Activity
from schema.buying_groups import BuyingGroup
from schema.conditions import RelationKind
from schema.events import Event, EventType
from schema.group_filters import MissingRolesFilter, RoleCountFilter, StageFilter
from schema.hand_offs import HandOffFilter
from schema.opportunities import Opportunity
from schema.ordering import CountRange, FigureRange
from schema.people import Person, PersonasAsked
from tests.stored import (
    NOON,
    Stored,
    a_person,
    a_persona,
    a_role,
    a_scored_tenant,
    a_stored_group,
    an_account,
    an_activity,
    an_entry,
    an_opportunity,
)

COLLECTIONS = ("accounts", "people", "opportunities", "activities", "events", "buying_groups")

Questions = dict[type[Listed], dict[str, object]]

# Half of all rows may fit these, and a condition may ask about anything.
NOT_SELECTIVE = {
    (Account, "is_top_level"),
    (Account, "condition"),
    (BuyingGroup, "is_ready"),
    (Opportunity, "is_open"),
    (Opportunity, "is_won"),
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many rows of everything in one tenant."""

    tenant: TenantId
    size: int

    @property
    def kinds(self) -> int:
        return self.size // 5

    @property
    def rare(self) -> int:
        """The kind that differs in more than its number, with which no other number begins."""
        return self.kinds - 1

    def kind(self, n: int) -> str:
        """The kind of the n-th row."""
        return "wide" if n % 100 == 50 else str(n % self.kinds)

    def selective(self) -> Questions:
        """Filters that few rows fit, by the type that is listed and the name of the filter."""
        rare = self.rare
        late = NOON + timedelta(minutes=self.size - 5)
        return {
            Account: {
                "search": f"name{rare}",
                "industry": [f"Industry {rare}"],
                "country": [f"Country {rare}"],
                "region": [f"Region {rare}"],
                "products": [f"Product {rare}"],
                "parents": [f"acc_of_{rare}"],
                "ancestors": [f"acc_over_{rare}"],
                "audiences": [f"aud_{rare}"],
            },
            Person: {
                "search": f"name{rare}",
                "email": [f"name{rare}@example.com"],
                "job_title": [f"Title {rare}"],
                "accounts": [f"acc_of_{rare}"],
                "relations": [RelationKind.CONTRACTOR],
                "personas": PersonasAsked(any_of=["Rare"]),
            },
            Opportunity: {
                "search": f"name{rare}",
                "accounts": [f"acc_of_{rare}"],
                "products": [f"Product {rare}"],
                "stages": [f"Stage {rare}"],
            },
            Activity: {
                "people": [f"per_{rare}"],
                "types": [f"Type {rare}"],
                "sources": [f"Source {rare}"],
                "since": late,
                "before": NOON + timedelta(minutes=5),
                "is_matched": False,
                "excluded_as": [Exclusion.SELF],
            },
            Event: {
                "after_position": self.size - 5,
                "types": [EventType.JOB_CREATED],
                "buying_groups": [f"bg_{rare}"],
                "people": [f"per_{rare}"],
                "subjects": [f"x_{rare}"],
                "since": late,
            },
            BuyingGroup: {
                "search": f"name{rare}",
                "solution_interests": [f"si_{rare}"],
                "accounts": [f"acc_of_{rare}"],
                "industries": ["Rare trade"],
                "regions": ["Rare region"],
                "role_templates": [f"rt_{rare}"],
                "statuses": [f"Status {rare}"],
                "completeness": FigureRange(greater_than=50.0),
                "engagement": FigureRange(at_least=99.9),
                "missing_roles": MissingRolesFilter(any_of=["role_rare"]),
                "people_in_role": [RoleCountFilter(role="role_dm", at_least=2)],
                "member_count": CountRange(at_least=2),
                "members": [f"per_{rare}"],
                "removed_people": [f"per_out_{rare}"],
                "stage": StageFilter(any_of=[f"stg_{rare}", f"Stage {rare}"]),
                "is_stagnant": True,
                "hand_off": HandOffFilter(owners=[f"owner {rare}"]),
                "created_since": late,
                "updated_since": late,
            },
        }

    def wide(self) -> Questions:
        """Filters that one row in a hundred fits."""
        return {
            Account: {
                "industry": ["Industry wide"],
                "country": ["Country wide"],
                "region": ["Region wide"],
                "parents": ["acc_of_wide"],
                "audiences": ["aud_wide"],
            },
            Person: {"job_title": ["Title wide"], "accounts": ["acc_of_wide"]},
            Opportunity: {
                "accounts": ["acc_of_wide"],
                "products": ["Product wide"],
                "stages": ["Stage wide"],
            },
            Activity: {"people": ["per_wide"], "types": ["Type wide"], "sources": ["Source wide"]},
            Event: {
                "types": [EventType.JOB_FINISHED],
                "buying_groups": ["bg_wide"],
                "people": ["per_wide"],
                "subjects": ["x_wide"],
            },
            BuyingGroup: {"solution_interests": ["si_wide"]},
        }

    def rows(self, n: int) -> Iterator[Stored]:
        """The n-th row of every growing collection."""
        for collection in COLLECTIONS:
            yield self.row(collection, n)

    def row(self, collection: str, n: int) -> Stored:
        """The n-th row of one collection."""
        id, kind, at = f"{self.tenant}_{n:07}", self.kind(n), NOON + timedelta(minutes=n)
        is_rare = kind == str(self.rare)
        name, account, person = f"Name{kind} {n:07}", f"acc_of_{kind}", f"per_{kind}"
        match collection:
            case "accounts":
                return an_account(
                    id,
                    name,
                    industry=f"Industry {kind}",
                    address={"country": f"Country {kind}", "region": f"Region {kind}"},
                    products=[f"Product {kind}"],
                    parent_id=account,
                    ancestor_ids=[f"acc_over_{kind}", account],
                    audiences=[{"audience_id": f"aud_{kind}", "joined_at": at}],
                    level=1 + n % 2,
                )
            case "people":
                relation = "contractor" if is_rare else "employee"
                return a_person(
                    id,
                    f"Name{kind}",
                    job_title=f"Title {kind}",
                    relations=[{"account_id": account, "relation": relation, "roles": []}],
                )
            case "opportunities":
                return an_opportunity(
                    id,
                    name,
                    account_id=account,
                    folded={"product": f"product {kind}", "stage": f"stage {kind}"},
                    updated_at=at,
                )
            case "activities":
                is_matched = kind != str(self.rare - 1)
                return an_activity(
                    id,
                    f"Type {kind}",
                    source=f"Source {kind}",
                    person_id=person if is_matched else None,
                    at=at,
                    **({"excluded_as": "self"} if is_rare else {}),
                )
            case "events":
                types = {str(self.rare): "JOB_CREATED", "wide": "JOB_FINISHED"}
                return collection, {
                    "_id": id,
                    "position": n + 1,
                    "type": types.get(kind, "PERSON_UPDATED"),
                    "buying_group_id": f"bg_{kind}",
                    "person_id": person,
                    "subject_id": f"x_{kind}",
                    "at": at,
                }
            case "buying_groups":
                deciders = {person: "role_dm", f"{person}b": "role_dm"}
                members = deciders if is_rare else {person: "role_x"}
                rare_roles = [an_entry("role_rare")] if is_rare else []
                return a_stored_group(
                    id,
                    name,
                    {**members, f"per_out_{kind}": None},
                    [an_entry("role_dm"), *rare_roles],
                    account_id=account,
                    solution_interest_id=f"si_{kind}",
                    role_template_id=f"rt_{kind}",
                    folded={
                        "name": name.lower(),
                        "status": f"status {kind}",
                        "stage": f"stage {kind}",
                    },
                    completeness={"exact": 100.0 if is_rare else float(n % 50)},
                    stage={
                        "stage_id": f"stg_{kind}",
                        "since": NOON - timedelta(days=60 if is_rare else n % 60),
                    },
                    engagement={"raw": 100.0 if is_rare else n / self.size},
                    hand_off={"state": "handed_over", "owner": f"owner {kind}"},
                    created_at=at,
                    updated_at=at,
                )
            case _:
                raise ValueError(collection)

    def one_of_a_kind(self) -> Iterator[Stored]:
        """What the rows refer to and of which there are few."""
        yield a_role("role_dm")
        yield a_role("role_rare", "Rare")
        trade: dict[str, object] = {
            "industry": "Rare trade",
            "address": {"city": None, "region": "Rare region"},
        }
        yield an_account(f"acc_of_{self.rare}", "Rare", **trade)
        yield a_persona("persona_rare", "Rare", f"Title {self.rare}")
        yield a_scored_tenant(self.tenant, 100.0, 1)
