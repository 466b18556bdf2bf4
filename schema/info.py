"""What strawberry hands a resolver, with our context in it."""

import strawberry

from execution.context import Context

Info = strawberry.Info[Context, None]
