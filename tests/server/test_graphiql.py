import json
import re
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.routing import Mount

from server.graphiql import Example, home, routes

SCRIPT = "graphiql-AAAA.js"
STYLE = "graphiql-BBBB.css"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "bundle.json").write_text(json.dumps({"script": SCRIPT, "style": STYLE}))
    (tmp_path / SCRIPT).write_text("start()")
    (tmp_path / STYLE).write_text("body {}")
    (tmp_path / "codicon-CCCC.ttf").write_bytes(b"font")
    (tmp_path / f"{SCRIPT}.LEGAL.txt").write_text("MIT")
    return tmp_path


async def asked(app: Starlette, path: str, method: str = "GET") -> Response:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://quorum.test") as client:
        return await client.request(method, path)


def an_app(bundle: Path, *examples: Example, url: str = "/graphql") -> Starlette:
    return Starlette(routes=[*routes(url, examples, bundle), home()])


def config(page: str) -> object:
    """The JSON that the page hands to its script."""
    found = re.search(r'<script id="config" type="application/json">(.*?)</script>', page, re.S)
    assert found is not None
    return json.loads(found[1])


async def test_the_page_may_reach_its_own_origin_only(bundle: Path) -> None:
    response = await asked(an_app(bundle), "/graphiql")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-cache"
    assert "access-control-allow-origin" not in response.headers


async def test_the_page_names_no_other_server(bundle: Path) -> None:
    response = await asked(an_app(bundle), "/graphiql")

    addresses = re.findall(r'(?:src|href)="([^"]*)"', response.text)
    outside = [a for a in addresses if not a.startswith(("/graphiql/assets/", "data:"))]
    assert outside == []
    assert f'src="/graphiql/assets/{SCRIPT}"' in response.text
    assert f'href="/graphiql/assets/{STYLE}"' in response.text


async def test_the_page_runs_no_script_of_its_own(bundle: Path) -> None:
    response = await asked(an_app(bundle), "/graphiql")

    scripts = re.findall(r"<script ([^>]*)>", response.text)
    assert scripts == [
        'id="config" type="application/json"',
        f'type="module" src="/graphiql/assets/{SCRIPT}"',
    ]


async def test_the_page_carries_address_and_examples(bundle: Path) -> None:
    who = Example("Who is in?", "{ me }")
    one = Example("One group", "query One($id: ID!) { node(id: $id) { id } }", {"id": "g1"})

    response = await asked(an_app(bundle, who, one, url="/api"), "/graphiql")

    assert config(response.text) == {
        "url": "/api",
        "examples": [
            {"title": "Who is in?", "query": "{ me }", "variables": {}},
            {
                "title": "One group",
                "query": "query One($id: ID!) { node(id: $id) { id } }",
                "variables": {"id": "g1"},
            },
        ],
    }


async def test_an_example_cannot_leave_its_script_tag(bundle: Path) -> None:
    hostile = Example("</script><script>alert(1)</script>", "{ me } # <!--")

    response = await asked(an_app(bundle, hostile), "/graphiql")

    assert response.text.count("<script") == 2
    assert "<!--" not in response.text
    assert config(response.text) == {
        "url": "/graphql",
        "examples": [
            {
                "title": "</script><script>alert(1)</script>",
                "query": "{ me } # <!--",
                "variables": {},
            }
        ],
    }


async def test_below_a_mount_every_address_carries_its_path(bundle: Path) -> None:
    app = Starlette(routes=[Mount("/quorum", routes=[*routes(bundle=bundle), home()])])

    response = await asked(app, "/quorum/graphiql")

    assert config(response.text) == {"url": "/quorum/graphql", "examples": []}
    assert f'src="/quorum/graphiql/assets/{SCRIPT}"' in response.text
    assert (await asked(app, "/quorum/")).headers["location"] == "/quorum/graphiql"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        pytest.param(SCRIPT, "text/javascript; charset=utf-8", id="a script"),
        pytest.param(STYLE, "text/css; charset=utf-8", id="a style"),
        pytest.param("codicon-CCCC.ttf", "font/ttf", id="a font"),
        pytest.param(f"{SCRIPT}.LEGAL.txt", "text/plain; charset=utf-8", id="the licences"),
    ],
)
async def test_a_file_of_the_bundle_is_kept_for_ever(
    bundle: Path, name: str, media_type: str
) -> None:
    response = await asked(an_app(bundle), f"/graphiql/assets/{name}")

    assert response.status_code == 200
    assert response.content == (bundle / name).read_bytes()
    assert response.headers["content-type"] == media_type
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("default-src 'none'; ")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("graphiql-ZZZZ.js", id="a file of an older build"),
        pytest.param("bundle.json", id="what the build notes for the server"),
        pytest.param("..%2Foutside.js", id="a file outside the bundle"),
        pytest.param("%2e%2e", id="the folder above"),
        pytest.param("a%00.js", id="a name with a zero byte"),
        pytest.param(f"{'a' * 5000}.js", id="a name longer than any file's"),
    ],
)
async def test_no_other_file_is_served(bundle: Path, name: str) -> None:
    (bundle.parent / "outside.js").write_text("secret")

    response = await asked(an_app(bundle), f"/graphiql/assets/{name}")

    assert response.status_code == 404
    assert "secret" not in response.text


async def test_without_a_bundle_the_page_says_how_to_build_it(tmp_path: Path) -> None:
    response = await asked(an_app(tmp_path / "dist"), "/graphiql")

    assert response.status_code == 503
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert re.findall(r"<p>(.*)</p>", response.text) == [
        "GraphiQL is not built yet: run “make setup” in Quorum's folder, then load this page again."
    ]
    assert (await asked(an_app(tmp_path / "dist"), f"/graphiql/assets/{SCRIPT}")).status_code == 404


async def test_a_bundle_built_while_the_server_runs_is_found(tmp_path: Path, bundle: Path) -> None:
    notes = bundle / "bundle.json"
    app = an_app(bundle)
    finished = notes.read_text()
    notes.unlink()

    before = await asked(app, "/graphiql")
    notes.write_text(finished)
    after = await asked(app, "/graphiql")

    assert [before.status_code, after.status_code] == [503, 200]


async def test_the_root_leads_to_the_page(bundle: Path) -> None:
    response = await asked(an_app(bundle), "/")

    assert response.status_code == 307
    assert response.headers["location"] == "/graphiql"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_the_page_only_answers_questions(bundle: Path, method: str) -> None:
    assert (await asked(an_app(bundle), "/graphiql", method)).status_code == 405
