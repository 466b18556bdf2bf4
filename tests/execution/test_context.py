import pytest

from domain.identifiers import TenantId
from execution.context import NotPermitted, Right, Viewer


@pytest.mark.parametrize(
    ("rights", "is_permitted"),
    [
        pytest.param({Right.EDIT_GROUPS}, True, id="who has the right"),
        pytest.param({Right.ADMIN}, True, id="an admin"),
        pytest.param({Right.READ, Right.RUN_JOBS}, False, id="who has other rights"),
        pytest.param(set(), False, id="who has none"),
    ],
)
def test_a_right_is_required_of(rights: set[Right], is_permitted: bool) -> None:
    viewer = Viewer(TenantId("t"), "sam", frozenset(rights))

    if is_permitted:
        viewer.require(Right.EDIT_GROUPS)
    else:
        with pytest.raises(NotPermitted, match="EDIT_GROUPS"):
            viewer.require(Right.EDIT_GROUPS)
