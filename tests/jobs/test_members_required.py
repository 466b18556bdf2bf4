import pytest

from domain.identifiers import RoleTemplateId
from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import members_required
from resolvers.jobs import start_members_required_job
from resolvers.members_required import MembersRequired, change_members_required
from resolvers.membership import remove_members
from store.driver import Document
from tests.schema.operations import mutate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members_required, "GROUPS_WITHOUT_A_JOB", 2)


async def some_groups(ctx: Context, count: int) -> str:
    """The template of so many groups, each with one of the two engineers it needs."""
    interest = await an_interest(ctx)
    accounts = await some_accounts(ctx, *(f"Account {number}" for number in range(count)))
    for number, account in enumerate(accounts.values()):
        await some_people(ctx, account, {f"ada{number}": "Chief", f"bo{number}": "Engineer"})
        await a_buying_group(ctx, account, interest)
    [template] = await ctx.stores.role_templates.all()
    return str(template["_id"])


async def completeness(ctx: Context) -> list[tuple[float, int]]:
    groups = await ctx.stores.groups.all()
    return [(group["completeness"]["exact"], group["template_revision"]) for group in groups]


SELECTION = (
    "... on ChangeMembersRequiredSuccess { roleTemplate { revision } "
    "job { id kind status roleTemplate { name } } }"
)


async def change(ctx: Context, template: str, count: int) -> Document:
    answer: Document = await mutate(
        ctx,
        "changeMembersRequired",
        SELECTION,
        roleTemplateId=template,
        role="Practitioner",
        membersRequired=count,
    )
    return answer


async def test_many_groups_are_recomputed_by_a_job_that_the_answer_names(home: Context) -> None:
    template = await some_groups(home, 3)

    answer = await change(home, template, 4)
    waiting = await completeness(home)
    left_alone = await members_required.recompute_behind(home)
    ended = await run_open_jobs(home, "worker")

    job = answer["job"]
    assert (job["kind"], job["status"]) == ("MEMBERS_REQUIRED", "WAITING")
    assert job["roleTemplate"] == {"name": "Template of Security"}
    assert waiting == [(75.0, 1)] * 3
    assert (left_alone, ended) == (0, 1)
    assert await completeness(home) == [(62.5, 2)] * 3
    done = await home.stores.jobs.one(job["id"])
    assert done is not None
    assert {name: done["progress"][name] for name in ("total", "done", "groups_changed")} == {
        "total": 3,
        "done": 3,
        "groups_changed": 3,
    }


async def test_a_few_groups_need_no_job(home: Context) -> None:
    template = await some_groups(home, 2)

    answer = await change(home, template, 4)

    assert answer["job"] is None
    assert await completeness(home) == [(62.5, 2)] * 2


async def test_a_change_on_top_of_another_leaves_no_group_behind(home: Context) -> None:
    template = await some_groups(home, 3)

    first = await change_members_required(home, template, "Practitioner", 4)
    second = await change_members_required(home, template, "Practitioner", 1)
    ended = await run_open_jobs(home, "worker")

    assert isinstance(first, MembersRequired)
    assert isinstance(second, MembersRequired)
    assert None not in (first.job, second.job)
    assert ended == 2
    assert await completeness(home) == [(100.0, 3)] * 3


async def test_groups_of_a_job_that_is_deleted_are_found_all_the_same(home: Context) -> None:
    template = await some_groups(home, 3)

    answer = await change(home, template, 4)
    await mutate(home, "deleteJob", "", jobId=answer["job"]["id"])
    found = await members_required.recompute_behind(home)

    assert found == 3
    assert await completeness(home) == [(62.5, 2)] * 3


@pytest.mark.parametrize("command", ["pauseJob", "cancelJob"])
async def test_a_job_that_is_stopped_leaves_its_groups_until_somebody_asks_anew(
    home: Context, command: str
) -> None:
    template = await some_groups(home, 3)
    answer = await change(home, template, 4)
    await mutate(home, command, "", jobId=answer["job"]["id"])

    found = await members_required.recompute_behind(home)
    stopped = await completeness(home)
    again = await change(home, template, 4)
    await run_open_jobs(home, "worker")

    assert (found, stopped) == (0, [(75.0, 1)] * 3)
    assert again["job"]["status"] == "WAITING"
    assert await completeness(home) == [(62.5, 2)] * 3
    assert (await change(home, template, 4))["job"] is None


async def test_a_later_change_is_not_held_up_by_a_job_that_was_stopped(home: Context) -> None:
    template = await some_groups(home, 3)
    answer = await change(home, template, 4)
    await mutate(home, "cancelJob", "", jobId=answer["job"]["id"])
    [group, *_] = await home.stores.groups.all()
    [person] = [each["person_id"] for each in group["members"]][:1]

    await remove_members(home, group["_id"], [person])  # the group itself is of today at once
    await change(home, template, 1)
    await members_required.recompute_behind(home)
    await run_open_jobs(home, "worker")

    assert {revision for _, revision in await completeness(home)} == {3}


async def test_a_job_whose_template_is_gone_fails(home: Context) -> None:
    gone = RoleTemplateId("rt_gone")
    job = await start_members_required_job(home, gone, 1)

    await run_open_jobs(home, "worker")

    failed = await home.stores.jobs.one(job)
    assert failed is not None
    assert (failed["status"], failed["failure"]) == ("failed", "The role template is gone.")
