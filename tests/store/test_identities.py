import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.identifiers import TenantId
from domain.identities import Identity
from domain.upserting import Claim, Wanted
from store.driver import Database
from store.identities import IdentityStore
from tests.builders import NOON

ADA = Identity("person.email", "ada@x.example")
BO = Identity("person.email", "bo@x.example")


@pytest.fixture
def identities(database: Database, tenant: TenantId) -> IdentityStore:
    return IdentityStore(database, tenant)


async def the_claim(identities: IdentityStore, identity: Identity) -> Claim:
    return (await identities.find([identity], NOON))[identity]


async def test_a_claim_is_found_with_its_owner(identities: IdentityStore) -> None:
    assert await identities.claim_many({ADA: Wanted("per_ada", None)}, NOON)

    found = await identities.find([ADA, BO], NOON)

    assert {identity: claim.owner for identity, claim in found.items()} == {ADA: "per_ada"}


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [pytest.param(ADA, BO, id="the first of them"), pytest.param(BO, ADA, id="the last of them")],
)
async def test_when_one_of_several_is_claimed_already_none_is(
    identities: IdentityStore, theirs: Identity, mine: Identity
) -> None:
    await identities.claim_many({theirs: Wanted("per_ada", None)}, NOON)

    wanted = {ADA: Wanted("per_eve", None), BO: Wanted("per_eve", None)}
    assert not await identities.claim_many(wanted, NOON)

    found = await identities.find([ADA, BO], NOON)
    assert {identity: claim.owner for identity, claim in found.items()} == {theirs: "per_ada"}
    assert await identities.claim_many({mine: Wanted("per_bo", None)}, NOON)


async def test_a_claim_taken_over_in_vain_is_let_go_of(identities: IdentityStore) -> None:
    await identities.claim_many({ADA: Wanted("per_gone", None)}, NOON)
    read = await the_claim(identities, ADA)
    await identities.claim_many({BO: Wanted("per_bo", None)}, NOON)

    wanted = {ADA: Wanted("per_eve", read), BO: Wanted("per_eve", replace(read, owner="per_x"))}
    assert not await identities.claim_many(wanted, NOON)

    assert list(await identities.find([ADA, BO], NOON)) == [BO]


async def test_a_claim_that_another_adopted_lasts_until_both_let_go(
    identities: IdentityStore,
) -> None:
    """Whoever adopted it may be about to store its owner."""
    await identities.claim_many({ADA: Wanted("per_ada", None)}, NOON)
    first = await the_claim(identities, ADA)

    assert await identities.claim_many({ADA: Wanted("per_ada", first)}, NOON)
    await identities.claim_many({BO: Wanted("per_bo", None)}, NOON)
    in_vain = {ADA: Wanted("per_ada", first), BO: Wanted("per_ada", None)}
    assert not await identities.claim_many(in_vain, NOON)
    await identities.release_many({ADA: first})

    assert (await the_claim(identities, ADA)).owner == "per_ada"
    await identities.release_many({ADA: await the_claim(identities, ADA)})
    assert list(await identities.find([ADA, BO], NOON)) == [BO]


@pytest.mark.parametrize(
    ("seconds", "is_stale"),
    [
        pytest.param(60, False, id="a claim is fresh for a minute"),
        pytest.param(61, True, id="and stale from then on"),
    ],
)
async def test_a_claim_grows_stale(identities: IdentityStore, seconds: int, is_stale: bool) -> None:
    await identities.claim_many({ADA: Wanted("per_ada", None)}, NOON)

    found = await identities.find([ADA], NOON + timedelta(seconds=seconds))

    assert found[ADA].is_stale is is_stale


async def test_a_claim_is_taken_over_only_as_it_was_read(identities: IdentityStore) -> None:
    await identities.claim_many({ADA: Wanted("per_ada", None)}, NOON)
    read = await the_claim(identities, ADA)

    assert await identities.claim_many({ADA: Wanted("per_bo", read)}, NOON)
    assert not await identities.claim_many({ADA: Wanted("per_eve", read)}, NOON)

    assert (await the_claim(identities, ADA)).owner == "per_bo"


async def test_of_many_who_take_over_one_claim_one_has_it(identities: IdentityStore) -> None:
    await identities.claim_many({ADA: Wanted("per_ada", None)}, NOON)
    read = await the_claim(identities, ADA)

    won = await asyncio.gather(
        *(identities.claim_many({ADA: Wanted(f"per_{n}", read)}, NOON) for n in range(8))
    )

    assert sorted(won) == [False] * 7 + [True]
    assert (await the_claim(identities, ADA)).owner == f"per_{won.index(True)}"


async def test_a_claim_that_was_made_anew_is_not_released(identities: IdentityStore) -> None:
    await identities.claim_many({ADA: Wanted("per_ada", None), BO: Wanted("per_bo", None)}, NOON)
    read = await identities.find([ADA, BO], NOON)
    await identities.claim_many({ADA: Wanted("per_ada", read[ADA])}, NOON)

    await identities.release_many(read)

    assert list(await identities.find([ADA, BO], NOON)) == [ADA]


async def test_nothing_is_sent_about_nothing(identities: IdentityStore) -> None:
    assert await identities.find([], NOON) == {}
    assert await identities.claim_many({}, NOON)
    await identities.release_many({})


async def test_a_name_belongs_to_whoever_claimed_it_first(identities: IdentityStore) -> None:
    owners = await asyncio.gather(
        *(identities.claim("role.name", "buyer", f"role_{n}") for n in range(8))
    )

    assert len(set(owners)) == 1
    assert await identities.claim("role.name", "buyer", "role_late") == owners[0]


async def test_names_are_claimed_together_and_those_of_others_stay(
    identities: IdentityStore,
) -> None:
    await identities.claim("role.name", "buyer", "role_1")

    await identities.claim_all("role.name", {"buyer": "role_2", "user": "role_3"})

    assert await identities.claim("role.name", "buyer", "role_9") == "role_1"
    assert await identities.claim("role.name", "user", "role_9") == "role_3"


async def test_another_tenants_identities_are_others(
    identities: IdentityStore, database: Database, tenant: TenantId
) -> None:
    other = IdentityStore(database, TenantId(f"{tenant}-other"))
    await identities.claim_many({ADA: Wanted("per_ada", None)}, NOON)

    assert await other.find([ADA], NOON) == {}
    assert await other.claim_many({ADA: Wanted("per_theirs", None)}, NOON)
    assert (await the_claim(identities, ADA)).owner == "per_ada"
