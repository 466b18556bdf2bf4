from collections.abc import Sequence

import pytest

from domain.audiences import (
    AudienceStatus,
    MemberChanges,
    RefreshPlace,
    cursor_of,
    member_changes,
    place_of,
    status_of,
)
from domain.identifiers import AccountId

A, B, C = AccountId("acc_a"), AccountId("acc_b"), AccountId("acc_c")


@pytest.mark.parametrize(
    ("belonging", "members", "changes"),
    [
        pytest.param([], [], MemberChanges(), id="nobody belongs and nobody is a member"),
        pytest.param([A, B], [B, A], MemberChanges(), id="who belongs is a member already"),
        pytest.param([C, A], [], MemberChanges((A, C)), id="all join, in the order of their ids"),
        pytest.param([], [B, A], MemberChanges((), (A, B)), id="who belongs no more leaves"),
        pytest.param([B, C], [A, B], MemberChanges((C,), (A,)), id="one joins, one leaves"),
    ],
)
def test_members_become_those_who_belong(
    belonging: Sequence[AccountId], members: Sequence[AccountId], changes: MemberChanges
) -> None:
    assert member_changes(belonging, members) == changes


@pytest.mark.parametrize(
    ("cursor", "revision", "place"),
    [
        pytest.param("", 3, RefreshPlace(3), id="a refresh begins with the audience as it is"),
        pytest.param("3:acc_b", 3, RefreshPlace(3, "acc_b"), id="it goes on where it was"),
        pytest.param("3:", 3, RefreshPlace(3), id="it may stand before the first account"),
        pytest.param("3:acc_b", 4, None, id="it begins anew when the audience was changed"),
    ],
)
def test_where_a_refresh_goes_on(cursor: str, revision: int, place: RefreshPlace | None) -> None:
    assert place_of(cursor, revision) == place


def test_a_place_is_found_again_by_its_cursor() -> None:
    assert cursor_of(RefreshPlace(12, "acc_b")) == "12:acc_b"
    assert place_of("12:acc_b", 12) == RefreshPlace(12, "acc_b")


def test_the_first_audiences_are_live() -> None:
    assert status_of(None) is AudienceStatus.LIVE
    assert status_of("draft") is AudienceStatus.DRAFT
