"""The report: tables in docs/performance.md, and charts beside it, of the last run of each size."""

import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson

from bench.peers import aims, charts
from bench.peers.measuring import Figures, Plan, Results
from bench.peers.servers import NODE, PROJECT

PAGE: Final = PROJECT / "docs/performance.md"
CHART: Final = PROJECT / "docs/performance.svg"
GROWTH: Final = PROJECT / "docs/performance-growth.svg"
KEPT: Final = PROJECT / "bench/results"
BEGIN: Final = "<!-- figures: begin -->"
END: Final = "<!-- figures: end -->"

_PYTHON: Final = ("strawberry-graphql", "ariadne", "graphql-core", "motor", "uvicorn", "orjson")
_HEAD: Final = (
    "server",
    "requests/s",
    "p50",
    "p99",
    "p99 at half load",
    "processor",
    "against Quorum",
    "memory",
    "commands",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A run as it is kept: of how many groups, when, on what, and the figures."""

    groups: int
    day: str
    machine: str
    versions: str
    plan: Mapping[str, float]
    results: Results


def keep(results: Results, groups: int, plan: Plan, mongod: str) -> None:
    """Keep a run for the report; one of the same size is replaced, operation by operation."""
    before = kept(groups)
    merged = {**(before.results if before else {}), **results}
    run = Kept(groups, _today(), machine(), f"MongoDB {mongod}, {versions()}", asdict(plan), merged)
    KEPT.mkdir(exist_ok=True)
    _file(groups).write_bytes(orjson.dumps(run, option=orjson.OPT_INDENT_2))


def kept(groups: int) -> Kept | None:
    """The last run of so many groups."""
    if not _file(groups).exists():
        return None
    stored: dict[str, Any] = orjson.loads(_file(groups).read_bytes())
    results = {
        operation: {server: Figures(**figures) for server, figures in by_server.items()}
        for operation, by_server in stored.pop("results").items()
    }
    return Kept(**stored, results=results)


def write() -> None:
    """Put what the kept runs show between the marks of the page, and draw the charts."""
    names = sorted(int(path.stem.split("-")[1]) for path in KEPT.glob("peers-*.json"))
    runs = [run for size in names if (run := kept(size)) is not None]
    if not runs:
        return
    best = aims.best_builds(runs[0].results)
    CHART.write_text(charts.processor(best))
    if len(runs) > 1:
        GROWTH.write_text(charts.growth({run.groups: _only(run.results, best) for run in runs}))
    page = PAGE.read_text()
    PAGE.write_text(between_marks(page, "\n\n".join(section(run) for run in runs)))


def _only(results: Results, wanted: Results) -> Results:
    """The figures of the servers that are wanted, operation by operation."""
    return {
        operation: {name: by_server[name] for name in wanted[operation] if name in by_server}
        for operation, by_server in results.items()
        if operation in wanted
    }


def between_marks(page: str, text: str) -> str:
    """The page with this text between its marks."""
    head, _, rest = page.partition(BEGIN)
    _, mark, tail = rest.partition(END)
    if not mark:
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}"


def section(run: Kept) -> str:
    """What one run shows."""
    plan = run.plan
    parts = [
        f"## {run.groups:,} groups",
        f"{run.day}; {run.machine}; {run.versions}. Median of {plan['rounds']:.0f} runs of "
        f"{plan['seconds']:g} seconds, {plan['connections']:.0f} connections.",
        aims.table(run.results),
    ]
    for operation, by_server in run.results.items():
        parts += [f"### {operation.capitalize()}", table(by_server)]
    return "\n\n".join(parts)


def table(by_server: Mapping[str, Figures]) -> str:
    """The figures of one operation, a server a row."""
    ours = aims.ours(by_server)
    rows = [
        (
            name,
            f"{each.rate:,.0f}",
            f"{each.p50:,.1f} ms",
            f"{each.p99:,.1f} ms",
            f"{each.half:,.1f} ms",
            f"{each.processor:,.2f} ms",
            f"{each.processor / ours.processor:,.2f} ×",
            f"{each.memory:,.0f} MB",
            f"{each.commands:,.1f}",
        )
        for name, each in by_server.items()
    ]
    return rows_of(_HEAD, rows)


def rows_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first are figures."""
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Processor, cores and memory."""
    told = Path("/proc/cpuinfo").read_text()
    names = re.findall(r"model name\s*: (.*)", told)
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    gigabytes = int(memory[1]) / 2**20 if memory else 0
    return f"{len(names)} cores of {names[0] if names else 'unknown'}, {gigabytes:.0f} GB"


def load() -> str:
    """How much wanted to run in the last quarter of an hour: 2 to 3 are the bench itself."""
    return f"load average {Path('/proc/loadavg').read_text().split()[2]}"


def versions() -> str:
    """What the servers run on."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    npm = orjson.loads((NODE / "package.json").read_bytes())["dependencies"]
    shown = [f"Python {platform.python_version()}"]
    shown += [f"{name} {version(name)}" for name in _PYTHON]
    shown += [f"Node {node.stdout.strip().removeprefix('v')}"]
    shown += [f"{name} {npm[name]}" for name in sorted(npm)]
    return ", ".join(shown)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _file(groups: int) -> Path:
    return KEPT / f"peers-{groups}.json"
