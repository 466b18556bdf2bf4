"""What is asked of every server: the texts, which Quorum and its peers take alike, and the figures.

No operation asks for a cursor: each server's are its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

BROWSE: Final = """query Browse($solutionInterest: ID!) {
  buyingGroups(
    first: 50
    filter: { solutionInterests: [$solutionInterest] }
    orderBy: { field: NAME, direction: ASC }
  ) {
    nodes {
      id name status memberCount
      completeness { score }
      engagement { score }
      account { id name industry }
      solutionInterest { id name }
    }
    pageInfo { hasNextPage }
  }
}"""
DEEP: Final = """query Deep($solutionInterest: ID!) {
  buyingGroups(
    first: 50
    filter: { solutionInterests: [$solutionInterest] }
    orderBy: { field: NAME, direction: ASC }
  ) {
    nodes {
      id name
      completeness { score }
      engagement { score }
      account { id name }
      roles {
        role { id name }
        weighting membersRequired assigned
        members(first: 20) {
          nodes { since method person { id name email jobTitle engagement { score } } }
        }
      }
    }
    pageInfo { hasNextPage }
  }
}"""
DETAIL: Final = """query Detail($id: ID!) {
  buyingGroup(id: $id) {
    id name status createdAt updatedAt memberCount
    completeness { score exact }
    engagement { score exact computedAt isStale }
    account { id name industry employees website address { city country } }
    solutionInterest { id name description }
    roleTemplate { id name templateVersion }
    stageModel { id name }
    stage { id name since }
    readiness { isReady since }
    missingRoles { id name }
    roles {
      role { id name }
      weighting isRequired membersRequired assigned isMissing
      completeness { score exact }
      members(first: 20) {
        nodes {
          since method
          person { id name email jobTitle engagement { score exact } }
          claims { method actor at role { id name } }
        }
      }
    }
  }
}"""
OVERVIEW: Final = """query Overview($solutionInterest: ID!) {
  overview(filter: { solutionInterests: [$solutionInterest] }) {
    total
    byCompleteness { bands { atLeast below groups } unscored }
    byEngagement { bands { atLeast below groups } unscored }
    bySolutionInterest { bars { solutionInterest { id name } groups } }
    byStage { bars { stageId name groups } }
  }
}"""
ASSIGN: Final = """mutation Assign($group: ID!, $person: ID!, $role: String!) {
  assignMembers(input: { buyingGroupId: $group, members: [{ personId: $person, role: $role }] }) {
    __typename
    ... on AssignMembersSuccess {
      buyingGroup { id memberCount completeness { score } }
      outcomes { status person { id name } }
    }
  }
}"""


@dataclass(frozen=True, slots=True)
class Operation:
    """A text, and the variables it is asked with, one set after the other.

    The same text comes again and again, as from any application. `writes`: the documents it
    changes are put back before each run.
    """

    name: str
    text: str
    variables: Sequence[dict[str, Any]]
    writes: bool = False

    def bodies(self) -> list[bytes]:
        """The bodies of the requests."""
        name = self.text.split("(", 1)[0].split()[1]
        return [
            orjson.dumps({"query": self.text, "operationName": name, "variables": each})
            for each in self.variables
        ]


def operations(
    interests: Sequence[str], shown: Sequence[str], changed: Sequence[dict[str, Any]]
) -> list[Operation]:
    """The five, on these solution interests, groups to be shown and groups to be changed.

    Everybody in a group is assigned to each of its roles in turn: no assignment is repeated
    before all others have had their turn, so each one writes.
    """
    by_interest = [{"solutionInterest": id} for id in interests]
    assignments = [
        {"group": group["_id"], "person": person, "role": roles[(place + turn) % len(roles)]}
        for turn in range(4)
        for place in range(6)
        for group in changed
        if (roles := [role["role_id"] for role in group["roles"]])
        and place < len(group["member_ids"])
        for person in [group["member_ids"][place]]
    ]
    return [
        Operation("browse", BROWSE, by_interest),
        Operation("deep", DEEP, by_interest),
        Operation("detail", DETAIL, [{"id": id} for id in shown]),
        Operation("overview", OVERVIEW, by_interest),
        Operation("assign", ASSIGN, assignments, writes=True),
    ]
