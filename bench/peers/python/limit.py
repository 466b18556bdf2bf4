"""The limit: the same answers by hand, one function for each operation, without any GraphQL.

It fetches exactly what is shown, level by level, builds the answer and writes it with orjson.
"""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson

from bench.peers.python import assigning, overview
from bench.peers.python.stored import (
    ORDER,
    TENANT,
    Row,
    collection,
    largest_raws,
    moment,
    of_group,
    percent,
    score,
)

_AT_ONCE: Final = 10_000
_HEAD: Final = {"name": 1, "member_count": 1, "completeness": 1, "engagement.raw": 1}
_ROWS: Final = {**_HEAD, "status": 1, "account_id": 1, "solution_interest_id": 1}
_MEMBERS: Final = {f"members.{name}": 1 for name in ("person_id", "role_id", "is_member")}
_DEEP: Final = {
    **_HEAD,
    **_MEMBERS,
    "account_id": 1,
    "roles": 1,
    "members.since": 1,
    "members.method": 1,
}
_DETAIL: Final = {"search": 0, "folded": 0, "outbox": 0, "stage_history": 0}
_PERSON: Final = {"name": 1, "email": 1, "job_title": 1, "engagement.raw": 1}

Variables = Mapping[str, Any]


async def _by_id(name: str, ids: set[Any], shown: Mapping[str, int]) -> dict[Any, Row]:
    wanted = {"_id": {"$in": list(ids)}, "tenant": TENANT}
    rows = await collection(name).find(wanted, shown, batch_size=_AT_ONCE).to_list(None)
    return {row["_id"]: row for row in rows}


async def _page(variables: Variables, shown: Mapping[str, int]) -> tuple[list[Row], bool]:
    wanted = {"tenant": TENANT, "solution_interest_id": {"$in": [variables["solutionInterest"]]}}
    cursor = collection("buying_groups").find(wanted, shown, batch_size=_AT_ONCE)
    rows = await cursor.sort(list(ORDER.items())).limit(51).to_list(None)
    return rows[:50], len(rows) > 50


async def browse(variables: Variables) -> Row:
    (groups, is_more), (largest, _) = await asyncio.gather(_page(variables, _ROWS), largest_raws())
    accounts, interests = await asyncio.gather(
        _by_id("accounts", {each["account_id"] for each in groups}, {"name": 1, "industry": 1}),
        _by_id(
            "solution_interests", {each["solution_interest_id"] for each in groups}, {"name": 1}
        ),
    )
    shown_accounts = {
        id: {"id": id, "name": each["name"], "industry": each["industry"]}
        for id, each in accounts.items()
    }
    shown_interests = {id: {"id": id, "name": each["name"]} for id, each in interests.items()}
    nodes = [
        {
            "id": each["_id"],
            "name": each["name"],
            "status": each["status"],
            "memberCount": each["member_count"],
            "completeness": {"score": percent(each["completeness"]["exact"])},
            "engagement": {"score": percent(score(each["engagement"]["raw"], largest))},
            "account": shown_accounts[each["account_id"]],
            "solutionInterest": shown_interests[each["solution_interest_id"]],
        }
        for each in groups
    ]
    return {"buyingGroups": {"nodes": nodes, "pageInfo": {"hasNextPage": is_more}}}


async def deep(variables: Variables) -> Row:
    (groups, is_more), (largest, largest_person) = await asyncio.gather(
        _page(variables, _DEEP), largest_raws()
    )
    accounts, roles, people = await asyncio.gather(
        _by_id("accounts", {each["account_id"] for each in groups}, {"name": 1}),
        _by_id(
            "roles", {role["role_id"] for each in groups for role in each["roles"]}, {"name": 1}
        ),
        _by_id("people", {m["person_id"] for each in groups for m in each["members"]}, _PERSON),
    )
    shown_people = {
        id: {**_person(each), "engagement": {"score": percent(_scored(each, largest_person))}}
        for id, each in people.items()
    }
    shown_roles = {id: {"id": id, "name": each["name"]} for id, each in roles.items()}
    nodes = []
    for each in groups:
        members = _by_role(each)
        account = each["account_id"]
        nodes.append(
            {
                "id": each["_id"],
                "name": each["name"],
                "completeness": {"score": percent(each["completeness"]["exact"])},
                "engagement": {"score": percent(score(each["engagement"]["raw"], largest))},
                "account": {"id": account, "name": accounts[account]["name"]},
                "roles": [
                    {
                        "role": shown_roles[role["role_id"]],
                        "weighting": role["weighting"].upper(),
                        "membersRequired": role["members_required"],
                        "assigned": role["assigned"],
                        "members": {
                            "nodes": [
                                {
                                    "since": moment(member["since"]),
                                    "method": member["method"].upper(),
                                    "person": shown_people[member["person_id"]],
                                }
                                for member in members.get(role["role_id"], ())[:20]
                            ]
                        },
                    }
                    for role in each["roles"]
                ],
            }
        )
    return {"buyingGroups": {"nodes": nodes, "pageInfo": {"hasNextPage": is_more}}}


