"""What sales people and journeys decided about some memberships, and why.

Each method speaks once about a person in a group, so that deciding it all again changes nothing.
"""

from dataclasses import dataclass
from typing import Final

from demo.selling import BUG_TRACKING, SECURITY_SUITE, USAGE_ANALYTICS
from domain.membership import Method

NURTURE: Final = "Security nurture journey"
TRIAL: Final = "Trial follow-up journey"


@dataclass(frozen=True, slots=True)
class DemoDecision:
    """Somebody's word about a person in a group; without a role: take them out."""

    interest: str
    account: str
    email: str
    role: str | None
    method: Method
    actor: str
    reason: str


def _by_hand(
    interest: str, account: str, email: str, role: str | None, actor: str, reason: str
) -> DemoDecision:
    return DemoDecision(interest, account, email, role, Method.MANUAL, actor, reason)


def _by_journey(
    interest: str, account: str, email: str, role: str | None, actor: str, reason: str
) -> DemoDecision:
    return DemoDecision(interest, account, email, role, Method.JOURNEY, actor, reason)


ACME: Final = "Acme Corporation"
DECISIONS: Final = (
    _by_hand(
        SECURITY_SUITE,
        ACME,
        "paula.reeves@acme-corporation.example",
        None,
        "Darcel Schlecht",
        "Leaves the company at the end of the month.",
    ),
    _by_hand(
        SECURITY_SUITE,
        ACME,
        "aaron.fitzgerald@acme-corporation.example",
        "Decision Maker",
        "Darcel Schlecht",
        "Decides on security until there is a new CSO.",
    ),
    _by_journey(
        SECURITY_SUITE,
        ACME,
        "paula.reeves@acme-corporation.example",
        "Decision Maker",
        NURTURE,
        "Opened the security brief twice in a week.",
    ),
    _by_journey(
        SECURITY_SUITE,
        ACME,
        "walter.willis@acme-corporation.example",
        "Champion",
        NURTURE,
        "Asked for a trial in the chat.",
    ),
    _by_hand(
        SECURITY_SUITE,
        "Kan-code",
        "susan.brooks@kan-code.example",
        "Executive Steering Committee",
        "Vicki Laflamme",
        "Has handed the purchase to the Chief Security Officer.",
    ),
    _by_hand(
        SECURITY_SUITE,
        "Kan-code",
        "james.ryan@kan-code.example",
        "Other",
        "Vicki Laflamme",
        "Procurement wants to be copied on every offer.",
    ),
    _by_journey(
        SECURITY_SUITE,
        ACME,
        "molly.bradley@northbridge.example",
        None,
        NURTURE,
        "No reply to four e-mails in a row.",
    ),
    _by_hand(
        SECURITY_SUITE,
        ACME,
        "molly.bradley@northbridge.example",
        "Practitioner",
        "Darcel Schlecht",
        "Was in the workshop on Tuesday; had been on holiday before.",
    ),
    _by_journey(
        BUG_TRACKING,
        "Initech",
        "alice.barrett@initech.example",
        None,
        TRIAL,
        "Trial account not used for 30 days.",
    ),
    _by_hand(
        BUG_TRACKING,
        "Initech",
        "holly.walsh@initech.example",
        "Other",
        "Anna Snelling",
        "Writes the guide their engineers will work by.",
    ),
    _by_hand(
        BUG_TRACKING,
        "Xx-holding",
        "keith.schmidt@xx-holding.example",
        "Champion",
        "Kary Hendrixson",
        "Runs the pilot and reports on it every week.",
    ),
    _by_journey(
        BUG_TRACKING,
        "Xx-holding",
        "keith.schmidt@xx-holding.example",
        "Practitioner",
        TRIAL,
        "Uses the trial every day.",
    ),
    _by_journey(
        BUG_TRACKING,
        "Xx-holding",
        "brian.byrne@xx-holding.example",
        "Champion",
        TRIAL,
        "Invited nine colleagues to the trial.",
    ),
    _by_hand(
        USAGE_ANALYTICS,
        "Cheers",
        "owen.wallace@cheers.example",
        "Influencer",
        "Cassey Cress",
        "Has the budget for the pilot.",
    ),
    _by_hand(
        USAGE_ANALYTICS,
        "Bluth Company",
        "lisa.mehta@acme-corporation.example",
        None,
        "Cassey Cress",
        "Asked us to talk to the division only.",
    ),
)
