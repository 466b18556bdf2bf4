from typing import Any

import pytest

from execution.context import Context
from jobs.kinds import run_open_jobs
from tests.schema.api import Api
from tests.schema.operations import mutate, operate
from tests.schema.test_deleting import is_there, last_event
from tests.stored import a_person, a_persona, an_account
from tests.worlds import some_accounts, some_people

SHOWN = "persona { id name description jobTitles attributes { attribute values } version }"
REFUSED = "... on InvalidInput { field reason } ... on NameTaken { name ownerId }"


async def made(ctx: Context, name: str = "IT chiefs", /, **input: Any) -> Any:
    selection = f"... on CreatePersonaSuccess {{ {SHOWN} }} {REFUSED}"
    return await mutate(ctx, "createPersona", selection, name=name, **input)


async def a_chief(ctx: Context, name: str = "IT chiefs", *titles: str) -> str:
    persona = await made(ctx, name, jobTitles=titles or ("Chief of IT", "CIO"))
    return str(persona["persona"]["id"])


async def changed(ctx: Context, persona: str, name: str = "IT chiefs", /, **input: Any) -> Any:
    selection = f"... on UpdatePersonaSuccess {{ {SHOWN} }} {REFUSED}"
    return await mutate(ctx, "updatePersona", selection, personaId=persona, name=name, **input)


async def deleted(ctx: Context, persona: str) -> Any:
    selection = (
        "... on DeletePersonaSuccess { personaId } "
        "... on PersonaInUse { personaId roleTemplates users { what id name } }"
    )
    return await mutate(ctx, "deletePersona", selection, personaId=persona)


async def a_template(ctx: Context, condition: Any, name: str = "Template") -> Any:
    selection = (
        "... on CreateRoleTemplateSuccess { roleTemplate { id roles { condition } } } " + REFUSED
    )
    roles = [{"role": "Decision Maker", "condition": condition}]
    return await mutate(ctx, "createRoleTemplate", selection, name=name, roles=roles)


async def test_a_tenant_begins_with_ten_personas(home: Context) -> None:
    found = await operate(
        home,
        "{ personas(orderBy: {field: NAME}, first: 2) { totalCount nodes { name jobTitles } } }",
    )

    assert found["personas"]["totalCount"] == 10
    assert [each["name"] for each in found["personas"]["nodes"]] == ["Analyst", "Consultant"]
    assert found["personas"]["nodes"][0]["jobTitles"][:2] == ["Business Analyst", "Data Analyst"]


async def test_a_persona_of_job_titles(home: Context) -> None:
    persona = await made(home, jobTitles=["Chief of IT", "CIO", "cio"], description="Decide")

    assert persona["persona"] == {
        "id": persona["persona"]["id"],
        "name": "IT chiefs",
        "description": "Decide",
        "jobTitles": ["Chief of IT", "CIO"],
        "attributes": [{"attribute": "person.jobTitle", "values": ["Chief of IT", "CIO"]}],
        "version": 1,
    }
    event = await last_event(home, persona["persona"]["id"])
    assert event["type"] == "PERSONA_CREATED"


async def test_a_persona_of_several_attributes(home: Context) -> None:
    await mutate(
        home,
        "defineCustomFields",
        "",
        scope="PERSON",
        fields=[{"key": "joined", "type": "DATE", "label": "Joined"}],
    )

    persona = await made(
        home,
        attributes=[
            {"jobTitle": ["CIO"]},
            {"country": ["DE", "AT"]},
            {"unsubscribed": [False]},
            {"custom": {"field": "joined", "values": {"date": ["2024-02-29"]}}},
        ],
    )

    assert persona["persona"]["jobTitles"] == ["CIO"]
    assert persona["persona"]["attributes"] == [
        {"attribute": "person.jobTitle", "values": ["CIO"]},
        {"attribute": "person.country", "values": ["DE", "AT"]},
        {"attribute": "person.unsubscribed", "values": [False]},
        {"attribute": "person.custom.joined", "values": ["2024-02-29"]},
    ]


