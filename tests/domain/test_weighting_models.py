import pytest

from domain import weighting_models
from domain.fields import Refused
from domain.identifiers import ActivityTypeId, WeightingModelId
from domain.weighting_models import TypeWeight, WeightingModel

VISIT = TypeWeight(ActivityTypeId("at_visit"), 40)
SILENT = TypeWeight(ActivityTypeId("at_silent"), 0)
DOWNLOAD = TypeWeight(ActivityTypeId("at_download"), 60, 5)


def test_a_type_without_weight_is_not_counted() -> None:
    id = WeightingModelId("wm_1")
    model = WeightingModel(id, id, 1, "Standard", 30, (VISIT, SILENT))

    assert model.counted == {"at_visit": VISIT}


def test_the_next_version_keeps_what_the_model_knows() -> None:
    heavier = TypeWeight(VISIT.activity_type, 90)

    assert weighting_models.with_types([VISIT, SILENT], [heavier, DOWNLOAD]) == (
        VISIT,
        SILENT,
        DOWNLOAD,
    )


@pytest.mark.parametrize(
    ("weight", "cap", "fault"),
    [
        pytest.param(0, 20, None, id="a weight of 0 is not counted"),
        pytest.param(100, 1, None, id="the heaviest"),
        pytest.param(101, 20, Refused("weight", "must be between 0 and 100, not 101"), id="over"),
        pytest.param(-1, 20, Refused("weight", "must be between 0 and 100, not -1"), id="under"),
        pytest.param(40, 0, Refused("dailyCap", "must be between 1 and 1000, not 0"), id="none"),
    ],
)
def test_weights_and_caps(weight: int, cap: int, fault: Refused | None) -> None:
    assert weighting_models.check_weight(weight, cap) == fault
