"""The charts: processor time per request as bars, and how it grows with the data as lines."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import log10
from typing import Final

from bench.peers.measuring import Results

OURS: Final = "#0b6e4f"
PEER: Final = "#9aa5b1"
LIMIT: Final = "#c98b2b"
COLOURS: Final = (OURS, "#5aa17f", "#3b5b92", "#8a4f9e", "#b5485d", "#9a7b2f", "#6b7785", LIMIT)
WIDTH: Final = 760

_LEFT: Final = 190
_ROOM: Final = 90
_BAR: Final = 18
_GAP: Final = 44
_HEIGHT: Final = 220
_STYLE: Final = "font-family:system-ui,sans-serif;font-size:13px"


def processor(results: Results) -> str:
    """Bars of milliseconds per request, shorter is better; each operation has its own scale."""
    parts: list[str] = []
    top = 34
    for operation, by_server in results.items():
        largest = max(each.processor for each in by_server.values())
        parts.append(_text(16, top, operation.capitalize(), "font-weight:600"))
        for name, each in by_server.items():
            top += _BAR + 4
            width = each.processor / largest * (WIDTH - _LEFT - _ROOM)
            parts.append(_text(_LEFT - 8, top, name, "text-anchor:end"))
            parts.append(
                f'<rect x="{_LEFT}" y="{top - 13}" width="{max(width, 1):.1f}" '
                f'height="{_BAR - 1}" fill="{_colour(name)}"/>'
            )
            parts.append(_text(_LEFT + width + 6, top, f"{each.processor:.2f} ms"))
        top += _GAP
    return _drawing(top - 16, "Processor time of the server per request", parts)


def growth(runs: Mapping[int, Results]) -> str:
    """Lines of milliseconds per request against the number of groups, both logarithmic."""
    sizes = sorted(runs)
    operations = [name for name in runs[sizes[0]] if all(name in runs[size] for size in sizes)]
    parts: list[str] = []
    top = 40
    for operation in operations:
        servers = [
            name
            for name in runs[sizes[0]][operation]
            if all(name in runs[size][operation] for size in sizes)
        ]
        lines = {
            name: [(size, runs[size][operation][name].processor) for size in sizes]
            for name in servers
        }
        parts.append(_text(16, top, operation.capitalize(), "font-weight:600"))
        parts += _lines(lines, top + 12)
        top += _HEIGHT + _GAP
    return _drawing(top - 16, "Processor time per request as the data grows", parts)


def _lines(lines: Mapping[str, Sequence[tuple[int, float]]], top: int) -> Iterator[str]:
    points = [point for line in lines.values() for point in line]
    xs, ys = [log10(x) for x, _ in points], [log10(max(y, 1e-3)) for _, y in points]
    left, right, bottom = 60, WIDTH - 240, top + _HEIGHT - 24

    def placed(x: float, y: float) -> tuple[float, float]:
        across = (log10(x) - min(xs)) / ((max(xs) - min(xs)) or 1)
        up = (log10(max(y, 1e-3)) - min(ys)) / ((max(ys) - min(ys)) or 1)
        return left + across * (right - left), bottom - up * (bottom - top - 8)

    for size in sorted({x for x, _ in points}):
        x, _ = placed(size, points[0][1])
        yield _text(x, bottom + 18, f"{size:,} groups", "text-anchor:middle")
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        drawn = " ".join("{:.1f},{:.1f}".format(*placed(x, y)) for x, y in line)
        yield f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>'
        legend = top + 14 + number * 16
        yield f'<rect x="{right + 24}" y="{legend - 9}" width="10" height="10" fill="{colour}"/>'
        first, last = line[0][1], line[-1][1]
        yield _text(right + 40, legend, f"{name}: {first:.2f} to {last:.2f} ms", "font-size:11px")


def _colour(name: str) -> str:
    if name.startswith("Quorum"):
        return OURS
    return LIMIT if name.startswith("Limit") else PEER


def _text(x: float, y: float, text: str, style: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" style="{style}">{escape(text)}</text>'


def _drawing(height: int, title: str, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" style="{_STYLE}">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )
