"""The schema as a client sees it, on a real MongoDB, with every database command recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.identifiers import TenantId
from execution.context import Context, Right
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.held import executed
from tests.recorder import Recorder
from tests.stored import Stored


class Api:
    """One tenant's data behind the schema."""

    def __init__(self, database: Database, tenant: TenantId, recorder: Recorder) -> None:
        self._database = database
        self._recorder = recorder
        self.tenant = tenant
        self.rights: tuple[Right, ...] = (Right.ADMIN,)
        self._stored: dict[str, list[Any]] = {}

    @property
    def commands(self) -> list[str]:
        """The database commands of the last operation, in the order in which they began."""
        return self._recorder.commands

    def context(self) -> Context:
        context = a_context(self._database, self.tenant, Clock(), rights=self.rights)
        context.request_id = "req_1"
        return context

    async def has(self, *stored: Stored) -> None:
        """Store documents as they are."""
        for collection, document in stored:
            own = {"tenant": self.tenant, **document}
            inserted = await self._database[collection].insert_one(own)
            self._stored.setdefault(collection, []).append(inserted.inserted_id)

    async def forget(self) -> None:
        """Take away what was stored; what other tests keep in the same collections stays."""
        for collection, ids in self._stored.items():
            await self._database[collection].delete_many({"_id": {"$in": ids}})

    async def replace(self, stored: Stored) -> None:
        """Store a document in place of the one of its id."""
        collection, document = stored
        await self._database[collection].replace_one(
            {"_id": document["_id"]}, {"tenant": self.tenant, **document}
        )

    @property
    def projections(self) -> dict[str, set[str]]:
        """The paths the last operation asked for of each collection's documents."""
        found: dict[str, set[str]] = {}
        for sent in self._recorder.sent:
            if "find" in sent:
                found[sent["find"]] = set(sent["projection"])
            else:
                found |= _projected(sent["aggregate"], sent["pipeline"])
        return found

    @property
    def read_concerns(self) -> dict[str, Any]:
        """What the last operation's find of each collection takes for known."""
        finds = [each for each in self._recorder.sent if "find" in each]
        return {each["find"]: each.get("readConcern", {}).get("level") for each in finds}

    async def __call__(self, query: str, **variables: Any) -> Any:
        """The data of an operation that has no errors."""
        result = await self._run(query, variables)
        assert result.errors is None, result.errors
        return result.data

    async def errors(self, query: str, **variables: Any) -> list[dict[str, Any]]:
        """The errors of an operation, as they are sent."""
        result = await self._run(query, variables)
        return [dict(error.formatted) for error in result.errors or []]

    async def code(self, query: str, **variables: Any) -> Any:
        """The code of an operation's only error."""
        (error,) = await self.errors(query, **variables)
        return error["extensions"]["code"]

    async def _run(self, query: str, variables: dict[str, Any]) -> Any:
        self._recorder.forget()
        return await executed(self.context(), query, variables)


def _projected(collection: str, pipeline: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The paths that a pipeline, and those united with it, show of each collection."""
    found: dict[str, set[str]] = {}
    for stage in pipeline:
        if "$project" in stage:
            found[collection] = set(stage["$project"])
        if union := stage.get("$unionWith"):
            found |= _projected(union["coll"], union["pipeline"])
    return found
