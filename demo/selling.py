"""What the demo sells, to whom, and who decides about it there: templates, interests, audiences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.attributes import attribute
from domain.conditions import ALWAYS, AllOf, AnyOf, AttributeTest, Condition, Operand
from domain.operators import Operator
from domain.readiness import Thresholds
from domain.role_templates import Weighting
from resolvers.role_templates import RoleEntry

SECURITY_SUITE: Final = "Security Suite"
BUG_TRACKING: Final = "Bug Tracking"
USAGE_ANALYTICS: Final = "Usage Analytics"
GTK_OWNERS: Final = "GTK 500 owners, revenue over 1 M"
SURE_ENOUGH: Final = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """A solution interest with the template that is made for it."""

    name: str
    description: str
    products: Sequence[str]
    template: str
    template_description: str
    roles: Sequence[RoleEntry]
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Audience:
    """A rule over accounts."""

    name: str
    description: str
    condition: Condition


def asks(
    key: str, operator: Operator, operand: Operand = None, *, field: str | None = None
) -> AttributeTest:
    """The test of an attribute of the catalogue, or of a custom field."""
    found = attribute(key)
    if found is None:
        raise ValueError(f"there is no attribute {key}")
    return AttributeTest(found.of_field(field) if field else found, operator, operand)


def title_is(*titles: str) -> AttributeTest:
    """The job title is one of these."""
    return asks("person.job_title", Operator.IS_ANY_OF, titles)


def title_has(*parts: str) -> Condition:
    """The job title contains one of these."""
    return AnyOf(tuple(asks("person.job_title", Operator.CONTAINS, part) for part in parts))


IS_EMPLOYEE: Final = asks("relation", Operator.IS, "employee")
IS_CONTRACTOR: Final = asks("relation", Operator.IS, "contractor")
IS_ENGAGED: Final = AllOf(
    (IS_EMPLOYEE, asks("person.engagement_score", Operator.AT_LEAST, SURE_ENOUGH))
)

OFFERS: Final = (
    Offer(
        SECURITY_SUITE,
        "Protects the accounts and devices of a whole company; bought once, by the head office.",
        ("GTX Plus Pro",),
        "Security committee",
        "Whoever answers for information decides; legal and the board have to agree.",
        (
            RoleEntry(
                "Decision Maker",
                Weighting.VITAL,
                condition=AllOf(
                    (
                        title_is(
                            "Chief Information Officer", "CIO", "Chief Security Officer", "CSO"
                        ),
                        IS_EMPLOYEE,
                    )
                ),
            ),
            RoleEntry(
                "Executive Steering Committee",
                Weighting.IMPORTANT,
                condition=AllOf(
                    (
                        title_is(
                            "Chief Executive Officer",
                            "Chief Financial Officer",
                            "Chief Operating Officer",
                        ),
                        IS_EMPLOYEE,
                    )
                ),
            ),
            RoleEntry(
                "Influencer",
                Weighting.NORMAL,
                condition=asks("person.custom", Operator.IS, "Legal", field="department"),
            ),
            RoleEntry("Champion", Weighting.IMPORTANT, is_required=False),
            RoleEntry(
                "Practitioner",
                Weighting.MINOR,
                members_required=2,
                condition=AllOf(
                    (
                        title_has("Security"),
                        asks("person.unsubscribed", Operator.IS, False),
                    )
                ),
            ),
            RoleEntry("Other", Weighting.TRIVIAL, is_required=False),
        ),
        Thresholds(completeness=75, engagement=40),
    ),
    Offer(
        BUG_TRACKING,
        "Finds, reports and follows defects in software; for every company that writes any.",
        ("MG Advanced",),
        "Engineering buyers",
        "Engineering and IT decide together; those who will work with it are heard.",
        (
            RoleEntry(
                "Decision Maker",
                Weighting.VITAL,
                members_required=2,
                condition=title_is("VP Engineering", "IT Director"),
            ),
            RoleEntry(
                "Champion",
                Weighting.IMPORTANT,
                condition=asks("relation_role", Operator.IS, "owner"),
            ),
            RoleEntry(
                "Influencer",
                Weighting.NORMAL,
                condition=AnyOf(
                    (
                        title_has("Architect"),
                        AllOf(
                            (
                                title_has("Product Manager"),
                                asks(
                                    "account.products",
                                    Operator.IS_ANY_OF,
                                    ("GTX Pro", "GTX Plus Pro"),
                                ),
                            )
                        ),
                    )
                ),
            ),
            RoleEntry(
                "Practitioner",
                Weighting.NORMAL,
                members_required=3,
                condition=AllOf((title_has("Software Engineer", "QA Engineer"), IS_EMPLOYEE)),
            ),
            RoleEntry(
                "Other",
                Weighting.TRIVIAL,
                is_required=False,
                condition=AllOf((IS_CONTRACTOR, title_has("Software", "QA"))),
            ),
        ),
        Thresholds(completeness=80),
    ),
    Offer(
        USAGE_ANALYTICS,
        "Shows a division what its machines do all day; bought by the division itself.",
        ("MG Special",),
        "Division team",
        "The head of the division decides, with the people who run it.",
        (
            RoleEntry(
                "Decision Maker",
                Weighting.VITAL,
                condition=title_is("General Manager", "Division Director"),
            ),
            RoleEntry("Influencer", Weighting.IMPORTANT, condition=title_is("Operations Manager")),
            RoleEntry(
                "Practitioner",
                Weighting.NORMAL,
                members_required=2,
                condition=title_is("Business Analyst", "Data Analyst"),
            ),
            RoleEntry("Champion", Weighting.MINOR, is_required=False, condition=IS_ENGAGED),
            RoleEntry(
                "Executive Steering Committee",
                Weighting.TRIVIAL,
                is_required=False,
                condition=AllOf(
                    (
                        asks("relation", Operator.IS, "other"),
                        asks("relation_role", Operator.IS, "board member"),
                    )
                ),
            ),
        ),
        Thresholds(completeness=75),
    ),
)

PERSONAS: Final[Mapping[str, Sequence[str]]] = {
    "Software engineers": (
        "Software Engineer",
        "Senior Software Engineer",
        "Staff Software Engineer",
        "Software Architect",
    ),
    "Product management": ("Product Manager", "Senior Product Manager"),
}
"""The demo's own names for people who hold one of several job titles."""

AUDIENCES: Final = (
    Audience(
        "Head offices",
        "Accounts without a parent.",
        asks("account.is_top_level", Operator.IS, True),
    ),
    Audience(
        "Divisions",
        "Accounts that belong to another.",
        asks("account.parent", Operator.IS_NOT_EMPTY),
    ),
    Audience("Everyone", "All accounts.", ALWAYS),
    Audience(
        GTK_OWNERS,
        "Accounts with a won opportunity for the GTK 500 and more than a million of revenue.",
        AllOf(
            (
                asks("account.products", Operator.IS, "GTK 500"),
                asks("account.annual_revenue", Operator.GREATER_THAN, 1_000_000),
            )
        ),
    ),
)

CAMPAIGNS: Final = (
    (SECURITY_SUITE, "Head offices"),
    (USAGE_ANALYTICS, "Divisions"),
    (USAGE_ANALYTICS, GTK_OWNERS),
    (BUG_TRACKING, "Everyone"),
)
"""Which solution interest groups are made for, in which audience."""
