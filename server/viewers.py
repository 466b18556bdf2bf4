"""Viewers: who asks. Until people sign in, the request's own headers say so."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import Headers

from domain.identifiers import TenantId
from execution.context import Right, Viewer
from execution.error_codes import ErrorCode
from server.refusals import Refusal, bad_request
from server.settings import ACTOR_LENGTH, TENANT_NAME, Settings, rights_named

TENANT: Final = "X-Quorum-Tenant"
ACTOR: Final = "X-Quorum-Actor"
RIGHTS: Final = "X-Quorum-Rights"

_REMEMBERED_SECONDS: Final = 5.0
_LONGEST_RIGHTS: Final = 400


class Viewers:
    """Makes viewers of headers; a tenant that was there is not looked for again for seconds."""

    def __init__(
        self,
        settings: Settings,
        exists: Callable[[TenantId], Awaitable[bool]],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._exists = exists
        self._seconds = seconds
        self._seen: dict[TenantId, float] = {}

    async def of(self, headers: Headers) -> Viewer | Refusal:
        """The viewer these headers name, with the settings' defaults for what they leave out."""
        tenant = _single(headers, TENANT, self._settings.tenant, 63)
        if isinstance(tenant, Refusal):
            return tenant
        if not TENANT_NAME.fullmatch(tenant):
            return bad_request(f"{TENANT} is no name of a tenant.", TENANT)
        actor = _single(headers, ACTOR, self._settings.actor, ACTOR_LENGTH)
        if isinstance(actor, Refusal):
            return actor
        rights = self._rights(headers)
        if isinstance(rights, Refusal):
            return rights
        if not await self._is_known(TenantId(tenant)):
            return Refusal(400, ErrorCode.TENANT_UNKNOWN, f"There is no tenant {tenant}.", TENANT)
        return Viewer(tenant=TenantId(tenant), actor=actor, rights=rights)

    def _rights(self, headers: Headers) -> frozenset[Right] | Refusal:
        given = headers.getlist(RIGHTS)
        if not given:
            return self._settings.rights
        text = ",".join(given)
        if len(text) > _LONGEST_RIGHTS:
            return bad_request(f"{RIGHTS} has more than {_LONGEST_RIGHTS} characters.", RIGHTS)
        try:
            return rights_named(text)
        except ValueError as error:
            return bad_request(f"{RIGHTS} {error}.", RIGHTS)

    async def _is_known(self, tenant: TenantId) -> bool:
        now = self._seconds()
        if now - self._seen.get(tenant, -_REMEMBERED_SECONDS) < _REMEMBERED_SECONDS:
            return True
        known = await self._exists(tenant)
        if known:
            self._seen[tenant] = now
        else:
            self._seen.pop(tenant, None)
        return known


def _single(headers: Headers, name: str, default: str, longest: int) -> str | Refusal:
    """The one value of a header, plain ASCII and short, or the default when it is not sent."""
    given = headers.getlist(name)
    if not given:
        return default
    if len(given) > 1:
        return bad_request(f"{name} is sent more than once.", name)
    value = given[0].strip()
    if not value or len(value) > longest or not (value.isascii() and value.isprintable()):
        return bad_request(f"{name} must be 1 to {longest} printable ASCII characters.", name)
    return value
