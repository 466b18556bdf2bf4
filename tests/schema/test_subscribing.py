import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from execution.context import Context, Right, Viewer
from jobs.kinds import run_open_jobs
from resolvers import jobs, roles
from schema.build import build_schema
from schema.serving import Answer
from schema.subscribing import Ended, Told, respond
from tests.builders import NOON
from tests.contexts import Clock

EVENTS = "{ position events { position } }"


@asynccontextmanager
async def told(ctx: Context, query: str, **variables: Any) -> AsyncIterator[AsyncIterator[Any]]:
    """The answers to a subscription, as they are read from their JSON."""
    answers = await respond(build_schema(), ctx, query, variables)
    assert not isinstance(answers, Answer), answers

    async def read(source: AsyncGenerator[Told, None]) -> AsyncGenerator[Any, None]:
        async with aclosing(source):
            async for each in source:
                yield each if isinstance(each, Ended) else json.loads(each)

    async with asyncio.timeout(10), aclosing(read(answers)) as reading:
        yield reading


async def code_of(ctx: Context, query: str, **variables: Any) -> str:
    answer = await respond(build_schema(), ctx, query, variables)
    assert isinstance(answer, Answer), answer
    return answer.code


async def store(ctx: Context, *events: dict[str, Any]) -> list[int]:
    """Append events that are given in part; their positions."""
    last = await ctx.stores.event_log.last()
    positions = list(range(last + 1, last + 1 + len(events)))
    await ctx.stores.database["events"].insert_many(
        [
            {
                "_id": f"{ctx.viewer.tenant}:{position:016d}",
                "tenant": ctx.viewer.tenant,
                "position": position,
                "event_id": f"{ctx.viewer.tenant}-{position}",
                "at": ctx.now(),
                "actor": "sam",
                "subject_id": "somebody",
                **event,
            }
            for position, event in zip(positions, events, strict=True)
        ]
    )
    return positions


HISTORY: tuple[dict[str, Any], ...] = (
    {"type": "BUYING_GROUP_CREATED", "buying_group_id": "bg_1", "account_id": "acc_1"},
    {"type": "MEMBERSHIP_CHANGED", "buying_group_id": "bg_1", "person_id": "per_1"},
    {
        "type": "BUYING_GROUP_MOVED",
        "buying_group_id": "bg_2",
        "solution_interest_id": "si_1",
        "before": {"stage_id": "stg_1"},
        "after": {"stage_id": "stg_2"},
    },
    {"type": "PERSON_UPDATED", "person_id": "per_1"},
    {"type": "ROLE_UPDATED", "subject_id": "role_1"},
    {"type": "ACCOUNT_UPDATED", "account_id": "acc_1"},
)


@pytest.mark.parametrize(
    ("field", "filter", "places"),
    [
        pytest.param("buyingGroupEvents", {}, [0, 1, 2], id="groups"),
        pytest.param("buyingGroupEvents", {"types": ["MEMBERSHIP_CHANGED"]}, [1], id="of a type"),
        pytest.param("buyingGroupEvents", {"buyingGroups": ["bg_1"]}, [0, 1], id="of a group"),
        pytest.param("buyingGroupEvents", {"accounts": ["acc_1"]}, [0], id="of an account"),
        pytest.param("buyingGroupEvents", {"solutionInterests": ["si_1"]}, [2], id="for one thing"),
        pytest.param("buyingGroupEvents", {"people": ["per_1"]}, [1], id="of somebody in groups"),
        pytest.param("buyingGroupEvents", {"stages": ["stg_1"]}, [2], id="leaving a stage"),
        pytest.param("buyingGroupEvents", {"stages": ["stg_2"]}, [2], id="entering a stage"),
        pytest.param("personEvents", {}, [1, 3], id="people"),
        pytest.param("personEvents", {"types": ["PERSON_UPDATED"]}, [3], id="themselves"),
        pytest.param("personEvents", {"buyingGroups": ["bg_1"]}, [1], id="in a group"),
        pytest.param("componentEvents", {}, [4], id="components"),
        pytest.param("componentEvents", {"subjects": ["role_2"]}, [], id="another component"),
    ],
)
async def test_a_subscription_tells_the_events_of(
    ctx: Context, field: str, filter: dict[str, Any], places: list[int]
) -> None:
    kind = field[0].upper() + field[1:-1]
    query = f"subscription ($f: {kind}Filter) {{ {field}(filter: $f, after: 0) {EVENTS} }}"
    positions = await store(ctx, *HISTORY)

    async with told(ctx, query, f=filter) as answers:
        beginning = (await anext(answers))["data"][field]
        found = (await anext(answers))["data"][field] if places else None

    assert beginning == {"position": 0, "events": []}
    if found is not None:
        assert [event["position"] for event in found["events"]] == [positions[at] for at in places]
        assert found["position"] == positions[-1]


async def test_a_position_is_good_while_nothing_after_it_is_too_old(
    ctx: Context, clock: Clock
) -> None:
    query = f"subscription ($after: Position) {{ personEvents(after: $after) {EVENTS} }}"
    clock.at = NOON
    await store(ctx, *HISTORY[:4])
    clock.forward(timedelta(days=29))
    await store(ctx, HISTORY[3])
    clock.forward(timedelta(days=2))

    assert await code_of(ctx, query, after=0) == "CURSOR_EXPIRED"
    assert await code_of(ctx, query, after=3) == "CURSOR_EXPIRED"
    assert await code_of(ctx, query, after=6) == "BAD_CURSOR"
    async with told(ctx, query, after=4) as answers:
        await anext(answers)
        batch = (await anext(answers))["data"]["personEvents"]
    assert [event["position"] for event in batch["events"]] == [5]
    clock.forward(timedelta(days=400))
    async with told(ctx, query, after=5) as answers:
        assert (await anext(answers))["data"]["personEvents"]["position"] == 5