async def detail(variables: Variables) -> Row:
    wanted = {"_id": variables["id"], "tenant": TENANT}
    group, (largest, largest_person) = await asyncio.gather(
        collection("buying_groups").find_one(wanted, _DETAIL), largest_raws()
    )
    role_ids = {role["role_id"] for role in group["roles"]}
    claimed = {c["role_id"] for m in group["members"] for c in m["claims"].values()}
    accounts, interests, templates, models, roles, people = await asyncio.gather(
        _by_id("accounts", {group["account_id"]}, {"folded": 0, "search": 0, "keys": 0}),
        _by_id(
            "solution_interests", {group["solution_interest_id"]}, {"name": 1, "description": 1}
        ),
        _by_id("role_templates", {group["role_template_id"]}, {"name": 1, "template_version": 1}),
        _by_id("stage_models", {group["stage_model_id"]}, {"name": 1}),
        _by_id("roles", (role_ids | claimed) - {None}, {"name": 1}),
        _by_id("people", {member["person_id"] for member in group["members"]}, _PERSON),
    )
    account, stage, readiness = accounts[group["account_id"]], group["stage"], group["readiness"]
    interest, template = (
        interests[group["solution_interest_id"]],
        templates[group["role_template_id"]],
    )
    shown_roles = {id: {"id": id, "name": each["name"]} for id, each in roles.items()}
    members = _by_role(group)

    def member(stored: Row) -> Row:
        person = people[stored["person_id"]]
        claims = stored["claims"]
        return {
            "since": moment(stored["since"]),
            "method": stored["method"].upper(),
            "person": {**_person(person), "engagement": _percent(_scored(person, largest_person))},
            "claims": [
                {
                    "method": method.upper(),
                    "actor": claims[method]["actor"],
                    "at": moment(claims[method]["at"]),
                    "role": shown_roles.get(claims[method]["role_id"]),
                }
                for method in ("manual", "journey", "system")
                if method in claims
            ],
        }

    return {
        "buyingGroup": {
            "id": group["_id"],
            "name": group["name"],
            "status": group["status"],
            "createdAt": moment(group["created_at"]),
            "updatedAt": moment(group["updated_at"]),
            "memberCount": group["member_count"],
            "completeness": _percent(group["completeness"]["exact"]),
            "engagement": of_group(group, largest),
            "account": {
                "id": account["_id"],
                "name": account["name"],
                "industry": account["industry"],
                "employees": account["employees"],
                "website": account.get("website"),
                "address": {name: account["address"].get(name) for name in ("city", "country")},
            },
            "solutionInterest": {
                "id": interest["_id"],
                "name": interest["name"],
                "description": interest["description"],
            },
            "roleTemplate": {
                "id": template["_id"],
                "name": template["name"],
                "templateVersion": template["template_version"],
            },
            "stageModel": {"id": (id := group["stage_model_id"]), "name": models[id]["name"]},
            "stage": {
                "id": stage["stage_id"],
                "name": stage["name"],
                "since": moment(stage["since"]),
            },
            "readiness": {
                "isReady": readiness["is_ready"],
                "since": moment(readiness["since"]),
            },
            "missingRoles": [shown_roles[id] for id in group["missing_role_ids"]],
            "roles": [
                {
                    "role": shown_roles[role["role_id"]],
                    "weighting": role["weighting"].upper(),
                    "isRequired": role["required"],
                    "membersRequired": role["members_required"],
                    "assigned": role["assigned"],
                    "isMissing": role["required"] and role["assigned"] == 0,
                    "completeness": _percent(role["completeness"]),
                    "members": {
                        "nodes": [member(each) for each in members.get(role["role_id"], ())[:20]]
                    },
                }
                for role in group["roles"]
            ],
        }
    }


async def counted(variables: Variables) -> Row:
    wanted = {"solution_interest_id": {"$in": [variables["solutionInterest"]]}}
    found = await overview.counted(wanted)
    bars = found["bySolutionInterest"]["bars"]
    ids = {bar.pop("solution_interest_id"): bar for bar in bars}
    interests = await _by_id("solution_interests", set(ids), {"name": 1})
    for id, bar in ids.items():
        bar["solutionInterest"] = {"id": id, "name": interests[id]["name"]}
    return {"overview": found}


async def assign(variables: Variables) -> Row:
    asked = [(variables["person"], variables["role"])]
    found = await assigning.assign(variables["group"], asked)
    assert found is not None
    group, outcomes = found
    return {
        "assignMembers": {
            "__typename": "AssignMembersSuccess",
            "buyingGroup": {
                "id": group["_id"],
                "memberCount": group["member_count"],
                "completeness": {"score": percent(group["completeness"]["exact"])},
            },
            "outcomes": [
                {"status": status, "person": {"id": person["_id"], "name": person["name"]}}
                for status, person in outcomes
            ],
        }
    }


def _percent(exact: float) -> Row:
    return {"score": percent(exact), "exact": exact}


def _person(stored: Row) -> Row:
    return {
        "id": stored["_id"],
        "name": stored["name"],
        "email": stored["email"],
        "jobTitle": stored["job_title"],
    }


def _scored(person: Row, largest: float) -> float:
    return score(person["engagement"]["raw"], largest)


def _by_role(group: Row) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for member in group["members"]:
        if member["is_member"]:
            found.setdefault(member["role_id"], []).append(member)
    return found


_OPERATIONS: Final[Mapping[str, Callable[[Variables], Awaitable[Row]]]] = {
    "Browse": browse,
    "Deep": deep,
    "Detail": detail,
    "Overview": counted,
    "Assign": assign,
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """One request, one function."""
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    asked = orjson.loads(body)
    operation = _OPERATIONS.get(asked["operationName"])
    answer = await operation(asked["variables"]) if operation else {}
    out = orjson.dumps({"data": answer})
    length = str(len(out)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": out})


if "PEER_TENANT" in os.environ:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
