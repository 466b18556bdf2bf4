"""The demo data as it is once loaded, and that loading it again changes nothing."""

from collections import Counter

from demo.activities import UNKNOWN_TYPE
from demo.loading import STEPS, DemoProgress, DemoReport, is_loaded, load_demo
from domain.membership import Method
from store.driver import Document
from tests.demo.conftest import Loaded


async def test_everything_is_there_once(loaded: Loaded) -> None:
    assert loaded.report == DemoReport(
        accounts=85,
        people=1_524,
        opportunities=7_375,
        opportunities_rejected=1_425,
        activities=16_142,
        buying_groups=181,
    )
    assert await is_loaded(loaded.ctx)


async def test_every_job_was_made_and_done_once(loaded: Loaded) -> None:
    jobs = await loaded.ctx.stores.jobs.all()

    kinds = Counter((job["kind"], job["status"]) for job in jobs)
    created = sum(job["progress"]["groups_created"] for job in jobs if job["kind"] == "creation")
    assert kinds == {("creation", "done"): 4, ("maintenance", "done"): 1, ("scoring", "done"): 2}
    assert created == 181


async def test_groups_are_at_every_level_of_completeness(loaded: Loaded) -> None:
    groups = await loaded.ctx.stores.groups.all()
    exact = [group["completeness"]["exact"] for group in groups]

    assert Counter(int(each // 25 * 25) for each in exact) == {
        0: 38,
        25: 26,
        50: 45,
        75: 35,
        100: 37,
    }
    assert sum(each == 0 for each in exact) == 24
    assert any(group["engagement"]["raw"] > 0 for group in groups)
    assert any(group["engagement"]["raw"] == 0 for group in groups)


async def test_all_methods_have_spoken(loaded: Loaded) -> None:
    groups = await loaded.ctx.stores.groups.all()
    members = [member for group in groups for member in group["members"]]

    deciding = Counter(member["method"] for member in members)
    assert deciding[Method.MANUAL.value] == 9
    assert deciding[Method.JOURNEY.value] == 3
    assert sum(len(member["claims"]) > 1 for member in members) == 8


async def test_a_removal_by_hand_stands_against_a_journey_and_the_rules(loaded: Loaded) -> None:
    officer = await _member(loaded, "Security Suite for Acme Corporation", "Paula Reeves")

    assert (officer["is_removed"], officer["method"]) == (True, "manual")
    assert {method: bool(claim["role_id"]) for method, claim in officer["claims"].items()} == {
        "manual": False,
        "journey": True,
        "system": True,
    }
    assert officer["claims"]["manual"]["actor"] == "Darcel Schlecht"


async def test_some_activities_wait_for_a_type_or_a_person(loaded: Loaded) -> None:
    stored = loaded.ctx.stores.database["activities"]
    mine = {"tenant": loaded.ctx.viewer.tenant}

    assert await stored.count_documents(mine) == 16_142
    assert await stored.count_documents({**mine, "type_name": UNKNOWN_TYPE}) == 146
    assert await stored.count_documents({**mine, "person_id": None}) == 150


async def test_loading_again_changes_nothing(loaded: Loaded) -> None:
    before = await _state(loaded)
    seen: list[DemoProgress] = []

    report = await load_demo(loaded.ctx, seen.append)

    assert report == loaded.report
    assert await _state(loaded) == before
    assert list(dict.fromkeys(each.step for each in seen)) == list(STEPS)
    assert {each.part for each in seen if each.step == "People"} >= {0.0, 1.0}


async def _member(loaded: Loaded, group_name: str, person_name: str) -> Document:
    groups = await loaded.ctx.stores.groups.all()
    people = {person["_id"]: person["name"] for person in await loaded.ctx.stores.people.all()}
    return next(
        member
        for group in groups
        if group["name"] == group_name
        for member in group["members"]
        if people[member["person_id"]] == person_name
    )


async def _state(loaded: Loaded) -> tuple[int, list[tuple[str, int]]]:
    """How many events there are, and the version of every group."""
    events = loaded.ctx.stores.database["events"]
    groups = await loaded.ctx.stores.groups.all()
    count = await events.count_documents({"tenant": loaded.ctx.viewer.tenant})
    return count, [(group["_id"], group["version"]) for group in groups]
