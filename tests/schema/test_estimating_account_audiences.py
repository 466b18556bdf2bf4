"""The size of an audience before it is saved: exact up to a bound, and what is refused."""

from typing import Any

import pytest

from execution.context import Context
from resolvers import audiences
from tests.schema.operations import operate
from tests.worlds import a_buying_group, an_interest, some_accounts

ESTIMATE = (
    "query($input: EstimateAccountAudienceInput!) { estimateAccountAudience(input: $input) { "
    "... on AccountAudienceEstimate { accountCount isExact firstAccounts { name } } "
    "... on InvalidInput { field reason } } }"
)


async def estimated(ctx: Context, **input: Any) -> Any:
    return (await operate(ctx, ESTIMATE, input=input))["estimateAccountAudience"]


async def test_the_accounts_of_a_rule_are_counted_and_nothing_is_stored(home: Context) -> None:
    await some_accounts(home, "Acme", "Acorn", "Bolt")

    answer = await estimated(home, condition={"account": {"name": {"startsWith": "ac"}}})

    assert (answer["accountCount"], answer["isExact"]) == (2, True)
    assert {account["name"] for account in answer["firstAccounts"]} == {"Acme", "Acorn"}
    assert await home.stores.audiences.count() == 0


async def test_counting_ends_at_a_bound(home: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiences, "MOST_COUNTED", 1)
    accounts = await some_accounts(home, "Acme", "Acorn", "Bolt")

    by_rule = await estimated(home, condition={"account": {"name": {"contains": "o"}}})
    by_list = await estimated(home, accountIds=[accounts["Acme"]])

    assert (by_rule["accountCount"], by_rule["isExact"]) == (1, False)
    assert (by_list["accountCount"], by_list["isExact"]) == (1, True)


async def test_a_rule_over_groups_is_counted_as_well(home: Context) -> None:
    accounts = await some_accounts(home, "Acme", "Bolt")
    await a_buying_group(home, accounts["Acme"], await an_interest(home))

    answer = await estimated(home, condition={"account": {"hasMatchedBuyingGroup": {}}})

    assert answer["accountCount"] == 1
    assert answer["firstAccounts"] == [{"name": "Acme"}]


async def test_what_cannot_be_an_audience_is_refused(home: Context) -> None:
    neither = await estimated(home)
    unknown = await estimated(home, accountIds=["acc_nobody"])

    assert neither["field"] == "condition"
    assert unknown == {"field": "accountIds[0]", "reason": "there is no account acc_nobody"}
