import pytest

from domain import activity_types
from domain.activity_types import ActivityType, EngagementType
from domain.fields import Refused
from domain.identifiers import ActivityTypeId, TenantId

VISIT = ActivityType(
    ActivityTypeId("at_visit"), "Visit Webpage", EngagementType.WEB, ("Page Views", "PAGE  VIEWS")
)
CLICK = ActivityType(ActivityTypeId("at_click"), "Click Link", EngagementType.WEB)


def test_a_spelling_counts_once_however_it_is_written() -> None:
    assert VISIT.spellings == ("visit webpage", "page views")


def test_the_directory_knows_names_and_aliases() -> None:
    assert activity_types.directory([VISIT, CLICK]) == {
        "visit webpage": "at_visit",
        "page views": "at_visit",
        "click link": "at_click",
    }


def test_the_id_of_a_type_does_not_depend_on_how_its_name_is_written() -> None:
    tenant = TenantId("acme")

    assert activity_types.identifier(tenant, "Visit Webpage") == activity_types.identifier(
        tenant, " visit  WEBPAGE"
    )


@pytest.mark.parametrize(
    ("name", "description", "fault"),
    [
        pytest.param("Downloaded pub", None, None, id="a name is enough"),
        pytest.param(" ", None, Refused("name", "is required and cannot be empty"), id="blank"),
        pytest.param(
            "x" * 256, None, Refused("name", "is longer than 255 characters"), id="too long"
        ),
        pytest.param(
            "Seen", "x\x00", Refused("description", "contains the character NUL"), id="NUL"
        ),
    ],
)
def test_names(name: str, description: str | None, fault: Refused | None) -> None:
    assert activity_types.check(name, description) == fault


@pytest.mark.parametrize(
    ("wanted", "added"),
    [
        pytest.param(["Web visit"], ("Web visit",), id="an alias nobody has"),
        pytest.param([" Web visit "], ("Web visit",), id="without the blanks around it"),
        pytest.param(["visit webpage", "page VIEWS"], (), id="spellings it has already"),
        pytest.param(["Seen", "seen", "SEEN"], ("Seen",), id="one alias written three times"),
    ],
)
def test_new_aliases(wanted: list[str], added: tuple[str, ...]) -> None:
    assert activity_types.new_aliases(VISIT.aliases, VISIT.name, wanted) == added


def test_an_alias_must_say_something() -> None:
    assert activity_types.check_aliases([], ["Seen", "  "]) == Refused(
        "aliases[1]", "is required and cannot be empty"
    )


def test_a_type_has_a_hundred_aliases_at_most() -> None:
    assert activity_types.check_aliases(["a"] * 60, ["b"] * 40) is None
    assert activity_types.check_aliases(["a"] * 60, ["b"] * 41) == Refused(
        "aliases", "would make more than 100 aliases"
    )


def test_spellings_of_one_type_are_added_up() -> None:
    known = activity_types.directory([VISIT, CLICK])

    counts = {"visit webpage": 15, "page views": 15, "click link": 2, "hummed": 9}

    assert activity_types.sums(counts, known) == {"at_visit": 30, "at_click": 2}