@pytest.mark.parametrize(
    ("input", "field"),
    [
        pytest.param({"jobTitles": None}, "attributes", id="of nothing"),
        pytest.param({"jobTitles": ["x"], "attributes": []}, "attributes", id="of both"),
        pytest.param({"jobTitles": []}, "jobTitles", id="of no title"),
        pytest.param({"jobTitles": ["CIO", " "]}, "jobTitles[1]", id="a blank title"),
        pytest.param({"attributes": []}, "attributes", id="of no attribute"),
        pytest.param(
            {"attributes": [{"city": ["Rome"]}, {"city": ["Bonn"]}]},
            "attributes[1].city",
            id="an attribute twice",
        ),
        pytest.param(
            {"attributes": [{"jobTitle": ["CIO", "\0"]}]},
            "attributes[0].jobTitle[1]",
            id="a value with a NUL",
        ),
        pytest.param(
            {"attributes": [{"custom": {"field": "no", "values": {"text": ["x"]}}}]},
            "attributes[0].custom.field",
            id="an unknown custom field",
        ),
        pytest.param({"jobTitles": ["x"], "description": "\0"}, "description", id="a NUL"),
    ],
)
async def test_what_makes_no_persona(home: Context, input: dict[str, Any], field: str) -> None:
    persona = await a_chief(home)

    created = await made(home, "Another", **input)
    updated = await changed(home, persona, **input)

    assert (created["__typename"], created["field"]) == ("InvalidInput", field)
    assert (updated["__typename"], updated["field"]) == ("InvalidInput", field)
    assert await home.stores.personas.count() == 11


async def test_a_name_is_a_personas_own(home: Context) -> None:
    persona = await a_chief(home)

    again = await made(home, "it CHIEFS", jobTitles=["x"])
    other = await a_chief(home, "Others")
    renamed = await changed(home, other, "IT chiefs", jobTitles=["x"])
    blank = await made(home, " ", jobTitles=["x"])

    assert (again["__typename"], again["ownerId"]) == ("NameTaken", persona)
    assert (renamed["__typename"], renamed["ownerId"]) == ("NameTaken", persona)
    assert blank["field"] == "name"


async def test_a_persona_is_changed(home: Context) -> None:
    persona = await a_chief(home)

    renamed = await changed(home, persona, "Chief", description="Of all")
    undescribed = await changed(home, persona, "Chief", description=None)
    first = await changed(home, persona, "Chiefs", attributes=[{"city": ["Rome"]}])
    event = await last_event(home, persona)
    again = await changed(home, persona, "Chiefs", attributes=[{"city": ["Rome"]}])

    assert (first["persona"]["name"], first["persona"]["jobTitles"]) == ("Chiefs", [])
    assert (first["persona"]["version"], again["persona"]["version"]) == (4, 4)
    assert renamed["persona"]["attributes"] == undescribed["persona"]["attributes"] != []
    shown = (renamed["persona"]["description"], undescribed["persona"]["description"])
    assert shown == ("Of all", None)
    assert event["type"] == "PERSONA_UPDATED"
    assert await a_chief(home, "IT chiefs") != persona


async def test_what_is_not_there_is_not_found(home: Context) -> None:
    assert (await changed(home, "persona_x", jobTitles=["x"]))["__typename"] == "NotFound"
    assert (await deleted(home, "persona_x"))["__typename"] == "NotFound"


async def test_a_persona_that_a_template_asks_for_stays(home: Context) -> None:
    persona = await a_chief(home)
    spare = await a_chief(home, "Spare")
    template = await a_template(
        home,
        {
            "any": [
                {"person": {"persona": {"isAnyOf": ["it chiefs", persona]}}},
                {"not": {"person": {"persona": {"isNot": "Analyst"}}}},
            ]
        },
    )
    id = template["roleTemplate"]["id"]

    refused = await deleted(home, persona)
    used = await operate(
        home, "query ($id: ID!) { persona(id: $id) { roleTemplates { nodes { id } } } }", id=persona
    )
    await mutate(home, "updateRoleTemplate", "", roleTemplateId=id, roles=[])

    [role] = template["roleTemplate"]["roles"]
    assert role["condition"]["any"][0] == {"person": {"persona": {"isAnyOf": [persona]}}}
    assert refused == {
        "__typename": "PersonaInUse",
        "message": "The persona is in use: role templates: 1. They are: Template.",
        "personaId": persona,
        "roleTemplates": 1,
        "users": [{"what": "role template", "id": id, "name": "Template"}],
    }
    assert used["persona"] == {"roleTemplates": {"nodes": [{"id": id}]}}
    assert await deleted(home, persona) == {
        "__typename": "DeletePersonaSuccess",
        "personaId": persona,
    }
    assert not await is_there(home, persona)
    assert await is_there(home, spare)


async def test_an_unknown_persona_in_a_rule_is_refused_by_its_path(home: Context) -> None:
    refused = await a_template(home, {"all": [{"person": {"persona": {"isNoneOf": ["Nobody"]}}}]})

    assert refused["field"] == "roles[0].condition.all[0].person.persona.isNoneOf[0]"
    assert refused["reason"] == "There is no persona 'Nobody'."


async def test_an_audience_cannot_ask_for_a_persona(home: Context) -> None:
    refused = await mutate(
        home,
        "createAccountAudience",
        REFUSED,
        name="Chiefs",
        condition={"any": [{"person": {"persona": {"is": "Analyst"}}}]},
    )

    assert refused["field"] == "condition.any[0].person.persona"
    assert refused["reason"] == "This condition cannot ask about person.persona."


