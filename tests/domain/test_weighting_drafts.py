from dataclasses import replace

import pytest

from domain.decay import Decay, DecayKind
from domain.fields import Refused
from domain.identifiers import ActivityTypeId, WeightingModelId
from domain.weighting_drafts import ModelChange, TypeChange, edited
from domain.weighting_models import Band, TypeWeight, WeightingModel

VISIT, DOWNLOAD, CALL = map(ActivityTypeId, ("at_visit", "at_download", "at_call"))
KNOWN = {VISIT, DOWNLOAD, CALL}
LOW, HIGH = Band("Low", 30), Band("High", 90)
ID = WeightingModelId("wm_1")
MODEL = WeightingModel(
    ID,
    ID,
    1,
    "Standard",
    30,
    (TypeWeight(VISIT, 30, 20, "Low"), TypeWeight(DOWNLOAD, 60)),
    (LOW, HIGH),
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(ModelChange(), MODEL, id="nothing given changes nothing"),
        pytest.param(
            ModelChange(name=" Spring ", window_days=90),
            replace(MODEL, name="Spring", window_days=90),
            id="a name and a window",
        ),
        pytest.param(
            ModelChange(decay=Decay(DecayKind.LINEAR)),
            replace(MODEL, decay=Decay(DecayKind.LINEAR)),
            id="a decay",
        ),
        pytest.param(
            ModelChange(bands=[Band("low", 35), HIGH]),
            replace(
                MODEL,
                bands=(Band("low", 35), HIGH),
                types=(TypeWeight(VISIT, 35, 20, "low"), TypeWeight(DOWNLOAD, 60)),
            ),
            id="types follow their band",
        ),
        pytest.param(
            ModelChange(bands=[HIGH]),
            replace(MODEL, bands=(HIGH,), types=(TypeWeight(VISIT, 30), TypeWeight(DOWNLOAD, 60))),
            id="a type whose band is gone keeps its weight",
        ),
        pytest.param(
            ModelChange(types=[TypeChange(DOWNLOAD, band="HIGH"), TypeChange(CALL, 10, None, 3)]),
            replace(
                MODEL,
                types=(
                    TypeWeight(VISIT, 30, 20, "Low"),
                    TypeWeight(DOWNLOAD, 90, 20, "High"),
                    TypeWeight(CALL, 10, 3),
                ),
            ),
            id="a type enters a band, another is new",
        ),
        pytest.param(
            ModelChange(types=[TypeChange(VISIT, daily_cap=5)]),
            replace(MODEL, types=(TypeWeight(VISIT, 30, 5, "Low"), TypeWeight(DOWNLOAD, 60))),
            id="a cap alone leaves the weight",
        ),
        pytest.param(
            ModelChange(types=[TypeChange(VISIT, 0)]),
            replace(MODEL, types=(TypeWeight(VISIT, 0), TypeWeight(DOWNLOAD, 60))),
            id="a weight of its own leaves the band",
        ),
    ],
)
def test_edits(change: ModelChange, expected: WeightingModel) -> None:
    assert edited(MODEL, change, KNOWN) == expected


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        pytest.param(ModelChange(name="  "), "name", "must not be blank", id="blank name"),
        pytest.param(
            ModelChange(window_days=91), "windowDays", "must be between 1 and 90, not 91", id="long"
        ),
        pytest.param(
            ModelChange(window_days=0), "windowDays", "must be between 1 and 90, not 0", id="short"
        ),
        pytest.param(
            ModelChange(decay=Decay(DecayKind.HALF_LIFE)),
            "halfLifeDays",
            "is required with HALF_LIFE",
            id="no half-life",
        ),
        pytest.param(
            ModelChange(bands=[LOW, Band("LOW", 1)]),
            "bands[1].name",
            "is the name of another band",
            id="two bands of one name",
        ),
        pytest.param(
            ModelChange(bands=[Band("x", 101)]),
            "bands[0].weight",
            "must be between 0 and 100",
            id="too heavy a band",
        ),
        pytest.param(
            ModelChange(bands=[Band(f"b{n}", 1) for n in range(21)]),
            "bands",
            "must be at most 20, not 21",
            id="too many bands",
        ),
        pytest.param(
            ModelChange(bands=[Band("", 1)]), "bands[0].name", "must not be blank", id="blank band"
        ),
        pytest.param(
            ModelChange(types=[TypeChange(ActivityTypeId("at_x"), 1)]),
            "types[0].activityTypeId",
            "is no activity type",
            id="unknown type",
        ),
        pytest.param(
            ModelChange(types=[TypeChange(VISIT, 1), TypeChange(VISIT, 2)]),
            "types[1].activityTypeId",
            "is named twice",
            id="a type twice",
        ),
        pytest.param(
            ModelChange(types=[TypeChange(VISIT, 1, "Low")]),
            "types[0].band",
            "cannot be given beside a weight",
            id="weight and band",
        ),
        pytest.param(
            ModelChange(types=[TypeChange(VISIT, band="Middle")]),
            "types[0].band",
            "is no band of the model",
            id="unknown band",
        ),
        pytest.param(
            ModelChange(types=[TypeChange(VISIT, 101)]),
            "types[0].weight",
            "must be between 0 and 100, not 101",
            id="too heavy",
        ),
        pytest.param(
            ModelChange(types=[TypeChange(VISIT, daily_cap=0)]),
            "types[0].dailyCap",
            "must be between 1 and 1000, not 0",
            id="a cap of none",
        ),
    ],
)
def test_what_speaks_against_an_edit(change: ModelChange, field: str, reason: str) -> None:
    assert edited(MODEL, change, KNOWN) == Refused(field, reason)
