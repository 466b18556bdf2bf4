"""The rejects file: there only when something was rejected, readable by people and programs."""

from pathlib import Path

import pytest

from connectors.rejects import Rejects, why_not


def test_without_rejects_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "accounts.rejects.csv"

    with Rejects(path) as rejects:
        assert rejects.count == 0

    assert not path.exists()


def test_the_file_of_an_earlier_run_goes(tmp_path: Path) -> None:
    for name in ("r.csv", "r.jsonl"):
        path = tmp_path / name
        with Rejects(path) as rejects:
            rejects.add(2, "name", "blank", "x")
        assert why_not(path) is None

        with Rejects(path):
            pass

        assert not path.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("r.csv", "name,reason\nAcme,none\n", id="another CSV file"),
        pytest.param("r.csv", "", id="an empty file"),
        pytest.param("r.jsonl", "line,field,reason,row\n", id="a CSV file named JSON Lines"),
        pytest.param("r.jsonl", '{"line": 3}\n', id="JSON Lines of another shape"),
        pytest.param("r.jsonl", "[1]\n", id="no object"),
    ],
)
def test_no_other_file_is_ever_touched(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)

    assert why_not(path) == "is a file that holds something else than rejects"
    with Rejects(path) as rejects, pytest.raises(FileExistsError):
        rejects.add(2, "name", "blank", "x")

    assert path.read_text() == content


def test_only_an_ordinary_file_in_a_folder_that_is_there_can_take_rejects(tmp_path: Path) -> None:
    target = tmp_path / "target.csv"
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    folder = tmp_path / "folder.csv"
    folder.mkdir()

    assert why_not(link) == "is no ordinary file"
    assert why_not(folder) == "is no ordinary file"
    assert why_not(tmp_path / "gone" / "r.csv") == "is in no folder that can be written to"
    assert why_not(target) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(
            "r.csv",
            'line,field,reason,row\r\n3,name,is required,"""x"",2"\r\n9,,,Z\u00fcrich\r\n',
            id="CSV",
        ),
        pytest.param(
            "r.jsonl",
            '{"line": 3, "field": "name", "reason": "is required", "row": "\\"x\\",2"}\n'
            '{"line": 9, "field": "", "reason": "", "row": "Z\u00fcrich"}\n',
            id="JSON Lines",
        ),
    ],
)
def test_an_entry_names_line_field_and_reason(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name

    with Rejects(path) as rejects:
        rejects.add(3, "name", "is required", '"x",2')
        rejects.add(9, "", "", "Zürich")

    assert rejects.count == 2
    assert path.read_bytes().decode() == content


def test_undecodable_bytes_are_written_as_escapes(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"

    with Rejects(path) as rejects:
        rejects.add(2, "", "not utf-8", b"M\xfcller".decode(errors="surrogateescape"))

    assert path.read_text().endswith("2,,not utf-8,M\\udcfcller\n")


def test_a_giant_row_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"

    with Rejects(path) as rejects:
        rejects.add(2, "", "too long", "x" * 20_000)

    assert path.read_text() == f"line,field,reason,row\n2,,too long,{'x' * 10_000}...\n"
