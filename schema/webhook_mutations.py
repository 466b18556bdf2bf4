"""The mutations about webhooks; one line of work per field."""

import strawberry

from execution.context import Right
from schema import editing_webhook_endpoints, replaying_webhooks
from schema.repeating import once


@strawberry.type
class WebhookMutations:
    """What can be changed about webhooks."""

    create_webhook_endpoint = strawberry.mutation(
        resolver=once(editing_webhook_endpoints.create_webhook_endpoint, Right.ADMIN),
        description=(
            "Have a URL told of events. The secret that its messages are signed with is shown "
            "once. Right: ADMIN."
        ),
    )
    update_webhook_endpoint = strawberry.mutation(
        resolver=once(editing_webhook_endpoints.update_webhook_endpoint, Right.ADMIN),
        description=(
            "Replace what a webhook endpoint is; what waits for it goes where it is then. Right: "
            "ADMIN."
        ),
    )
    pause_webhook_endpoint = strawberry.mutation(
        resolver=once(editing_webhook_endpoints.pause_webhook_endpoint, Right.ADMIN),
        description=(
            "Tell a webhook endpoint nothing for now; it misses nothing by that. Right: ADMIN."
        ),
    )
    resume_webhook_endpoint = strawberry.mutation(
        resolver=once(editing_webhook_endpoints.resume_webhook_endpoint, Right.ADMIN),
        description=(
            "Go on telling a webhook endpoint that was paused or disabled, from where it was left. "
            "Right: ADMIN."
        ),
    )
    rotate_webhook_secret = strawberry.mutation(
        resolver=once(editing_webhook_endpoints.rotate_webhook_secret, Right.ADMIN),
        description=(
            "Give a webhook endpoint a fresh secret, which is shown once. Messages carry the "
            "signatures of old and new for a while. Right: ADMIN."
        ),
    )
    delete_webhook_endpoint = strawberry.mutation(
        resolver=once(editing_webhook_endpoints.delete_webhook_endpoint, Right.ADMIN),
        description=(
            "Delete a webhook endpoint, with what waits for it and its log. Right: ADMIN."
        ),
    )
    send_test_webhook = strawberry.mutation(
        resolver=once(replaying_webhooks.send_test_webhook, Right.ADMIN),
        description=(
            "Send a webhook endpoint a message that is about no event, once. Right: ADMIN."
        ),
    )
    replay_webhook_delivery = strawberry.mutation(
        resolver=once(replaying_webhooks.replay_webhook_delivery, Right.ADMIN),
        description=(
            "Make a webhook delivery once more, or try one that waits at once. Right: ADMIN."
        ),
    )
    replay_webhook_events = strawberry.mutation(
        resolver=once(replaying_webhooks.replay_webhook_events, Right.ADMIN),
        description=("Tell a webhook endpoint a part of the history once more. Right: ADMIN."),
    )
