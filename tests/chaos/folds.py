"""Folds: a group is what its events add up to, whoever wrote them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from domain.membership import STRONGEST_FIRST
from domain.role_templates import RoleTemplate
from store.driver import Document
from store.groups import claims_document, derived_paths, member_document, to_group

_MOVES: Final = ("BUYING_GROUP_MOVED", "BUYING_GROUP_STAGE_MODEL_CHANGED")
_CREATED: Final = "BUYING_GROUP_CREATED"


def fold_faults(
    document: Document, events: Sequence[Document], template: RoleTemplate
) -> Iterator[str]:
    """Where a stored group is not what the events of it say, or not what follows from it."""
    folded = _Folded()
    for event in events:
        yield from folded.take(event)
    stored = to_group(document).members
    claims = {member.person: _bare(claims_document(member.claims)) for member in stored}
    if claims != folded.claims:
        yield f"its claims are {claims}, its events say {folded.claims}"
    if document["members"] != [member_document(member) for member in stored]:
        yield "a member is not what follows from the claims"
    for path, value in derived_paths(stored, template.roles, template.revision).items():
        if document[path] != value:
            yield f"{path} is {document[path]}, and follows as {value}"
    stage = document["stage"]["name"] if document.get("stage") else None
    shown = (document["status"], stage, document["completeness"])
    told = (folded.status, folded.stage, folded.completeness)
    if shown != told:
        yield f"it shows {shown}, its events say {told}"


class _Folded:
    """A group as the events of it tell so far."""

    def __init__(self) -> None:
        self._begin()
        self._is_there = False

    def _begin(self) -> None:
        self._is_there = True
        self.claims: dict[str, Any] = {}
        self.status: Any = None
        self.stage: Any = None
        self.completeness: Any = None

    def take(self, event: Any) -> Iterator[str]:
        """Go on by an event; what it says that does not fit."""
        before, after, id = event.get("before"), event.get("after"), event["event_id"]
        if self._is_there == (event["type"] == _CREATED):
            yield f"{id} is of a group that {'is there' if self._is_there else 'is not'}"
        match event["type"]:
            case "BUYING_GROUP_CREATED":
                self._begin()
                self.completeness = after["completeness"]
            case "BUYING_GROUP_DELETED":
                self._is_there = False
            case "MEMBERSHIP_CHANGED":
                person = event["person_id"]
                if before["claims"] != self.claims.get(person, {}):
                    yield f"{id} does not begin with the claims there were"
                if after["role_id"] != _deciding(after["claims"]):
                    yield f"{id} gives a role that the strongest method does not say"
                self.claims[person] = after["claims"]
            case "COMPLETENESS_CHANGED":
                if before["completeness"] != self.completeness:
                    yield f"{id} does not begin with the completeness there was"
                self.completeness = after["completeness"]
            case "BUYING_GROUP_UPDATED" if "status" in after:
                if before["status"] != self.status:
                    yield f"{id} does not begin with the status there was"
                self.status = after["status"]
            case type if type in _MOVES:
                if before["name"] != self.stage:
                    yield f"{id} does not begin in the stage there was"
                self.stage = after["name"]


def _deciding(claims: Mapping[str, Mapping[str, Any]]) -> Any:
    for method in STRONGEST_FIRST:
        if method.value in claims:
            return claims[method.value]["role_id"]
    return None


def _bare(claims: Mapping[str, Document]) -> dict[str, Document]:
    """Claims as events tell them: without what was given as their reason."""
    return {
        method: {key: value for key, value in claim.items() if key != "reason"}
        for method, claim in claims.items()
    }
