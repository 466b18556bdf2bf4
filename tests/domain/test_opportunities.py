from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.fields import Refused, Value
from domain.identities import OutsideKey, Reference
from domain.opportunities import OpportunityItem, OpportunityRules, doubtful_accounts
from domain.upserting import Draft, Refusal, Step, UnknownRecord

RULES = OpportunityRules()
ACME = Reference(id="acc_acme")
C1 = OutsideKey("crm", "C1")


def an_opportunity(**stated: object) -> dict[str, Any]:
    return {**RULES.blank("opp_1"), "name": "Deal", "account_id": "acc_acme", **stated}


@pytest.mark.parametrize(
    ("item", "missing"),
    [
        pytest.param(OpportunityItem(account=ACME, keys=[C1]), None, id="account and key"),
        pytest.param(
            OpportunityItem(account=ACME, fields={"name": "Deal"}), None, id="account and name"
        ),
        pytest.param(
            OpportunityItem(keys=[C1]),
            Refused("account", "is required of a new opportunity"),
            id="no account",
        ),
        pytest.param(
            OpportunityItem(account=ACME),
            Refused("name", "is required of a new opportunity without an outside key"),
            id="neither name nor key",
        ),
    ],
)
def test_a_new_opportunity_needs(item: OpportunityItem, missing: Refused | None) -> None:
    assert RULES.missing(item) == missing


@pytest.mark.parametrize(
    ("stored", "item", "values"),
    [
        pytest.param(
            {"name": None},
            OpportunityItem(account=ACME, keys=[C1]),
            {"keys.crm": "C1", "account_id": "acc_acme", "name": "C1"},
            id="a new one without a name is called by its outside id",
        ),
        pytest.param(
            {"keys": {"crm": "C1"}},
            OpportunityItem(fields={"name": None}),
            {"name": "C1"},
            id="so is one whose name is cleared",
        ),
        pytest.param(
            {},
            OpportunityItem(fields={"name": None}),
            Refused("name", "is required of an opportunity without an outside key"),
            id="a name cannot be cleared without a key",
        ),
        pytest.param(
            {},
            OpportunityItem(account=Reference(id="acc_gone")),
            UnknownRecord("account", "account", "acc_gone"),
            id="an unknown account",
        ),
        pytest.param(
            {},
            OpportunityItem(fields={"is_won": True}),
            {"is_won": True, "is_closed": True},
            id="a won one is closed",
        ),
        pytest.param(
            {"is_won": True, "is_closed": True},
            OpportunityItem(fields={"is_closed": False}),
            Refused("isClosed", "must be true of a won opportunity"),
            id="a won one cannot be opened",
        ),
        pytest.param(
            {"is_won": True, "is_closed": True},
            OpportunityItem(fields={"is_closed": False, "is_won": False}),
            {"is_won": False, "is_closed": False},
            id="unless it is no longer won",
        ),
    ],
)
def test_what_an_opportunity_shall_hold(
    stored: dict[str, object], item: OpportunityItem, values: dict[str, Value] | Refusal
) -> None:
    found = RULES.values(
        an_opportunity(**stored), item, lambda r: {"_id": r.id} if r == ACME else None
    )

    assert found == values


@pytest.mark.parametrize(
    ("item", "refused"),
    [
        pytest.param(
            OpportunityItem(account=None),
            Refused("account", "is required and cannot be empty"),
            id="no account",
        ),
        pytest.param(
            OpportunityItem(fields={"close_date": "May 4"}),
            Refused("closeDate", "must be a date such as 2026-05-04"),
            id="a text for a date",
        ),
        pytest.param(
            OpportunityItem(fields={"amount": float("inf")}),
            Refused("amount", "must be a finite number"),
            id="an infinite amount",
        ),
    ],
)
def test_an_item_is_refused(item: OpportunityItem, refused: Refused) -> None:
    assert RULES.checked(item) == refused


def test_a_close_date_is_stored_as_its_midnight() -> None:
    checked = RULES.checked(OpportunityItem(fields={"close_date": date(2026, 5, 4)}))

    assert isinstance(checked, OpportunityItem)
    assert checked.fields == {"close_date": datetime(2026, 5, 4, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("now", "before", "after", "accounts"),
    [
        pytest.param({"is_won": False}, {}, {"product": "X"}, [], id="nothing won"),
        pytest.param({"is_won": True}, {}, {"is_won": True}, ["acc_acme"], id="won now"),
        pytest.param(
            {"is_won": False}, {"is_won": True}, {"is_won": False}, ["acc_acme"], id="no longer won"
        ),
        pytest.param({"is_won": True}, {}, {"amount": 5.0}, [], id="only the amount differs"),
        pytest.param(
            {"is_won": True},
            {"account_id": "acc_beta"},
            {"account_id": "acc_acme"},
            ["acc_acme", "acc_beta"],
            id="moved from one account to another",
        ),
    ],
)
def test_accounts_may_have_won_other_products(
    now: dict[str, object],
    before: dict[str, Value],
    after: dict[str, Value],
    accounts: list[str],
) -> None:
    draft = Draft(an_opportunity(**now), 1, frozenset(), frozenset())
    draft.steps.append(Step(0, False, before, after))

    assert doubtful_accounts([draft]) == accounts
