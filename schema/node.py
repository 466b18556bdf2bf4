"""What every stored thing shows: its id, and when and by whom it was made and changed."""

from datetime import datetime

import strawberry

from execution.fields import stored
from execution.sources import Sourced


@strawberry.interface(description="Anything that has an id of its own.")
class Node(Sourced):
    id: strawberry.ID = stored(
        "_id", description="The id: a prefix that tells the type, and what tells it from others."
    )


@strawberry.type(description="What was made and may be changed.")
class Stamped:
    created_at: datetime = stored(description="When it was made.")
    created_by: str = stored(description="Who made it.")
    updated_at: datetime = stored(description="When it was last changed.")
    updated_by: str = stored(description="Who changed it last.")
    version: int = stored(description="Counts its changes, from 1.")
