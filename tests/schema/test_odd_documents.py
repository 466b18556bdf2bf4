"""Documents that hold what no store writes fail where they are odd, and nowhere else."""

import pytest

from tests.schema.api import Api
from tests.stored import a_person, an_account


@pytest.mark.parametrize(
    "relations",
    [
        pytest.param([["acc_1"]], id="a list in place of a part"),
        pytest.param(["acc_1"], id="a text in place of a part"),
        pytest.param([{"account_id": ["acc_1"]}], id="a list in place of a key"),
        pytest.param([{}], id="a part without its key"),
        pytest.param(7, id="a number in place of the list"),
    ],
)
async def test_a_list_that_leads_nowhere_fails_alone(api: Api, relations: object) -> None:
    await api.has(an_account(), a_person("per_1", "Ada"), a_person("per_2", "Bo"))
    await api.replace(a_person("per_2", "Bo", relations=relations))

    errors = await api.errors('{ person(id: "per_2") { accounts { nodes { name } } } }')
    others = await api('{ person(id: "per_1") { accounts { nodes { name } } } }')

    assert [error["extensions"]["code"] for error in errors] == ["INTERNAL"]
    assert others == {"person": {"accounts": {"nodes": [{"name": "Acme"}]}}}
