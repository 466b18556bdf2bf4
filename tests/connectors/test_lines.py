"""Physical lines: their numbers, their limit, and bytes that are outside the encoding."""

from pathlib import Path

import pytest

from connectors.lines import LONGEST, Line, Lines, Undecodable, undecodable


def lines_of(tmp_path: Path, content: bytes, encoding: str = "utf-8") -> list[Line]:
    path = tmp_path / "file"
    path.write_bytes(content)
    with Lines(path, encoding) as lines:
        return list(lines)


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        pytest.param(b"a\nb\n", ["a\n", "b\n"], id="line feeds end lines"),
        pytest.param(b"a\r\nb", ["a\r\n", "b"], id="the last line needs no end"),
        pytest.param(b"a\rb\r", ["a\r", "b\r"], id="carriage returns end lines"),
        pytest.param(b"\xef\xbb\xbfa\n", ["a\n"], id="a byte order mark is no part of the text"),
        pytest.param(b"", [], id="an empty file has no line"),
    ],
)
def test_a_file_comes_line_by_line(tmp_path: Path, content: bytes, texts: list[str]) -> None:
    lines = lines_of(tmp_path, content)

    assert [line.text for line in lines] == texts
    assert [line.number for line in lines] == list(range(1, len(texts) + 1))


def test_utf_16_is_read_when_it_is_named(tmp_path: Path) -> None:
    lines = lines_of(tmp_path, "Müller\nß\n".encode("utf-16"), "utf-16")

    assert [line.text for line in lines] == ["Müller\n", "ß\n"]


def test_a_line_over_the_limit_is_cut_and_the_next_one_is_whole(tmp_path: Path) -> None:
    first, second = lines_of(tmp_path, b"x" * (3 * LONGEST) + b"\nnext\n")

    assert (first.number, len(first.text), first.is_cut) == (1, LONGEST, True)
    assert second == Line(2, "next\n")


def test_reading_can_start_behind_a_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one\ntwo\nthree\n")

    with Lines(path, "utf-8", after=2) as lines:
        rest = list(lines)

    assert rest == [Line(3, "three\n")]


def test_bytes_read_reach_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one\ntwo\n")

    with Lines(path, "utf-8") as lines:
        list(lines)
        assert lines.bytes_read == 8


@pytest.mark.parametrize(
    ("content", "encoding", "found"),
    [
        pytest.param(b"Ada\n", "utf-8", None, id="ASCII is UTF-8"),
        pytest.param("Zoë\n".encode(), "utf-8", None, id="UTF-8 is UTF-8"),
        pytest.param(
            "é, M\xfcller\n".encode("latin-1"),
            "utf-8",
            Undecodable(1, 1, 0xE9, "utf-8"),
            id="the first of several bytes is named",
        ),
        pytest.param(
            "Zoë, ".encode() + b"M\xfcller\n",
            "utf-8",
            Undecodable(1, 8, 0xFC, "utf-8"),
            id="bytes are counted, not characters",
        ),
        pytest.param(b"a\x81\n", "cp1252", Undecodable(1, 2, 0x81, "cp1252"), id="a gap in cp1252"),
    ],
)
def test_a_byte_outside_the_encoding_is_found(
    tmp_path: Path, content: bytes, encoding: str, found: Undecodable | None
) -> None:
    (line,) = lines_of(tmp_path, content, encoding)

    assert undecodable(line, encoding) == found


def test_an_undecodable_byte_is_named_in_words() -> None:
    assert Undecodable(3, 17, 0xFC, "utf-8").reason == "byte 17 of line 3: 0xFC is not utf-8"
