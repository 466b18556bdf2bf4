"""Who is in several groups, and what cannot be asked."""

import pytest

from tests.schema.api import Api
from tests.stored import a_person, a_stored_group, an_account, an_interest

OVERLAP = """
query ($filter: BuyingGroupFilter, $groups: Int! = 2, $first: Int! = 25) {
  contactOverlap(filter: $filter, groups: $groups, first: $first) {
    people overlapping most { person { firstName } groups }
  }
}
"""


async def test_people_in_several_groups_are_counted_and_shown(api: Api) -> None:
    members = {"bg_1": ["per_1", "per_2"], "bg_2": ["per_2", "per_3"], "bg_3": ["per_2", "per_3"]}
    await api.has(
        an_account("acc_1", "Acme"),
        an_interest("si_1", "Security"),
        an_interest("si_2", "Storage"),
        *(a_person(f"per_{n}", name) for n, name in enumerate(("Ada", "Bo", "Cy"), start=1)),
        *(
            a_stored_group(
                id,
                id,
                account_id="acc_1",
                solution_interest_id="si_2" if id == "bg_3" else "si_1",
                member_ids=people,
            )
            for id, people in members.items()
        ),
    )

    everywhere = (await api(OVERLAP))["contactOverlap"]
    of_one = (await api(OVERLAP, filter={"solutionInterests": ["si_1"]}))["contactOverlap"]
    the_first = (await api(OVERLAP, groups=3, first=1))["contactOverlap"]

    bo, cy = {"firstName": "Bo"}, {"firstName": "Cy"}
    assert everywhere == {
        "people": 3,
        "overlapping": 2,
        "most": [{"person": bo, "groups": 3}, {"person": cy, "groups": 2}],
    }
    assert of_one == {"people": 3, "overlapping": 1, "most": [{"person": bo, "groups": 2}]}
    assert the_first == {"people": 3, "overlapping": 1, "most": [{"person": bo, "groups": 3}]}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param({"groups": 1}, "groups must be 2 or more, not 1.", id="no overlap at all"),
        pytest.param({"first": 101}, "first must be 1 to 100, not 101.", id="too many people"),
        pytest.param(
            {"filter": {"statuses": ["x" * 1001]}},
            "filter.statuses[0] has at most 1,000 characters.",
            id="a text that is too long",
        ),
    ],
)
async def test_what_nobody_may_ask(api: Api, asked: dict[str, object], message: str) -> None:
    (error,) = await api.errors(OVERLAP, **asked)

    assert error["message"] == message
