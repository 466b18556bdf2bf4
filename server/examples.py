"""Three queries worth trying: the tabs of GraphiQL, and what `quorum demo` prints."""

from typing import Final

from server.graphiql import Example

MISSING_DECISION_MAKERS: Final = Example(
    "Whom to look for: active groups without a Decision Maker, less than half complete",
    """\
{
  buyingGroups(
    filter: { missingRoles: { anyOf: ["Decision Maker"] }, completeness: { lessThan: 50 } }
    orderBy: { field: ENGAGEMENT, direction: DESC }
    first: 10
  ) {
    totalCount
    nodes { id name completeness { score } engagement { score } missingRoles { name } }
  }
}
""",
)

WHO_IS_IN: Final = Example(
    "Who is in: the largest group, its people, their roles, and who put them there",
    """\
{
  buyingGroups(orderBy: { field: MEMBERS, direction: DESC }, first: 1) {
    nodes {
      name
      account { name industry }
      roles { role { name } assigned membersRequired completeness { score } }
      members(first: 10) {
        nodes { person { name jobTitle } role { name } method since }
      }
    }
  }
}
""",
)

WHY_SO_ENGAGED: Final = Example(
    "Why so engaged: the most engaged group, role by role, act by act",
    """\
{
  buyingGroups(orderBy: { field: ENGAGEMENT, direction: DESC }, first: 1) {
    nodes {
      name
      engagement {
        score
        breakdown(membersPerRole: 3) {
          window { firstDay lastDay timeZone }
          roles {
            role { name } filledShare rawContribution
            members { person { name } score types { activityType { name } capped weight } }
          }
        }
      }
    }
  }
}
""",
)

EXAMPLES: Final = (MISSING_DECISION_MAKERS, WHO_IS_IN, WHY_SO_ENGAGED)