async def test_a_right_that_is_lost_ends_a_subscription(ctx: Context) -> None:
    rights = [Right.READ]

    class Fading(frozenset[Right]):
        def __contains__(self, right: object) -> bool:
            return right in rights

    viewer = Viewer(ctx.viewer.tenant, "sam", Fading())
    query = f"subscription {{ personEvents(after: 0) {EVENTS} }}"
    await store(ctx, HISTORY[3])

    async with told(replace(ctx, viewer=viewer), query) as answers:
        assert (await anext(answers))["data"]["personEvents"]["events"] == []
        rights.clear()
        ended = await anext(answers)
        rest = [each async for each in answers]

    assert isinstance(ended, Ended)
    assert [error["extensions"]["code"] for error in ended.errors] == ["FORBIDDEN"]
    assert rest == []
    assert await code_of(replace(ctx, viewer=viewer), query) == "FORBIDDEN"


async def test_what_many_ask_in_the_same_words_is_executed_once(ctx: Context) -> None:
    query = f"subscription {{ personEvents(after: 0) {EVENTS} }}"
    bo = replace(ctx, viewer=replace(ctx.viewer, actor="bo"))
    await store(ctx, HISTORY[3])

    async with AsyncExitStack() as stack:
        streams = []
        for asking in (ctx, ctx, ctx, bo):
            stream = await respond(build_schema(), asking, query)
            assert not isinstance(stream, Answer)
            streams.append(await stack.enter_async_context(aclosing(stream)))
        for _ in range(2):
            texts = await asyncio.gather(*(anext(stream) for stream in streams))

    first, *same, of_bo = texts
    assert all(text is first for text in same)
    assert of_bo == first
    assert of_bo is not first


@pytest.mark.parametrize("reads", [0, 1, 2, 3])
async def test_who_leaves_is_followed_by_nobody(ctx: Context, reads: int) -> None:
    (last,) = await store(ctx, HISTORY[3])
    query = f"subscription {{ personEvents(after: {last - 1}) {EVENTS} }}"
    feed = ctx.stores.feed
    stream = await respond(build_schema(), ctx, query)
    assert not isinstance(stream, Answer)

    for number in range(reads):
        reading = asyncio.create_task(anext(stream))
        await asyncio.wait([reading], timeout=0.5 if number == 2 else 5)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    was_followed = bool(feed._tails)
    await stream.aclose()

    assert (was_followed, feed._tails) == (reads == 2, {})


@pytest.mark.parametrize(
    ("selection", "is_shared"),
    [
        pytest.param("position", True, id="only where they begin"),
        pytest.param("position @include(if: $b)", True, id="another variable"),
        pytest.param("position # beyond $after\n", False, id="where it may count elsewhere too"),
    ],
)
async def test_whoever_has_come_back_shares_answers_with_who_never_went(
    ctx: Context, selection: str, is_shared: bool
) -> None:
    last = (await store(ctx, HISTORY[3], HISTORY[3]))[-1]
    query = f"""subscription ($after: Position, $b: Boolean = true) {{
      personEvents(after: $after) {{ {selection} position @include(if: $b) }} }}"""

    async with AsyncExitStack() as stack:
        streams = []
        for after in (last - 1, last):
            stream = await respond(build_schema(), ctx, query, {"after": after})
            assert not isinstance(stream, Answer)
            streams.append(await stack.enter_async_context(aclosing(stream)))
            await anext(stream)
        await anext(streams[0])
        await store(ctx, HISTORY[3])
        first, second = await asyncio.gather(*(anext(stream) for stream in streams))

    assert first == second
    assert (first is second) == is_shared


async def test_a_job_is_followed_until_it_has_ended(home: Context) -> None:
    job = await jobs.start_scoring_job(home)
    query = "subscription ($id: ID!) { jobProgress(id: $id) { id status } }"

    async with told(home, query, id=job) as answers:
        waiting = await anext(answers)
        working = asyncio.create_task(run_open_jobs(home, "worker"))
        feed = asyncio.create_task(home.stores.feed.run())
        rest = [answer["data"]["jobProgress"]["status"] async for answer in answers]
        await working
        feed.cancel()

    assert waiting["data"]["jobProgress"] == {"id": job, "status": "WAITING"}
    assert rest[-1] == "DONE"
    async with told(home, query, id="job_nobody") as answers:
        assert [answer async for answer in answers] == [{"data": {"jobProgress": None}}]


async def test_objects_of_an_event_can_be_asked_further(home: Context) -> None:
    query = """subscription ($after: Position) { componentEvents(after: $after) {
      events { type actor method at before after role { name } account { name } } } }"""
    last = await home.stores.event_log.last()
    made = await roles.create_role(home, "Auditor", None)
    assert isinstance(made, str)

    async with told(home, query, after=last) as answers:
        await anext(answers)
        answer = await anext(answers)

    (event,) = answer["data"]["componentEvents"]["events"]
    assert "errors" not in answer
    assert (event["type"], event["actor"]) == ("ROLE_CREATED", "sam")
