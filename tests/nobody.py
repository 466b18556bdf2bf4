"""A MongoDB that is away: nobody listens there, and a client finds that out at once."""

from typing import Any, cast

from motor.motor_asyncio import AsyncIOMotorClient

from store.driver import Client


def nobody() -> Client:
    """A client whose every command fails within 50 ms."""
    found: Any = AsyncIOMotorClient("mongodb://127.0.0.1:1/", serverSelectionTimeoutMS=50)
    return cast(Client, found)
