import pytest
from starlette.datastructures import Headers

from domain.identifiers import TenantId
from execution.context import Right, Viewer
from execution.error_codes import ErrorCode
from server.refusals import Refusal
from server.settings import Settings
from server.viewers import Viewers

SETTINGS = Settings(tenant="acme", actor="ann", rights=frozenset({Right.READ}))


class Tenants:
    """The tenants there are, and how often each was looked for."""

    def __init__(self, *names: str) -> None:
        self.names = set(names)
        self.asked: list[str] = []

    async def exists(self, tenant: TenantId) -> bool:
        self.asked.append(tenant)
        return tenant in self.names


async def test_without_headers_the_settings_say_who_asks() -> None:
    viewers = Viewers(SETTINGS, Tenants("acme").exists)

    viewer = await viewers.of(Headers({}))

    assert viewer == Viewer(TenantId("acme"), "ann", frozenset({Right.READ}))


async def test_the_headers_say_who_asks() -> None:
    viewers = Viewers(SETTINGS, Tenants("other").exists)

    viewer = await viewers.of(
        Headers(
            {
                "x-quorum-tenant": "other",
                "x-quorum-actor": "bo@example.com",
                "x-quorum-rights": "edit_groups, RUN_JOBS,",
            }
        )
    )

    rights = frozenset({Right.EDIT_GROUPS, Right.RUN_JOBS})
    assert viewer == Viewer(TenantId("other"), "bo@example.com", rights)


async def test_an_empty_list_of_rights_means_none() -> None:
    viewers = Viewers(SETTINGS, Tenants("acme").exists)

    viewer = await viewers.of(Headers({"x-quorum-rights": ""}))

    assert viewer == Viewer(TenantId("acme"), "ann", frozenset())


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        pytest.param("X-Quorum-Tenant", b"nobody", "TENANT_UNKNOWN", id="an unknown tenant"),
        pytest.param("X-Quorum-Tenant", b"a:b", "BAD_REQUEST", id="a tenant no one can have"),
        pytest.param("X-Quorum-Tenant", b"", "BAD_REQUEST", id="an empty tenant"),
        pytest.param("X-Quorum-Tenant", b"a" * 64, "BAD_REQUEST", id="a tenant too long"),
        pytest.param("X-Quorum-Actor", "Jörg".encode(), "BAD_REQUEST", id="letters beyond ASCII"),
        pytest.param("X-Quorum-Actor", b"a\tb", "BAD_REQUEST", id="a tab in the actor"),
        pytest.param("X-Quorum-Actor", b" ", "BAD_REQUEST", id="a blank actor"),
        pytest.param("X-Quorum-Actor", b"a" * 201, "BAD_REQUEST", id="an actor too long"),
        pytest.param("X-Quorum-Rights", b"READ,FLY", "BAD_REQUEST", id="an unknown right"),
        pytest.param("X-Quorum-Rights", b"\xff", "BAD_REQUEST", id="a right beyond ASCII"),
        pytest.param("X-Quorum-Rights", b"READ," * 100, "BAD_REQUEST", id="rights without end"),
    ],
)
async def test_a_header_that_cannot_be_used_is_refused_by_name(
    name: str, value: bytes, code: str
) -> None:
    viewers = Viewers(SETTINGS, Tenants("acme").exists)

    refusal = await viewers.of(Headers(raw=[(name.lower().encode(), value)]))

    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.code, refusal.field) == (400, code, name)


async def test_a_header_sent_twice_is_refused() -> None:
    viewers = Viewers(SETTINGS, Tenants("acme").exists)

    refusal = await viewers.of(
        Headers(raw=[(b"x-quorum-actor", b"ann"), (b"x-quorum-actor", b"bo")])
    )

    assert refusal == Refusal(
        400, ErrorCode.BAD_REQUEST, "X-Quorum-Actor is sent more than once.", "X-Quorum-Actor"
    )


async def test_the_refusal_names_the_unknown_right() -> None:
    viewers = Viewers(SETTINGS, Tenants("acme").exists)

    refusal = await viewers.of(Headers({"x-quorum-rights": "READ,FLY"}))

    assert isinstance(refusal, Refusal)
    assert refusal.message == (
        "X-Quorum-Rights names 'FLY', which is no right; the rights are READ, EDIT_DATA,"
        " EDIT_COMPONENTS, EDIT_GROUPS, ACT_AS_JOURNEY, ACT_AS_SYSTEM, RUN_JOBS, ADMIN."
    )


async def test_a_known_tenant_is_remembered_for_seconds_an_unknown_one_never() -> None:
    tenants = Tenants("acme")
    time = [100.0]
    viewers = Viewers(SETTINGS, tenants.exists, seconds=lambda: time[0])
    unknown = Headers({"x-quorum-tenant": "new"})

    await viewers.of(Headers({}))
    time[0] = 104.9
    await viewers.of(Headers({}))
    time[0] = 105.1
    await viewers.of(Headers({}))
    await viewers.of(unknown)
    tenants.names.add("new")
    viewer = await viewers.of(unknown)

    assert tenants.asked == ["acme", "acme", "new", "new"]
    assert isinstance(viewer, Viewer)
