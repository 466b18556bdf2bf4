"""The GraphiQL page: served from here alone, under a policy that lets it reach nothing else."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

PATH: Final = "/graphiql"
BUNDLE: Final = Path(__file__).parents[1] / "graphiql" / "dist"

CONTENT_SECURITY_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor positions its lines by inline styles
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_GUARDS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_NEVER_STALE: Final = {"cache-control": "no-cache"}
_FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}  # names carry a hash

_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
}

_NOT_BUILT: Final = (
    "GraphiQL is not built yet: run “make setup” in Quorum's folder, then load this page again."
)


@dataclass(frozen=True, slots=True)
class Example:
    """A query worth trying: one tab of the page, its title the first line as a comment."""

    title: str
    query: str
    variables: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Bundle:
    """The names of the files that the page loads first."""

    script: str
    style: str


def routes(
    url: str = "/graphql", examples: Sequence[Example] = (), bundle: Path = BUNDLE
) -> list[Route]:
    """The page at /graphiql and its files; it asks `url` of the same server.

    `bundle` is the folder that scripts/build-graphiql fills. It is looked at on every request:
    until it is filled the page answers 503 and says how to fill it.
    """
    return [
        Route(PATH, _page(url, examples, bundle)),
        Route(f"{PATH}/assets/{{name}}", _assets(bundle)),
    ]


def home() -> Route:
    """The way from / to the page."""

    async def to_page(request: Request) -> Response:
        return RedirectResponse(_root(request) + PATH, headers=_GUARDS)

    return Route("/", to_page)


def _page(url: str, examples: Sequence[Example], folder: Path) -> Callable[[Request], Response]:
    shown = [
        {"title": example.title, "query": example.query, "variables": dict(example.variables)}
        for example in examples
    ]

    def page(request: Request) -> Response:
        bundle = _read(folder)
        if bundle is None:
            return _html(_MISSING_PAGE.format(sentence=_NOT_BUILT), status_code=503)
        root = _root(request)
        config = json.dumps({"url": root + url, "examples": shown}).replace("<", "\\u003c")
        assets = escape(f"{root}{PATH}/assets")
        return _html(
            _PAGE.format(
                config=config,
                script=f"{assets}/{bundle.script}",
                style=f"{assets}/{bundle.style}",
            )
        )

    return page


def _assets(folder: Path) -> Callable[[Request], Response]:
    def asset(request: Request) -> Response:
        name = request.path_params["name"]
        for path in folder.glob("*"):  # a name from outside never becomes a path
            if path.name == name and path.suffix in _MEDIA_TYPES:
                media_type = _MEDIA_TYPES[path.suffix]
                return FileResponse(path, media_type=media_type, headers=_GUARDS | _FOR_EVER)
        return PlainTextResponse("There is no such file.", 404, headers=_GUARDS | _NEVER_STALE)

    return asset


def _read(folder: Path) -> _Bundle | None:
    """What the build wrote last, None while there is no finished build."""
    try:
        return _Bundle(**json.loads((folder / "bundle.json").read_bytes()))
    except FileNotFoundError:
        return None


def _root(request: Request) -> str:
    """The path under which a proxy or a mount shows this server, without a final slash."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def _html(content: str, status_code: int = 200) -> Response:
    return HTMLResponse(content, status_code, headers=_GUARDS | _NEVER_STALE)


_HEAD: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Quorum</title>
<link rel="icon" href="data:image/svg+xml,\
%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' \
stroke='%23d60690' stroke-width='2'%3E%3Ccircle cx='8' cy='8' r='6'/%3E\
%3Cpath d='M9 9l6 6'/%3E%3C/svg%3E">
"""

_PAGE: Final = (
    _HEAD
    + """\
<link rel="stylesheet" href="{style}">
<script id="config" type="application/json">{config}</script>
<script type="module" src="{script}"></script>
</head>
<body>
<div id="graphiql"><p>Loading GraphiQL …</p></div>
<noscript>GraphiQL needs JavaScript.</noscript>
</body>
</html>
"""
)

_MISSING_PAGE: Final = (
    _HEAD
    + """\
</head>
<body>
<p>{sentence}</p>
</body>
</html>
"""
)