async def test_people_show_their_personas_and_are_found_by_them(api: Api) -> None:
    await api.has(
        an_account(),
        a_person("per_ada", "Ada", job_title="CIO"),
        a_person("per_bo", "Bo", job_title="data analyst"),
        a_person("per_cy", "Cy", job_title=None),
        a_persona("persona_it", "IT people", "CIO", "Data  Analyst"),
        a_persona("persona_an", "Analysts", "Data Analyst"),
    )
    people = "{ people { nodes { name personas { name jobTitles } } } }"
    found = "query ($p: PersonasAsked) { people(filter: {personas: $p}) { nodes { name } } }"

    async def names(**asked: list[str]) -> list[str]:
        return [each["name"] for each in (await api(found, p=asked))["people"]["nodes"]]

    shown = (await api(people))["people"]["nodes"]
    commands = api.commands

    assert [[p["name"] for p in each["personas"]] for each in shown] == [
        ["IT people"],
        ["Analysts", "IT people"],
        [],
    ]
    assert shown[1]["personas"][0]["jobTitles"] == ["Data Analyst"]
    assert commands == ["find people", "find personas"]
    assert await names(anyOf=["persona_it"]) == ["Ada", "Bo"]
    assert await names(anyOf=["it PEOPLE"], noneOf=["Analysts"]) == ["Ada"]
    assert await names(noneOf=["persona_it", "persona_an"]) == ["Cy"]
    assert await names(anyOf=[]) == []
    (error,) = await api.errors(found, p={"anyOf": ["Analysts", "x"]})
    assert error["extensions"] == {"code": "BAD_REQUEST", "field": "filter.personas.anyOf[1]"}
    of_it = await api(
        """{ persona(id: "persona_it") { people(filter: {search: "bo"}) {
             totalCount nodes { name } } } }"""
    )
    assert of_it["persona"]["people"] == {"totalCount": 1, "nodes": [{"name": "Bo"}]}


EXPLAINED = """query ($g: ID!, $p: ID!) { explainMembership(buyingGroupId: $g, personId: $p) {
  ... on MembershipExplained { isMember rules { held condition decisive {
    attribute condition actual held because { attribute actual held } } } } } }"""


async def test_groups_are_filled_by_personas_and_follow_them_with_maintenance(
    home: Context,
) -> None:
    persona = await a_chief(home)
    template = await a_template(home, {"person": {"persona": {"is": "IT chiefs"}}})
    id = template["roleTemplate"]["id"]
    await mutate(home, "publishRoleTemplate", "", roleTemplateId=id)
    interest = await mutate(
        home,
        "createSolutionInterest",
        "... on CreateSolutionInterestSuccess { solutionInterest { id } }",
        name="Security",
        roleTemplateId=id,
    )
    [account] = (await some_accounts(home, "Acme")).values()
    people = await some_people(home, account, {"ada": "CIO", "bo": "Engineer"})
    members_of = "id members { nodes { person { name } } }"
    group = await mutate(
        home,
        "createBuyingGroup",
        f"... on CreateBuyingGroupSuccess {{ buyingGroup {{ {members_of} }} }}",
        accountId=account,
        solutionInterestId=interest["solutionInterest"]["id"],
    )
    group_id = group["buyingGroup"]["id"]

    before = await operate(home, EXPLAINED, g=group_id, p=people["bo"])
    await changed(home, persona, "IT chiefs", jobTitles=["Engineer"])
    await mutate(home, "startMaintenanceJob", "")
    await run_open_jobs(home, "worker")
    after = await operate(home, EXPLAINED, g=group_id, p=people["bo"])
    members = await operate(
        home,
        f"query ($g: ID!) {{ buyingGroup(id: $g) {{ {members_of} }} }}",
        g=group_id,
    )

    assert [each["person"]["name"] for each in group["buyingGroup"]["members"]["nodes"]] == ["ada"]
    asked = {"person": {"persona": {"is": persona}}}
    assert before["explainMembership"] == {
        "isMember": False,
        "rules": [
            {
                "held": False,
                "condition": asked,
                "decisive": [
                    {
                        "attribute": "person.persona",
                        "condition": asked,
                        "actual": [],
                        "held": False,
                        "because": [
                            {"attribute": "person.jobTitle", "actual": "Engineer", "held": False}
                        ],
                    }
                ],
            }
        ],
    }
    [rule] = after["explainMembership"]["rules"]
    assert (after["explainMembership"]["isMember"], rule["held"]) == (True, True)
    assert rule["decisive"][0]["actual"] == [{"id": persona, "name": "IT chiefs"}]
    assert members["buyingGroup"]["members"]["nodes"] == [{"person": {"name": "bo"}}]
