from typing import Any

from execution.context import Context
from tests.schema.operations import operate
from tests.worlds import DECIDERS, USERS, a_live_template, some_accounts, some_people


async def lint(ctx: Context, **input: Any) -> Any:
    query = """
      query ($input: LintRoleTemplateInput!) {
        lintRoleTemplate(input: $input) {
          __typename
          ... on UserError { message }
          ... on RoleTemplateLint {
            accounts people isWhole
            findings { code severity role { name } otherRole { name } message }
          }
        }
      }
    """
    return (await operate(ctx, query, input=input))["lintRoleTemplate"]


def role(name: str, contains: str, **more: Any) -> dict[str, Any]:
    condition = {"person": {"jobTitle": {"contains": contains}}}
    return {"role": name, "condition": condition, **more}


async def test_what_is_odd_in_roles_and_in_people_is_told_once(home: Context) -> None:
    accounts = await some_accounts(home, "Acme", "Brink")
    await some_people(home, accounts["Acme"], {"ada": "Chief Engineer", "bo": "Chief"})

    found = await lint(
        home,
        template={
            "roles": [
                role("Decision Maker", "chief"),
                role("Influencer", "chief engineer"),
                role("Practitioner", "engineer"),
                role("Champion", "astronaut"),
            ]
        },
    )

    assert (found["accounts"], found["people"], found["isWhole"]) == (2, 2, True)
    assert found["findings"] == [
        {
            "code": "UNREACHABLE_ROLE",
            "severity": "ERROR",
            "role": {"name": "Influencer"},
            "otherRole": {"name": "Decision Maker"},
            "message": "Whoever matches Influencer matches Decision Maker first: nobody takes it.",
        },
        {
            "code": "ALL_TAKE_EARLIER_ROLES",
            "severity": "WARNING",
            "role": {"name": "Practitioner"},
            "otherRole": {"name": "Decision Maker"},
            "message": "All who match Practitioner take an earlier role, most of them Decision "
            "Maker.",
        },
        {
            "code": "MATCHES_NOBODY",
            "severity": "WARNING",
            "role": {"name": "Champion"},
            "otherRole": None,
            "message": "The rule of Champion holds for nobody who was looked at.",
        },
    ]


async def test_every_finding_about_a_whole_template_has_a_sentence(home: Context) -> None:
    names = [f"Role {number}" for number in range(2)]
    defaults = [
        "Decision Maker",
        "Influencer",
        "Practitioner",
        "Executive Steering Committee",
        "Champion",
        "Other",
    ]
    for name in names:
        await operate(
            home,
            "mutation ($name: String!) { createRole(input: { name: $name }) { __typename } }",
            name=name,
        )
    score = {"person": {"engagementScore": {"atLeast": 50}}}

    none = await lint(home, template={"roles": []})
    single = await lint(
        home, template={"roles": [{"role": "Other", "required": False, "condition": score}]}
    )
    many = await lint(home, template={"roles": [{"role": each} for each in defaults + names]})
    twice = await lint(
        home,
        template={
            "roles": [
                role("Champion", "chief"),
                role("Other", "chief"),
                {"role": "Influencer", "condition": {"any": []}},
            ]
        },
    )

    assert [each["message"] for each in none["findings"]] == [
        "The template has no role: it cannot be published."
    ]
    assert [(each["code"], each["message"]) for each in single["findings"]] == [
        (
            "NO_REQUIRED_ROLE",
            "No role is required for completeness: the template cannot be published.",
        ),
        (
            "SINGLE_ROLE",
            "Other is the only role: a group is complete as soon as it is filled.",
        ),
        (
            "SCORE_IN_OWN_RULE",
            "The rule of Other asks for the engagement score, which changes every day: people come "
            "and go with it, and with them the score of the group.",
        ),
    ]
    assert [(each["code"], each["message"]) for each in many["findings"]] == [
        (
            "NO_RULE",
            "No role has a rule: nobody is put into groups but by hand or by a journey.",
        ),
        (
            "TOO_MANY_REQUIRED_ROLES",
            "8 roles are required; with more than 7 few groups ever become complete.",
        ),
    ]
    assert [(each["code"], each["message"]) for each in twice["findings"]] == [
        (
            "DUPLICATE_RULE",
            "Other has the same rule as Champion, which comes first: nobody takes it.",
        ),
        ("RULE_NEVER_HOLDS", "The rule of Influencer can hold for nobody."),
    ]


async def test_more_required_than_there_are(home: Context) -> None:
    accounts = await some_accounts(home, "Acme")
    await some_people(home, accounts["Acme"], {"ada": "Chief", "bo": "Engineer"})
    template = await a_live_template(home, [DECIDERS, USERS])

    found = await lint(home, template={"roleTemplateId": template})

    assert [(each["code"], each["message"]) for each in found["findings"]] == [
        (
            "REQUIRES_MORE_THAN_MATCH",
            "In 1 of the accounts looked at, more than half of those with anybody to place, the "
            "rules find fewer people for Practitioner than it requires.",
        )
    ]


async def test_a_template_that_cannot_be_looked_at(home: Context) -> None:
    unknown = await lint(home, template={"roleTemplateId": "rt_none"})
    wrong = await lint(home, template={"roles": [{"role": "Sponsor"}]})
    none = await lint(home, template={"roles": []}, accountsAtMost=0)

    assert unknown["message"] == "There is no role template rt_none."
    assert wrong["message"] == "template.roles[0].role: there is no role Sponsor"
    assert none["message"] == "accountsAtMost: must be from 1 to 100,000"
