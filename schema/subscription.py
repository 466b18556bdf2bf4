"""The root of every subscription; one line of work per field."""

import strawberry

from schema import following_events, following_jobs

_GOING_ON = (
    "From now on; with `after`, from that position on. Whatever happened since then comes first, "
    "in order. Right: READ."
)


@strawberry.type(description="What is told as it happens in the viewer's tenant.")
class Subscription:
    buying_group_events = strawberry.subscription(
        resolver=following_events.buying_group_events,
        description=f"What happens to buying groups and who is in them. {_GOING_ON}",
    )
    person_events = strawberry.subscription(
        resolver=following_events.person_events,
        description=f"What happens to people, and what they become in groups. {_GOING_ON}",
    )
    component_events = strawberry.subscription(
        resolver=following_events.component_events,
        description="What happens to roles, personas, templates, stage models, solution "
        f"interests, audiences, views, activity types, weights and declared fields. {_GOING_ON}",
    )
    job_progress = strawberry.subscription(
        resolver=following_jobs.job_progress,
        description="A job as it is, then whenever it gets on, until it has ended; null when there "
        "is none of that id. Right: READ.",
    )
