from typing import Any

import pytest

from domain.identifiers import PersonId
from domain.membership import Method
from execution.context import Context
from resolvers.membership import Assignment, assign_members
from tests.schema.operations import mutate, operate
from tests.worlds import (
    DECIDERS,
    FRIENDS,
    USERS,
    a_buying_group,
    a_live_template,
    an_interest,
    some_accounts,
    some_people,
)

SHIFTS = (
    "people examples { person { firstName } before { name } after { name } decidedBy "
    "buyingGroup { name } }"
)
SELECTION = f"""
  __typename
  ... on UserError {{ message }}
  ... on InvalidInput {{ field reason }}
  ... on RoleTemplatePreview {{
    accounts people placed isWhole
    roles {{
      role {{ name }} hasRule people matching matchesNobody isShadowed
      takenEarlier {{ role {{ name }} people }}
      examples {{ person {{ firstName }} account {{ name }} }}
    }}
    changes {{
      groups groupsChanged
      joining {{ {SHIFTS} }} leaving {{ {SHIFTS} }} moving {{ {SHIFTS} }} staying {{ {SHIFTS} }}
    }}
  }}
"""


async def preview(ctx: Context, **input: Any) -> Any:
    query = (
        "query ($input: PreviewRoleTemplateInput!) "
        f"{{ previewRoleTemplate(input: $input) {{ {SELECTION} }} }}"
    )
    return (await operate(ctx, query, input=input))["previewRoleTemplate"]


def role(name: str, contains: str | None = None) -> dict[str, Any]:
    if contains is None:
        return {"role": name}
    return {"role": name, "condition": {"person": {"jobTitle": {"contains": contains}}}}


async def two_accounts(ctx: Context) -> dict[str, str]:
    accounts = await some_accounts(ctx, "Acme", "Brink")
    await some_people(
        ctx, accounts["Acme"], {"ada": "Chief Engineer", "bo": "Engineer", "cy": "Clerk"}
    )
    await some_people(ctx, accounts["Brink"], {"di": "Chief"})
    return accounts


async def test_who_would_take_which_role_in_listed_accounts(home: Context) -> None:
    accounts = await two_accounts(home)
    template = await a_live_template(home, [DECIDERS, USERS, FRIENDS])

    found = await preview(
        home,
        template={"roleTemplateId": template},
        accounts={"accountIds": sorted(accounts.values())},
    )
    for each in found["roles"]:
        each["examples"].sort(key=lambda example: example["person"]["firstName"])

    assert found == {
        "__typename": "RoleTemplatePreview",
        "accounts": 2,
        "people": 4,
        "placed": 3,
        "isWhole": True,
        "roles": [
            {
                "role": {"name": "Decision Maker"},
                "hasRule": True,
                "people": 2,
                "matching": 2,
                "matchesNobody": False,
                "isShadowed": False,
                "takenEarlier": [],
                "examples": [
                    {"person": {"firstName": "ada"}, "account": {"name": "Acme"}},
                    {"person": {"firstName": "di"}, "account": {"name": "Brink"}},
                ],
            },
            {
                "role": {"name": "Practitioner"},
                "hasRule": True,
                "people": 1,
                "matching": 2,
                "matchesNobody": False,
                "isShadowed": False,
                "takenEarlier": [{"role": {"name": "Decision Maker"}, "people": 1}],
                "examples": [{"person": {"firstName": "bo"}, "account": {"name": "Acme"}}],
            },
            {
                "role": {"name": "Champion"},
                "hasRule": False,
                "people": 0,
                "matching": 0,
                "matchesNobody": False,
                "isShadowed": False,
                "takenEarlier": [],
                "examples": [],
            },
        ],
        "changes": None,
    }


async def test_rules_that_are_tried_before_they_are_saved(home: Context) -> None:
    await two_accounts(home)
    audience = await mutate(
        home,
        "createAccountAudience",
        "... on CreateAccountAudienceSuccess { accountAudience { id } }",
        name="All",
        condition={"all": []},
    )

    found = await preview(
        home,
        template={
            "roles": [
                role("Influencer", "engineer"),
                role("Decision Maker", "chief engineer"),
                role("Champion", "astronaut"),
            ]
        },
        accounts={"accountAudienceId": audience["accountAudience"]["id"]},
    )

    flags = [(each["matchesNobody"], each["isShadowed"]) for each in found["roles"]]
    assert flags == [(False, False), (False, True), (True, False)]
    assert found["roles"][1]["takenEarlier"] == [{"role": {"name": "Influencer"}, "people": 1}]
    assert await home.stores.role_templates.count() == 0


