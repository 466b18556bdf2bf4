"""The mutation of the peers in Python: load, decide, save where nobody was faster. No event."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bench.peers.python.stored import TENANT, Row, collection

_TRIES: Final = 20
_BOOKKEEPING: Final = {"outbox": 0, "folded": 0, "search": 0}


async def assign(
    group_id: str, asked: Sequence[tuple[str, str]]
) -> tuple[Row, list[tuple[str, Any]]] | None:
    """The group after people were put into roles, and each one's outcome with the person.

    None when there is no such group; RuntimeError when others kept changing it.
    """
    wanted = {"_id": {"$in": [person for person, _ in asked]}, "tenant": TENANT}
    found = await collection("people").find(wanted, _BOOKKEEPING).to_list(None)
    people = {person["_id"]: person for person in found}
    groups = collection("buying_groups")
    for _ in range(_TRIES):
        own = {"_id": group_id, "tenant": TENANT}
        group: Row | None = await groups.find_one(own, _BOOKKEEPING)
        if group is None:
            return None
        version, at = group["version"], datetime.now(UTC)
        outcomes = [_decided(group, people.get(id), id, role, at) for id, role in asked]
        if "APPLIED" in outcomes:
            stamps = {"version": version + 1, "updated_at": at, "updated_by": "peer"}
            changed = {"members": group["members"], **_derived(group), **stamps}
            group.update(changed)
            saved = await groups.update_one({**own, "version": version}, {"$set": changed})
            if not saved.matched_count:
                continue
        return group, [
            (outcome, people.get(id)) for outcome, (id, _) in zip(outcomes, asked, strict=True)
        ]
    raise RuntimeError(f"{group_id} is being changed too fast")


def _decided(group: Row, person: Row | None, id: str, role: str, at: datetime) -> str:
    relations = person["relations"] if person else ()
    is_ours = any(each["account_id"] == group["account_id"] for each in relations)
    if not is_ours or all(each["role_id"] != role for each in group["roles"]):
        return "REFUSED"
    members: list[Row] = group["members"]
    place = next((n for n, member in enumerate(members) if member["person_id"] == id), None)
    before = {} if place is None else members[place]
    claims = before.get("claims", {})
    if claims.get("manual", {}).get("role_id") == role:
        return "UNCHANGED"
    version = group["version"] + 1
    claim = {"role_id": role, "actor": "peer", "at": at, "version": version, "reason": None}
    after = {
        "person_id": id,
        "role_id": role,
        "method": "manual",
        "is_member": True,
        "is_removed": False,
        "since": at,
        "unrelated": before.get("unrelated", False),
        "claims": {**claims, "manual": claim},
    }
    if place is None:
        members.append(after)
    else:
        members[place] = after
    return "APPLIED"


def _derived(group: Row) -> Row:
    present = [member for member in group["members"] if member["is_member"]]
    roles = []
    for role in group["roles"]:
        assigned = sum(member["role_id"] == role["role_id"] for member in present)
        filled = round(min(1.0, assigned / role["members_required"]) * 100, 9)
        roles.append({**role, "assigned": assigned, "completeness": filled})
    required = [role for role in roles if role["required"]]
    shares = [min(1.0, role["assigned"] / role["members_required"]) for role in required]
    exact = round(100 * sum(shares) / len(shares), 9) if shares else 100.0
    return {
        "member_ids": [member["person_id"] for member in present],
        "removed_ids": [each["person_id"] for each in group["members"] if each["is_removed"]],
        "member_count": len(present),
        "roles": roles,
        "missing_role_ids": [role["role_id"] for role in required if not role["assigned"]],
        "completeness": {"exact": exact},
    }
