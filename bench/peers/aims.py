"""The aims: how far ahead of each peer Quorum is to be, and whether it is.

What counts is processor time per request: load, servers and MongoDB share a machine.
"""

from collections.abc import Mapping
from typing import Final

from bench.peers.measuring import Figures, Results

READS: Final = ("browse", "deep", "detail", "overview")
AGAINST_MERCURIUS: Final = {"browse": 2.0, "deep": 3.0, "detail": 2.0, "overview": 1.0}
OURS: Final = ("Quorum (compiled)", "Quorum (ordinary)")
PEERS: Final = ("Mercurius", "Apollo Server", "GraphQL Yoga", "Ariadne", "Strawberry")
LIMIT: Final = "Limit without GraphQL"


def ours(by_server: Mapping[str, Figures]) -> Figures:
    """Quorum's own figures: compiled, if that was measured."""
    return next(by_server[name] for name in (*OURS, *by_server) if name in by_server)


def best_build(by_server: Mapping[str, Figures], peer: str) -> str | None:
    """The name of the build of a peer that needs the least processor time."""
    builds = [name for name in by_server if name.split(" (")[0] == peer]
    return min(builds, key=lambda name: by_server[name].processor, default=None)


def best_builds(results: Results) -> Results:
    """The figures of Quorum, of each peer's best build for the operation, and of the limit."""
    return {operation: _best(by_server) for operation, by_server in results.items()}


def _best(by_server: Mapping[str, Figures]) -> dict[str, Figures]:
    builds = [best_build(by_server, peer) for peer in PEERS]
    names = [*OURS, *(name for name in builds if name), LIMIT]
    return {name: by_server[name] for name in names if name in by_server}


def table(results: Results) -> str:
    """Operation by operation, how many times Quorum's processor time the others need."""
    head = "| operation | " + " | ".join((*PEERS, "limit")) + " | aim | |"
    lines = [head, "| --- |" + " ---: |" * (len(PEERS) + 1) + " --- | --- |"]
    for operation, by_server in results.items():
        times = ratios(by_server)
        shown = [f"{times[name]:.2f} ×" if name in times else "" for name in (*PEERS, LIMIT)]
        lines.append(f"| {operation} | {' | '.join(shown)} | {_verdict(operation, times)} |")
    return "\n".join(lines)


def ratios(by_server: Mapping[str, Figures]) -> dict[str, float]:
    """How many times Quorum's processor time the best build of each other server needs."""
    own = ours(by_server).processor
    found: dict[str, float] = {}
    for peer in (*PEERS, LIMIT):
        build = best_build(by_server, peer)
        if build is not None:
            found[peer] = by_server[build].processor / own
    return found


def missed(operation: str, times: Mapping[str, float]) -> list[str]:
    """What an operation does not reach, in words."""
    least = dict.fromkeys(PEERS, 1.0)
    if operation in READS:
        least |= {LIMIT: 1.0, "Mercurius": AGAINST_MERCURIUS[operation]}
    return [
        f"{name} {time:.2f} of {least[name]:g}"
        for name, time in times.items()
        if time < least.get(name, 0.0)
    ]


def _verdict(operation: str, times: Mapping[str, float]) -> str:
    wanted = "not behind"
    if operation in READS:
        wanted = f"Mercurius {AGAINST_MERCURIUS[operation]:g} ×, others and limit 1 ×"
    behind = missed(operation, times)
    return f"{wanted} | {'misses: ' + '; '.join(behind) if behind else 'met'}"
