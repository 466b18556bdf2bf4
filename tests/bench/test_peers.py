from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, build_schema, parse, validate

from bench.ground import Ground, context, ground
from bench.peers import aims, charts, filling, report
from bench.peers.equality import AnswersDiffer, check, first_difference
from bench.peers.measuring import Bench, Figures, Plan
from bench.peers.operations import Operation, operations
from bench.peers.servers import Place, Running, all_servers, running
from schema.build import build_schema as build_quorum

ROOT = Path(__file__).parents[2]
FIGURES = Figures(
    rate=1_234.5,
    p50=7.25,
    p99=20.0,
    half=9.04,
    processor=0.5,
    mongod=0.4,
    memory=73.0,
    commands=3.0,
    busy=0.6,
    load=0.05,
    errors=0.0,
)


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, None, id="keys may stand in any order"),
        pytest.param({"a": 50}, {"a": 50.0}, None, id="a whole number may be written either way"),
        pytest.param([1, 2], [2, 1], "data[0] is 1, not 2", id="entries may not"),
        pytest.param([1], [1, 1], "data has 1 entries, not 2", id="a list is longer"),
        pytest.param({"a": {}}, {"a": {"b": 1}}, "data.a has [], not ['b']", id="a key is missing"),
        pytest.param({"a": True}, {"a": 1}, "data.a is True, not 1", id="true is not one"),
        pytest.param({"a": None}, {"a": []}, "data.a is None, not []", id="null is not empty"),
    ],
)
def test_only_the_order_of_keys_may_differ(one: Any, other: Any, difference: str | None) -> None:
    assert first_difference(one, other) == difference


def test_what_peers_serve_is_a_part_of_the_schema() -> None:
    ours = build_schema((ROOT / "schema.graphql").read_text())
    theirs = build_schema((ROOT / "bench/peers/schema.graphql").read_text())

    assert list(_not_in(theirs, ours)) == []
    for operation in operations([], [], []):
        for schema in (ours, theirs):
            assert validate(schema, parse(operation.text)) == []


def _not_in(part: GraphQLSchema, whole: GraphQLSchema) -> Any:
    for name, type in part.type_map.items():
        if name.startswith("__"):
            continue
        known: Any = whole.type_map.get(name)
        if known is None:
            yield name
        elif isinstance(type, GraphQLEnumType):
            yield from type.values.keys() - known.values.keys()
        elif fields := getattr(type, "fields", None):
            yield from (
                f"{name}.{field}: {its.type}"
                for field, its in fields.items()
                if field not in known.fields or str(known.fields[field].type) != str(its.type)
            )


def test_the_page_is_written_between_its_marks() -> None:
    page = f"Before\n{report.BEGIN}\nold\n{report.END}\nAfter"

    assert report.between_marks(page, "new") == (
        f"Before\n{report.BEGIN}\n\nnew\n\n{report.END}\nAfter"
    )
    with pytest.raises(ValueError, match="lacks"):
        report.between_marks("nothing", "new")


def test_a_table_has_a_row_for_each_server_and_the_ratio_to_ours() -> None:
    slower = replace(FIGURES, processor=1.25)
    same = "1,234 | 7.2 ms | 20.0 ms | 9.0 ms"

    printed = report.table({"Quorum (compiled)": FIGURES, "Mercurius": slower})

    assert printed.splitlines()[2:] == [
        f"| Quorum (compiled) | {same} | 0.50 ms | 1.00 × | 73 MB | 3.0 |",
        f"| Mercurius | {same} | 1.25 ms | 2.50 × | 73 MB | 3.0 |",
    ]


def test_an_aim_is_held_against_the_best_build_of_a_peer() -> None:
    measured = {
        "Quorum (compiled)": FIGURES,
        "Mercurius": replace(FIGURES, processor=2.0),
        "Mercurius (lean)": replace(FIGURES, processor=0.9),
        "Limit without GraphQL": replace(FIGURES, processor=0.6),
    }

    times = aims.ratios(measured)

    assert times == {"Mercurius": 1.8, "Limit without GraphQL": 1.2}
    assert aims.missed("browse", times) == ["Mercurius 1.80 of 2"]
    assert aims.missed("assign", times) == []


def test_charts_are_drawings_with_a_bar_or_a_line_for_each_server() -> None:
    results = {"browse": {"Quorum (compiled)": FIGURES, "Mercurius & co": FIGURES}}

    bars = ElementTree.fromstring(charts.processor(results))
    lines = ElementTree.fromstring(charts.growth({20: results, 1_000: results}))

    assert len(bars.findall("{*}rect")) == 1 + 2
    assert "Mercurius & co" in {text.text for text in bars.findall("{*}text")}
    assert len(lines.findall("{*}polyline")) == 2


async def test_the_limit_answers_as_quorum_does_and_is_measured(tmp_path: Path) -> None:
    limit = next(each for each in all_servers() if each.is_limit)
    async with ground() as made:
        filled = await filling.fill(made.ctx, 6, interests_of=2)
        asked = operations(filled.interests, filled.shown, filled.changed)
        place = Place(made.uri, made.database.name, made.ctx.viewer.tenant)

        async def put_back() -> None:
            await filling.put_back(made.database, filled.changed)

        with running(limit, place, tmp_path) as server:
            assert await check([server], asked, put_back) == 2 + 2 + 2 + 2 + 5
            for operation in asked:
                await put_back()
                ours = await _answers(made, operation)
                await put_back()
                theirs = [server.ask(body)["data"] for body in operation.bodies()[:2]]
                assert first_difference(ours, theirs) is None, operation.name
            with pytest.raises(AnswersDiffer, match="broken"):
                await check([server], [Operation("broken", "query Broken(", [{}])], put_back)
            measured = await _measured(made, server, asked[0], tmp_path)

    browsed = measured["Limit without GraphQL"]
    assert browsed.errors == 0
    assert browsed.rate > 0
    assert browsed.processor > 0
    assert browsed.half > 0


async def _answers(made: Ground, operation: Operation) -> list[Any]:
    answers = [
        await build_quorum().execute(
            operation.text, variable_values=variables, context_value=context(made.database)
        )
        for variables in operation.variables[:2]
    ]
    return [answer.data for answer in answers]


async def _measured(
    made: Ground, server: Running, operation: Operation, folder: Path
) -> dict[str, Figures]:
    async def nothing() -> None:
        return None

    assert made.mongod_pid is not None
    plan = Plan(seconds=0.1, rounds=1, connections=2, warm_seconds=0.05)
    bench = Bench(made.database, made.mongod_pid, folder, plan, nothing)
    await bench.begin()
    return await bench.figures([server], operation)
