from typing import Any

import pytest

from execution.context import Context, Right
from tests.schema.api import Api

DEFINE = """
    mutation ($input: DefineCustomFieldsInput!) {
      defineCustomFields(input: $input) {
        ... on DefineCustomFieldsSuccess { customFields { key type label } }
        ... on UserError { message }
        ... on InvalidInput { field reason }
      }
    }
"""
TIER = {"key": "tier", "type": "TEXT", "label": "Tier"}


@pytest.fixture
async def own(api: Api, home: Context) -> Api:
    """The API of a tenant that exists."""
    assert api.tenant == home.viewer.tenant
    return api


async def defined(api: Api, *fields: dict[str, str], scope: str = "ACCOUNT") -> Any:
    answer = await api(DEFINE, input={"scope": scope, "fields": list(fields)})
    return answer["defineCustomFields"]


async def test_fields_are_declared_scope_by_scope(own: Api) -> None:
    seats = {"key": "seats", "type": "NUMBER", "label": "Seats"}
    await defined(own, TIER)

    assert await defined(own, seats) == {"customFields": [TIER, seats]}
    assert await own("{ customFields(scope: ACCOUNT) { key type label } }") == {
        "customFields": [TIER, seats]
    }
    assert await own("{ customFields(scope: PERSON) { key } }") == {"customFields": []}


async def test_a_declared_field_can_be_given_another_label_but_no_other_type(own: Api) -> None:
    await defined(own, TIER)

    assert await defined(own, TIER | {"type": "NUMBER"}) == {
        "message": "fields[0].type: cannot change: tier is declared TEXT",
        "field": "fields[0].type",
        "reason": "cannot change: tier is declared TEXT",
    }
    assert await defined(own, TIER | {"label": "Service tier"}) == {
        "customFields": [TIER | {"label": "Service tier"}]
    }


async def test_declaring_what_is_declared_leaves_no_event(own: Api, home: Context) -> None:
    await defined(own, TIER)
    await defined(own, TIER)

    found = {"tenant": own.tenant, "type": "CUSTOM_FIELDS_DEFINED"}
    assert await home.stores.database["events"].count_documents(found) == 1


async def test_values_of_every_type_are_kept_and_shown(own: Api) -> None:
    types = ["TEXT", "NUMBER", "BOOLEAN", "DATE", "TEXT_LIST", "NUMBER_LIST"]
    await defined(own, *({"key": f"a_{t.lower()}", "type": t, "label": t} for t in types))
    values = {
        "a_text": "gold",
        "a_number": 3,
        "a_boolean": False,
        "a_date": "2026-05-04",
        "a_text_list": ["a", "b"],
        "a_number_list": [1, 2.5],
    }

    answer = await own(
        """mutation ($values: JSON) {
          upsertAccounts(input: {items: [{name: "Acme", customFields: $values}]}) {
            ... on UpsertAccountsSuccess { outcomes { error { message } account { customFields } } }
          }
        }""",
        values=values,
    )

    [outcome] = answer["upsertAccounts"]["outcomes"]
    assert outcome == {"error": None, "account": {"customFields": values}}


async def test_a_tenant_that_does_not_exist_declares_nothing(api: Api) -> None:
    assert await defined(api, TIER) == {"message": f"There is no tenant {api.tenant}."}


async def test_who_may_not_edit_components_is_told_so(own: Api) -> None:
    own.rights = (Right.READ, Right.EDIT_DATA)

    assert await own.code(DEFINE, input={"scope": "PERSON", "fields": []}) == "FORBIDDEN"
