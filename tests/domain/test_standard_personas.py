import csv
from pathlib import Path

from domain.personas import check, check_beside
from domain.standard_personas import STANDARD_TITLES, of_titles

LIST = Path(__file__).parent.parent / "golden" / "personas.csv"
ROWS = list(csv.DictReader(LIST.read_text(encoding="utf-8").splitlines()))


def test_the_standard_personas_are_those_of_the_list() -> None:
    assert len(STANDARD_TITLES) == 10
    assert list(STANDARD_TITLES.items()) == [
        (row["persona"], tuple(row["job_titles"].split(", "))) for row in ROWS
    ]


def test_they_are_personas_as_anybody_may_make_them() -> None:
    personas = [[of_titles(*titles)] for titles in STANDARD_TITLES.values()]

    assert [check(each, {}) for each in personas] == [None] * 10
    assert check_beside(personas[0], personas[1:]) is None
