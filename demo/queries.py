"""Three queries worth trying on the demo data, ready to be pasted into GraphiQL."""

from dataclasses import dataclass
from typing import Final

from demo.decisions import DECISIONS
from demo.memberships import place_of
from execution.context import Context


@dataclass(frozen=True, slots=True)
class DemoQuery:
    """A GraphQL operation, and the question it answers."""

    title: str
    text: str


MISSING_DECISION_MAKER: Final = DemoQuery(
    "Where is the Decision Maker missing, and completeness below 50?",
    """\
query MissingDecisionMaker {
  buyingGroups(
    first: 10
    filter: { missingRoles: { anyOf: ["Decision Maker"] }, completeness: { lessThan: 50 } }
    orderBy: { field: ENGAGEMENT, direction: DESC }
  ) {
    totalCount
    nodes {
      name
      completeness { score }
      engagement { score }
      missingRoles { name }
      account { industry annualRevenue }
    }
  }
}
""",
)
ONE_GROUP: Final = DemoQuery(
    "Who is in one group, in which role, by whose word, and how engaged?",
    """\
query OneGroup {
  buyingGroups(first: 1, filter: { search: "Security Suite Acme" }) {
    nodes {
      name
      account { name children(first: 5) { nodes { name } } }
      completeness { score }
      roles {
        role { name }
        weighting
        membersRequired
        completeness { score }
        members(first: 5) {
          nodes { person { name jobTitle email } method since }
        }
      }
      removedMembers {
        nodes { person { name jobTitle } claims { method role { name } actor reason } }
      }
      engagement {
        score
        computedAt
        breakdown(membersPerRole: 2) {
          window { firstDay lastDay }
          roles {
            role { name }
            share
            members {
              person { name }
              score
              types { activityType { name } count capped weight points }
            }
          }
        }
      }
    }
  }
}
""",
)
ONE_COMPANY: Final = DemoQuery(
    "How far is each part of one company, from the head office down?",
    """\
query OneCompany {
  accounts(first: 1, filter: { search: "Acme Corporation" }) {
    nodes {
      ...Part
      children { nodes { ...Part parent { name } } }
    }
  }
}

fragment Part on Account {
  name
  level
  products
  buyingGroups {
    nodes { name completeness { score } engagement { score } missingRoles { name } }
  }
}
""",
)
QUERIES: Final = (MISSING_DECISION_MAKER, ONE_GROUP, ONE_COMPANY)

_WHY: Final = """\
query Why {
  explainMembership(buyingGroupId: "%s", personId: "%s") {
    ... on MembershipExplained {
      summary
      person { name jobTitle }
      buyingGroup { name }
      claims { method role { name } actor at reason }
      rules {
        role { name }
        held
        givesRole
        decisive { attribute condition actual held }
      }
    }
    ... on NotFound { message }
  }
}
"""


async def why(ctx: Context) -> DemoQuery:
    """A membership explained; it names group and person by id, so the data has to be loaded."""
    group, person = await place_of(ctx, DECISIONS[0])
    return DemoQuery("Why is Acme's CSO not in that group?", _WHY % (group, person))
