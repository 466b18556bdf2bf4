"""Configuration files as YAML: what is written is read as the same, and what is none is told."""

from pathlib import Path

import pytest

from domain.configuration import read, written
from server import configuration_files
from server.configuration_files import Unreadable

ODD = {"name": "no", "description": 'Straße: "x" # \n{%} 1e3'}


def test_what_is_written_is_read_as_the_same_in_its_order(tmp_path: Path) -> None:
    configuration = read({"quorum_configuration": 1, "roles": [ODD, {"name": "2024-05-01"}]})
    assert isinstance(configuration, dict)
    file = tmp_path / "file.yaml"

    file.write_text(configuration_files.text_of(written(configuration)), encoding="utf-8")

    assert file.read_text().startswith("quorum_configuration: 1\n")
    assert read(configuration_files.read(file)) == configuration


def test_the_file_on_its_page_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    file = tmp_path / "file.yaml"
    file.write_text(page.partition("```yaml\n")[2].partition("```")[0])

    shown = read(configuration_files.read(file))

    assert isinstance(shown, dict), shown
    assert {name for name, entries in shown.items() if not entries} == {"custom_fields"}


def test_a_country_is_no_truth_value(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("value: [NO, yes, on]\n")

    assert configuration_files.read(file) == {"value": ["NO", "yes", "on"]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("a: [1\nb: 2", "is no YAML: line 2: expected", id="what breaks off"),
        pytest.param("a: 1\na: 2", "is no YAML: line 2: found duplicate key", id="a key twice"),
        pytest.param(
            "a: !!python/object:os.x {}", "is no YAML: line 1", id="objects of a language"
        ),
        pytest.param("a: \x01", "is no YAML", id="characters that are no text"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(text)

    with pytest.raises(Unreadable) as told:
        configuration_files.read(file)

    assert str(told.value).startswith(reason)


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_bytes(b"#" * (configuration_files.LARGEST + 1))

    with pytest.raises(Unreadable, match="more than 8,000,000 bytes"):
        configuration_files.read(file)
