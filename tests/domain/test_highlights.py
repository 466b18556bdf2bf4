import pytest

from domain.highlights import most_engaged
from domain.identifiers import PersonId

ADA, BO, CY, DI = map(PersonId, ("ada", "bo", "cy", "di"))


@pytest.mark.parametrize(
    ("raws", "is_active_only", "first"),
    [
        pytest.param({}, False, [ADA, BO, CY], id="without figures three by their ids"),
        pytest.param({DI: 9, BO: 4}, False, [DI, BO, ADA], id="the most engaged come first"),
        pytest.param({CY: 5, BO: 5}, False, [BO, CY, ADA], id="ties go by the ids"),
        pytest.param({CY: 5, BO: 0}, True, [CY], id="whoever did nothing can be left out"),
    ],
)
def test_most_engaged(
    raws: dict[PersonId, int], is_active_only: bool, first: list[PersonId]
) -> None:
    assert most_engaged([DI, CY, BO, ADA], raws, is_active_only=is_active_only) == first
