"""Which paths of a document an operation selects, read off its nodes once and remembered.

A node is kept beside what was read off it, so that its id stays its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import FieldNode, InlineFragmentNode, Node

from bench.peers.python.stored import IS_LEAN

PATHS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "accounts": {
        "industry": ("industry",),
        "employees": ("employees",),
        "website": ("website",),
        "address": ("address",),
    },
    "people": {
        "email": ("email",),
        "jobTitle": ("job_title",),
        "engagement": ("engagement.raw",),
    },
    "roles": {},
    "role_templates": {"templateVersion": ("template_version",)},
    "solution_interests": {"description": ("description",)},
    "stage_models": {},
    "buying_groups": {
        "status": ("status",),
        "createdAt": ("created_at",),
        "updatedAt": ("updated_at",),
        "memberCount": ("member_count",),
        "completeness": ("completeness",),
        "engagement": ("engagement.raw", "engagement.computed_at", "score_due"),
        "stage": ("stage",),
        "readiness": ("readiness",),
        "account": ("account_id",),
        "solutionInterest": ("solution_interest_id",),
        "roleTemplate": ("role_template_id",),
        "stageModel": ("stage_model_id",),
        "missingRoles": ("missing_role_ids",),
        "roles": ("roles",),
    },
}
_OF_MEMBER: Final = {
    "person": "members.person_id",
    "method": "members.method",
    "since": "members.since",
    "claims": "members.claims",
}
_MOST_KEPT: Final = 10_000

_remembered: dict[int, tuple[FieldNode, dict[str, int]]] = {}


def projection(collection: str, node: FieldNode, *through: str) -> dict[str, int] | None:
    """What to fetch of the documents a field leads to; None: all of them.

    `through` names the fields of a connection that lead to its rows.
    """
    if not IS_LEAN:
        return None
    known = _remembered.get(id(node))
    if known is None:
        if len(_remembered) >= _MOST_KEPT:
            _remembered.clear()
        known = _remembered[id(node)] = (node, _paths(collection, below(node, *through)))
    return known[1]


def below(node: Any, *names: str) -> Any:
    """The field these names lead to; None where an operation does not select it."""
    for name in names:
        node = next((each for each in _fields(node) if each.name.value == name), None)
    return node


def _fields(node: Node | None) -> Iterator[FieldNode]:
    chosen = getattr(node, "selection_set", None)
    for part in chosen.selections if chosen else ():
        if isinstance(part, FieldNode):
            yield part
        elif isinstance(part, InlineFragmentNode):
            yield from _fields(part)


def _paths(collection: str, node: Node | None) -> dict[str, int]:
    paths = {"name": 1}
    for field in _fields(node):
        paths |= dict.fromkeys(PATHS[collection].get(field.name.value, ()), 1)
        if collection == "buying_groups" and (members := below(field, "members")) is not None:
            paths |= {"members.is_member": 1, "members.role_id": 1}
            selected = {each.name.value for each in _fields(below(members, "nodes"))}
            paths |= {path: 1 for name, path in _OF_MEMBER.items() if name in selected}
    return paths
