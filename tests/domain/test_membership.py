import itertools
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import RoleId
from domain.membership import (
    STRONGEST_FIRST,
    Action,
    Assign,
    Claim,
    Claims,
    Method,
    Outcome,
    Release,
    Remove,
    decide,
    deciding,
)
from tests.builders import DECISION_MAKER, INFLUENCER, NOON, a_claim, a_command, claims

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "precedence.json").read_text())

BY_HAND = a_claim(Method.MANUAL)
OUT_BY_HAND = a_claim(Method.MANUAL, None)
BY_JOURNEY = a_claim(Method.JOURNEY, version=3)
REMOVED_BY_JOURNEY = a_claim(Method.JOURNEY, None)
BY_JOB = a_claim(Method.SYSTEM, version=9)
REMOVED_BY_JOB = a_claim(Method.SYSTEM, None)


def spoken(case: Mapping[str, Mapping[str, str] | None]) -> str:
    said, asked = case["deciding"] or {"method": "nobody", "kind": "SPOKE"}, case["command"] or {}
    return f"{said['method']} {said['kind']}, then {asked['method']} {asked['do']}"


def stated(word: Mapping[str, str] | None) -> Claims:
    if word is None:
        return {}
    role = RoleId(word["role"]) if word["kind"] == "ASSIGNED" else None
    return claims(a_claim(Method[word["method"]], role))


@pytest.mark.parametrize("case", [pytest.param(case, id=spoken(case)) for case in GOLDEN["cases"]])
def test_the_documented_precedence(case: Mapping[str, Mapping[str, str]]) -> None:
    asked = case["command"]
    action = Assign(RoleId(asked["role"])) if asked["do"] == "ASSIGN" else Remove()

    decision = decide(stated(case["deciding"]), a_command(action, Method[asked["method"]]), 2)

    assert decision.outcome is Outcome[str(case["outcome"])]
    winner, wanted = deciding(decision.claims), deciding(stated(case["after"]))
    assert (winner and (winner.method, winner.role)) == (wanted and (wanted.method, wanted.role))


@pytest.mark.parametrize(
    ("said", "winner"),
    [
        pytest.param([], None, id="no claim at all"),
        pytest.param([BY_JOB, BY_JOURNEY], BY_JOURNEY, id="a journey against a later job"),
        pytest.param([BY_JOURNEY, BY_HAND], BY_HAND, id="by hand against a journey"),
        pytest.param([OUT_BY_HAND, BY_JOB], OUT_BY_HAND, id="a job against a removal by hand"),
        pytest.param([BY_HAND, BY_JOURNEY, BY_JOB], BY_HAND, id="the strongest of three decides"),
    ],
)
def test_of_several_claims_the_strongest_methods_has_its_way(
    said: list[Claim], winner: Claim | None
) -> None:
    for order in itertools.permutations(said):
        assert deciding(claims(*order)) == winner


@pytest.mark.parametrize(
    ("said", "outcome", "remaining"),
    [
        pytest.param(claims(), Outcome.UNCHANGED, claims(), id="nothing to withdraw"),
        pytest.param(
            claims(BY_JOB), Outcome.UNCHANGED, claims(BY_JOB), id="another's claim is not withdrawn"
        ),
        pytest.param(
            claims(BY_HAND), Outcome.APPLIED, claims(), id="the last claim withdrawn: a stranger"
        ),
        pytest.param(
            claims(OUT_BY_HAND, BY_JOB),
            Outcome.APPLIED,
            claims(BY_JOB),
            id="what the job said decides at once",
        ),
    ],
)
def test_a_release_withdraws_the_methods_own_claim(
    said: Claims, outcome: Outcome, remaining: Claims
) -> None:
    decision = decide(said, a_command(Release(), Method.MANUAL), 5)

    assert (decision.outcome, decision.claims) == (outcome, remaining)


def test_a_release_below_a_stronger_claim_is_overruled_and_stored() -> None:
    decision = decide(claims(BY_HAND, BY_JOB), a_command(Release(), Method.SYSTEM), 5)

    assert decision.outcome is Outcome.OVERRULED
    assert decision.claims == claims(BY_HAND)
    assert decision.overruled_by == BY_HAND


def test_an_overruled_claim_is_remembered_and_says_who_overruled_it() -> None:
    decision = decide(claims(BY_HAND), a_command(Remove(), Method.JOURNEY, actor="nurture"), 7)

    assert decision.outcome is Outcome.OVERRULED
    assert decision.overruled_by == BY_HAND
    assert decision.claims[Method.JOURNEY] == a_claim(Method.JOURNEY, None, 7, "nurture")


def test_a_weaker_claim_that_agrees_is_recorded_although_nothing_changes() -> None:
    decision = decide(claims(BY_HAND), a_command(Assign(DECISION_MAKER), Method.SYSTEM), 4)

    assert decision.outcome is Outcome.UNCHANGED
    assert decision.claims[Method.SYSTEM].version == 4


def test_a_repeated_overruled_claim_is_overruled_again_and_stores_nothing() -> None:
    said = claims(BY_HAND, REMOVED_BY_JOB)

    decision = decide(said, a_command(Remove(), Method.SYSTEM), 12)

    assert decision.outcome is Outcome.OVERRULED
    assert decision.claims is said


def test_repeating_a_claim_leaves_its_moment_actor_and_reason() -> None:
    said = claims(a_claim(actor="sam", reason="met at the fair"))

    decision = decide(said, a_command(actor="kim", reason="again"), 8)

    assert decision.outcome is Outcome.UNCHANGED
    assert decision.claims is said


def test_a_claim_carries_who_when_why_and_the_version_that_wrote_it() -> None:
    decision = decide({}, a_command(Assign(INFLUENCER), actor="kim", reason="asked to"), 3)

    assert decision.claims[Method.MANUAL] == a_claim(
        Method.MANUAL, INFLUENCER, 3, "kim", NOON, "asked to"
    )


METHODS = st.sampled_from(Method)
ACTIONS = st.sampled_from([Assign(DECISION_MAKER), Assign(INFLUENCER), Remove(), Release()])


@given(st.lists(st.tuples(METHODS, ACTIONS), max_size=12))
def test_only_the_order_within_one_method_counts(said: list[tuple[Method, Action]]) -> None:
    # Removing a stranger records nothing, which depends on who spoke before: it begins known.
    known = claims(REMOVED_BY_JOB)
    interleaved = sorted(said, key=lambda each: STRONGEST_FIRST.index(each[0]))

    def after(commands: list[tuple[Method, Action]]) -> object:
        state: Claims = known
        for method, action in commands:
            if isinstance(action, Release) and method is Method.SYSTEM:
                continue
            state = decide(state, a_command(action, method), 1).claims
        return {method: claim.role for method, claim in state.items()}

    assert after(said) == after(interleaved)
