"""The activity types every tenant begins with, their weights, and what else sources call them."""

from dataclasses import dataclass
from typing import Final

from domain.activity_types import EngagementType


@dataclass(frozen=True, slots=True)
class StandardType:
    """A type of the catalogue; it seeds the first weighting model and is the tenant's from then."""

    name: str
    engagement_type: EngagementType
    weight: int
    description: str
    aliases: tuple[str, ...] = ()


_WEB: Final = EngagementType.WEB
_EMAIL: Final = EngagementType.EMAIL
_MOBILE: Final = EngagementType.MOBILE
_CHAT: Final = EngagementType.CHAT
_EVENT: Final = EngagementType.EVENT

STANDARD_TYPES: Final = (
    StandardType(
        "Visit Webpage", _WEB, 40, "A web page was visited.", ("Visited website", "Page Views")
    ),
    StandardType("Fill Out Form", _WEB, 40, "A form on a web page was sent.", ("Form Filled Out",)),
    StandardType("Click Link", _WEB, 40, "A link on a web page was clicked.", ("Link Clicks",)),
    StandardType("Open Email", _EMAIL, 30, "An e-mail was opened.", ("Email Opened",)),
    StandardType(
        "Click Email",
        _EMAIL,
        30,
        "A link in an e-mail was clicked.",
        ("Clicked email", "Email Clicked"),
    ),
    StandardType("Open Sales Email", _EMAIL, 30, "An e-mail from sales was opened."),
    StandardType("Click Sales Email", _EMAIL, 30, "A link in an e-mail from sales was clicked."),
    StandardType(
        "Interesting Moment", EngagementType.CURATED, 60, "Something marketing marked as notable."
    ),
    StandardType("Tap Push Notification", _MOBILE, 30, "A push notification arrived."),
    StandardType("Mobile App Activity", _MOBILE, 30, "Something was done in the mobile app."),
    StandardType("Mobile App Session", _MOBILE, 30, "The mobile app was in use for a session."),
    StandardType(
        "Fill Out Facebook Lead Ads Form",
        EngagementType.SOCIAL,
        30,
        "A form of a Facebook lead ad was sent.",
    ),
    StandardType(
        "Click RTP Call to Action", _WEB, 60, "A call to action made for the visitor was clicked."
    ),
    StandardType("View In-App Message", _MOBILE, 30, "A message inside the app was seen."),
    StandardType("Tap In-App Message", _MOBILE, 30, "A message inside the app was tapped."),
    StandardType("Subscribe SMS", EngagementType.SMS, 90, "Text messages were subscribed to."),
    StandardType("Reply to Sales Email", _EMAIL, 30, "An e-mail from sales was answered."),
    StandardType("Engaged with a Dialogue", _CHAT, 90, "Took part in a chat dialogue."),
    StandardType(
        "Interacted with Document in Dialogue", _CHAT, 90, "Used a document in a chat dialogue."
    ),
    StandardType(
        "Scheduled Meeting in Dialogue", _CHAT, 90, "Agreed on a meeting in a chat dialogue."
    ),
    # Published without a channel; its siblings are chats.
    StandardType("Reached Dialogue Goal", _CHAT, 90, "Came to the goal of a chat dialogue."),
    StandardType("Responded to a poll in webinar", _CHAT, 90, "A webinar's poll was answered."),
    StandardType(
        "Call to action clicked in webinar",
        EngagementType.CALL,
        30,
        "A webinar's call to action was clicked.",
    ),
    StandardType("Asset downloads in webinar", _EVENT, 60, "A webinar's file was downloaded."),
    StandardType("Asks questions in webinar", _EVENT, 60, "A question was put in a webinar."),
    StandardType("Has attended event", _EVENT, 60, "Was present at an event."),
    StandardType(
        "Engaged with an Agent in Dialogue", _CHAT, 90, "Spoke with an agent in a chat dialogue."
    ),
    StandardType(
        "Clicked Link in Chat in Dialogue", _CHAT, 90, "A link in a chat dialogue was clicked."
    ),
    StandardType(
        "Engaged with a Conversational Flow", _CHAT, 90, "Took part in a conversational flow."
    ),
    StandardType(
        "Scheduled Meeting in Conversational Flow",
        _CHAT,
        90,
        "Agreed on a meeting in a conversational flow.",
    ),
    StandardType(
        "Reached Conversational Flow Goal", _CHAT, 90, "Came to the goal of a conversational flow."
    ),
    StandardType(
        "Interacted with Document in Conversational Flow",
        _CHAT,
        90,
        "Used a document in a conversational flow.",
    ),
    StandardType(
        "Engaged with an Agent in Conversational Flow",
        _CHAT,
        90,
        "Spoke with an agent in a conversational flow.",
    ),
    StandardType(
        "Clicked Link in Chat in Conversational Flow",
        _CHAT,
        90,
        "A link in a conversational flow was clicked.",
    ),
    StandardType("Click Link in SMS V2", EngagementType.SMS, 90, "A link in a text message."),
    StandardType("Register for Event", _EVENT, 60, "Signed up for a campaign's event."),
    # 90 as first published; later tables say 60.
    StandardType("Attend Event", _EVENT, 90, "Was present at a campaign's event."),
)
