"""Diagrams: every line is one that Mermaid reads, whatever the stages are called."""

import re

from domain.stage_diagrams import mermaid
from tests.domain.test_stage_models import LOST, NEW, OPEN, WON, a_stage, arrows

NODE = re.compile(r'    (s\d+)(?:\(\["[^"]*"\]\)|\{\{"[^"]*"\}\}|\[/"[^"]*"/\]|\["[^"]*"\])')
EDGE = re.compile(r"    (s\d+) --> (s\d+)")


def test_a_model_is_drawn_line_by_line() -> None:
    text = mermaid(
        [NEW, OPEN, WON, LOST], arrows(("new", "open"), ("open", "won"), ("open", "lost"))
    )

    assert text == (
        "flowchart LR\n"
        '    s1(["New"])\n'
        '    s2["Open"]\n'
        '    s3{{"Won"}}\n'
        '    s4[/"Lost"/]\n'
        "    s1 --> s2\n"
        "    s2 --> s3\n"
        "    s2 --> s4\n"
    )


def test_names_cannot_break_out_of_their_quotes() -> None:
    odd = ['say "hi"', "a]-->b", "x;y\n z", "#35; & <b>`c`", "end", "%%{init}%%", "\u200b"]
    stages = [a_stage(name) for name in odd]

    first, *lines = mermaid(stages, arrows((stages[0].id, stages[1].id))).splitlines()

    assert first == "flowchart LR"
    assert [bool(NODE.fullmatch(line)) for line in lines[:-1]] == [True] * len(odd)
    assert EDGE.fullmatch(lines[-1])
    assert lines[0] == '    s1["say #34;hi#34;"]'
    assert lines[2] == '    s3["x#59;y z"]'
    assert lines[5] == '    s6["#37;#37;#123;init#125;#37;#37;"]'
