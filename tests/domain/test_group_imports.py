from dataclasses import replace

import pytest

from domain.activities import PersonByEmail, PersonById
from domain.fields import Refused
from domain.group_imports import GroupItem, MemberItem, Refusal, checked, fault_of_all
from domain.identifiers import PersonId
from domain.identities import OutsideKey, Reference

ADA = MemberItem(PersonByEmail("ada@example.com"), "Champion")
GROUP = GroupItem(Reference(key=OutsideKey("crm", "1")), "Security", (ADA,))
EMPTY = "is required and cannot be empty"


def test_blanks_around_texts_are_no_part_of_them() -> None:
    given = replace(
        GROUP,
        account=Reference(key=OutsideKey("crm", " 1 ")),
        solution_interest=" Security ",
        members=(MemberItem(PersonByEmail("ada@example.com "), " Champion "),),
    )

    assert checked(given) == GROUP


@pytest.mark.parametrize(
    ("item", "field", "reason"),
    [
        pytest.param(
            replace(GROUP, account=Reference(key=OutsideKey("crm", " "))),
            "account.key.id",
            EMPTY,
            id="an account without an id",
        ),
        pytest.param(
            replace(GROUP, solution_interest=" "), "solutionInterest", EMPTY, id="no interest"
        ),
        pytest.param(replace(GROUP, stage=""), "stage", EMPTY, id="a stage without a name"),
        pytest.param(replace(GROUP, role_template=""), "roleTemplate", EMPTY, id="nor a template"),
        pytest.param(
            replace(GROUP, members=(ADA, MemberItem(PersonByEmail("ada"), "Champion"))),
            "members[1].person.email",
            "is not an e-mail address",
            id="an address that is none",
        ),
        pytest.param(
            replace(GROUP, members=(MemberItem(PersonById(PersonId("per_1")), " "),)),
            "members[0].role",
            EMPTY,
            id="a role without a name",
        ),
        pytest.param(
            replace(GROUP, members=(ADA,) * 51),
            "members",
            "may be at most 50, not 51",
            id="too many members",
        ),
        pytest.param(
            replace(GROUP, reason="x" * 501),
            "reason",
            "is longer than 500 characters",
            id="too long a reason",
        ),
    ],
)
def test_an_item_that_cannot_be_taken_says_where_and_why(
    item: GroupItem, field: str, reason: str
) -> None:
    assert checked(item) == Refusal(field, Refused(field, reason))


def test_all_items_together_name_a_bounded_number_of_members() -> None:
    full = replace(GROUP, members=(ADA,) * 50)

    assert fault_of_all([full] * 100) is None
    assert fault_of_all([full] * 100 + [GROUP]) == Refused(
        "items", "name 5,001 members, more than 5,000 in all"
    )
