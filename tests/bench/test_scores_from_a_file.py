"""What DuckDB computes from a file is what the rules say."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from bench.scores_from_a_file import as_parquet, computed
from domain.decay import NO_DECAY
from domain.engagement import MemberFigures, Window, capped, of_group, to_places
from domain.identifiers import ActivityTypeId, RoleId, ScoringRunId, WeightingModelId
from domain.scoring_runs import KnownType, Rules, ScoringRun

WINDOW = Window(date(2026, 11, 3), date(2026, 11, 29))
LINK = KnownType(ActivityTypeId("link"), ("click link",), 90, 20)
PAGE = KnownType(ActivityTypeId("page"), ("visit webpage", "page views"), 40, 3)
SILENT = KnownType(ActivityTypeId("silent"), ("call",), 0, 20)
SPELLINGS = {"Click Link": LINK, "Visit Webpage": PAGE, "Page Views": PAGE, "Call": SILENT}
WEIGHTS = {RoleId("r1"): 4, RoleId("r2"): 2, RoleId("r3"): 1}


def test_scores_from_a_file_are_those_of_the_rules(tmp_path: Path) -> None:
    dice = Random(3)
    begin = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
    acts = [
        (dice.randrange(20), begin + dice.randrange(30 * 86_400), dice.choice([*SPELLINGS]))
        for _ in range(3_000)
    ]
    members = {
        (f"g{dice.randrange(5)}", dice.randrange(25)): dice.choice(["r1", "r2"]) for _ in range(30)
    }
    every = [f"g{number}" for number in range(6)]
    lines(tmp_path / "all.csv", acts)
    lines(tmp_path / "members.csv", [(*place, role) for place, role in members.items()])
    lines(tmp_path / "roles.csv", [(g, role, w) for g in every for role, w in WEIGHTS.items()])
    rules = Rules("UTC", 27, (LINK, PAGE, SILENT), NO_DECAY)
    at = datetime(2026, 11, 29, tzinfo=UTC)
    run = ScoringRun(ScoringRunId("r"), 1, at, WINDOW, rules, WeightingModelId("m"), None)

    limit = computed(as_parquet(tmp_path / "all.csv"), tmp_path, run)

    raws: Counter[int] = Counter()
    counted: Counter[int] = Counter()
    for (person, _, type), count in days(acts).items():
        raws[person] += type.weight * capped([count], type.daily_cap)
        counted[person] += capped([count], type.daily_cap)
    assert limit.scores.people == {person: float(raw) for person, raw in raws.items()}
    assert limit.scores.groups == {
        group: figures(
            [
                MemberFigures(RoleId(role), float(raws[person]), counted[person])
                for (of, person), role in members.items()
                if of == group
            ]
        )
        for group in every
    }


def days(acts: list[tuple[int, int, str]]) -> Counter[tuple[int, date, KnownType]]:
    """How often a person did what on a day of the window, of types that count."""
    found: Counter[tuple[int, date, KnownType]] = Counter()
    for person, second, spelling in acts:
        day, type = datetime.fromtimestamp(second, UTC).date(), SPELLINGS[spelling]
        if WINDOW.first_day <= day <= WINDOW.last_day and type.weight:
            found[person, day, type] += 1
    return found


def figures(members: list[MemberFigures]) -> tuple[float, float]:
    of = of_group(WEIGHTS, members)
    return of.raw, to_places(of.role_weighted_count)


def lines(path: Path, rows: Sequence[tuple[object, ...]]) -> None:
    path.write_text("".join(f"{','.join(map(str, row))}\n" for row in rows))