async def test_what_a_template_would_change_in_the_groups_of_an_interest(home: Context) -> None:
    accounts = await two_accounts(home)
    interest = await an_interest(home, [DECIDERS, USERS, FRIENDS])
    acme = await a_buying_group(home, accounts["Acme"], interest)
    await a_buying_group(home, accounts["Brink"], interest)
    stored = {each["first_name"]: each["_id"] for each in await home.stores.people.all()}
    by_hand = [Assignment(PersonId(stored["bo"]), "Champion")]
    await assign_members(home, acme, by_hand, Method.MANUAL)
    before = await home.stores.groups.all()

    found = await preview(
        home,
        template={"roles": [role("Practitioner", "chief engineer"), role("Champion", "clerk")]},
        accounts={"solutionInterestId": interest},
    )

    changes = found["changes"]
    assert (found["accounts"], changes["groups"], changes["groupsChanged"]) == (2, 2, 2)
    assert changes["joining"] == {
        "people": 1,
        "examples": [
            {
                "person": {"firstName": "cy"},
                "before": None,
                "after": {"name": "Champion"},
                "decidedBy": None,
                "buyingGroup": {"name": "Security for Acme"},
            }
        ],
    }
    assert changes["moving"] == {
        "people": 1,
        "examples": [
            {
                "person": {"firstName": "ada"},
                "before": {"name": "Decision Maker"},
                "after": {"name": "Practitioner"},
                "decidedBy": None,
                "buyingGroup": {"name": "Security for Acme"},
            }
        ],
    }
    assert changes["leaving"]["people"] == 1
    assert changes["leaving"]["examples"][0]["person"] == {"firstName": "di"}
    assert changes["staying"]["people"] == 1
    assert changes["staying"]["examples"][0]["decidedBy"] == "MANUAL"
    assert await home.stores.groups.all() == before


async def test_a_preview_says_when_it_has_not_seen_all(home: Context) -> None:
    accounts = await two_accounts(home)
    asked = {
        "template": {"roles": [role("Champion", "chief")]},
        "accounts": {"accountIds": sorted(accounts.values())},
    }

    one = await preview(home, **asked, accountsAtMost=1)
    both = await preview(home, **asked, accountsAtMost=2)

    assert (one["accounts"], one["placed"], one["isWhole"]) == (1, 1, False)
    assert (both["accounts"], both["placed"], both["isWhole"]) == (2, 2, True)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param(
            {"template": {"roleTemplateId": "rt_none"}},
            "There is no role template rt_none.",
            id="an unknown template",
        ),
        pytest.param(
            {"accounts": {"accountAudienceId": "aud_none"}},
            "There is no account audience aud_none.",
            id="an unknown audience",
        ),
        pytest.param(
            {"comparedWith": "si_none"},
            "There is no solution interest si_none.",
            id="an unknown solution interest",
        ),
        pytest.param(
            {"accounts": {"accountIds": ["acc_none"]}},
            "accounts.accountIds[0]: there is no account acc_none",
            id="an unknown account",
        ),
        pytest.param(
            {"accounts": {"accountIds": ["acc_none"] * 1_001}},
            "accounts.accountIds: at most 1,000 accounts, not 1,001",
            id="too many accounts",
        ),
        pytest.param(
            {"template": {"roles": [{"role": "Sponsor"}]}},
            "template.roles[0].role: there is no role Sponsor",
            id="an unknown role",
        ),
        pytest.param(
            {"accountsAtMost": 0}, "accountsAtMost: must be from 1 to 100,000", id="no account"
        ),
    ],
)
async def test_a_preview_that_is_refused(
    home: Context, changed: dict[str, Any], message: str
) -> None:
    asked: dict[str, Any] = {
        "template": {"roles": [role("Champion", "chief")]},
        "accounts": {"accountIds": []},
    }

    refused = await preview(home, **{**asked, **changed})

    assert refused["message"] == message


async def test_rules_that_ask_for_a_persona_are_tried(home: Context) -> None:
    accounts = await two_accounts(home)
    await mutate(home, "createPersona", "", name="Makers", jobTitles=["Engineer", "Clerk"])
    rule = {"person": {"persona": {"is": "makers"}}}

    tried = await preview(
        home,
        template={"roles": [{"role": "Champion", "condition": rule}]},
        accounts={"accountIds": list(accounts.values())},
    )

    assert (tried["people"], tried["placed"]) == (4, 2)
