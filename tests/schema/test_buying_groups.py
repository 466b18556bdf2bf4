"""Reading buying groups: what they show, and what that costs."""

from tests.schema.api import Api
from tests.stored import a_person, a_stored_group


async def test_members_of_many_groups_cost_one_command_per_level(api: Api) -> None:
    await api.has(
        a_person("per_ada", "Ada"),
        a_person("per_bo", "Bo"),
        a_stored_group("bg_1", "One", {"per_ada": "role_dm"}),
        a_stored_group("bg_2", "Two", {"per_bo": "role_dm"}),
    )

    answer = await api(
        "{ buyingGroups(first: 2) { nodes { members { nodes { person { name } } } } } }"
    )

    assert answer["buyingGroups"]["nodes"] == [
        {"members": {"nodes": [{"person": {"name": "Ada"}}]}},
        {"members": {"nodes": [{"person": {"name": "Bo"}}]}},
    ]
    assert api.commands == ["find buying_groups", "find people"]
