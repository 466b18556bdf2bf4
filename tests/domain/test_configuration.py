from typing import Any

import pytest

from domain.configuration import VERSION, read, renamed
from domain.configuration_shapes import Fault

TITLE = {"test": {"attribute": "person.job_title", "operator": "is", "value": "CEO"}}


def faults_of(**sections: Any) -> dict[str, str]:
    found = read({"quorum_configuration": VERSION, **sections})
    assert isinstance(found, tuple)
    return {fault.path: fault.reason for fault in found}


def test_what_is_left_out_is_what_stands_for_it() -> None:
    found = read(
        {"quorum_configuration": 1, "role_templates": [{"name": "A", "roles": [{"role": "B"}]}]}
    )

    assert isinstance(found, dict)
    assert found["roles"] == []
    role = {
        "role": "B",
        "weighting": "normal",
        "required": True,
        "members_required": 1,
        "condition": None,
    }
    assert found["role_templates"] == [
        {"name": "A", "description": None, "status": "live", "roles": [role]}
    ]


@pytest.mark.parametrize(
    ("document", "path", "reason"),
    [
        pytest.param([], "", "must be a mapping", id="no mapping"),
        pytest.param({}, "quorum_configuration", "is required", id="without a version"),
        pytest.param(
            {"quorum_configuration": 2},
            "quorum_configuration",
            "must be 1, the version that this Quorum reads",
            id="of another version",
        ),
    ],
)
def test_what_is_no_configuration_is_told(document: object, path: str, reason: str) -> None:
    found = read(document)

    assert isinstance(found, tuple)
    assert Fault(path, reason) in found


def test_every_part_that_cannot_be_read_is_told_with_its_path() -> None:
    role = {"role": " ", "weighting": "huge", "required": "yes", "members_required": True}

    found = faults_of(
        roles=[{"name": "A"}, {"name": "Ａ"}, "B"],
        role_templates=[{"name": 1, "roles": [role, {"role": "X", "condition": {"al": []}}]}],
        personas=[{"name": "P", "attributes": [{"attribute": "person.x", "values": []}, {}]}],
        account_audiences=[{"name": "Q", "condition": {"any": [{}]}, "accounts": "all"}],
        teams=[],
    )

    assert set(found) == {
        "teams",
        "roles[2]",
        "role_templates[0].name",
        "role_templates[0].roles[0].role",
        "role_templates[0].roles[0].weighting",
        "role_templates[0].roles[0].required",
        "role_templates[0].roles[0].members_required",
        "role_templates[0].roles[1].condition",
        "personas[0].attributes[0].attribute",
        "personas[0].attributes[1].values",
        "account_audiences[0].condition.any[0]",
        "account_audiences[0].accounts",
    }


def test_a_description_may_be_blank_as_one_that_is_written_by_hand() -> None:
    found = read({"quorum_configuration": VERSION, "roles": [{"name": "A", "description": " "}]})

    assert isinstance(found, dict)
    assert found["roles"] == [{"name": "A", "description": " ", "aliases": []}]
    assert faults_of(roles=[{"name": "A", "description": 1}]) == {
        "roles[0].description": "must be a text"
    }


def test_a_name_stands_once_however_it_is_written() -> None:
    assert faults_of(roles=[{"name": "Straße"}, {"name": " STRASSE"}]) == {
        "roles[1].name": "is the name of roles[0] already"
    }


def test_what_a_condition_names_is_renamed_wherever_it_stands() -> None:
    persona = {"attribute": "person.persona", "operator": "is_any_of", "value": ["a", "b"]}
    groups = {
        "solution_interest": "s",
        "stages": ["New"],
        "people_in_role": [{"role": "r", "at_least": 1}],
    }
    condition = {
        "all": [
            {"not": {"test": persona}},
            {"any": [TITLE, {"has_interest_signal": {"solution_interest": "s"}}]},
            {"has_matched_buying_group": groups},
            {"performed_activity": {"type": "Click"}},
        ]
    }

    assert renamed(condition, lambda section, name: f"{section}/{name}") == {
        "all": [
            {"not": {"test": {**persona, "value": ["personas/a", "personas/b"]}}},
            {
                "any": [
                    TITLE,
                    {"has_interest_signal": {"solution_interest": "solution_interests/s"}},
                ]
            },
            {
                "has_matched_buying_group": {
                    "solution_interest": "solution_interests/s",
                    "stages": ["stages/New"],
                    "people_in_role": [{"role": "roles/r", "at_least": 1}],
                }
            },
            {"performed_activity": {"type": "Click"}},
        ]
    }
