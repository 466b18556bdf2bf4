"""Leading fields: a resolver finds ids, and the documents are loaded as the client selects them.

So what has to be worked out costs no more than the command that finds it and one for the documents.
"""

from asyncio import gather
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryOptional

from execution.context import Context, Right
from execution.fields import BatchResolver, ComputedField
from execution.limits import at_most as rows_at_most
from execution.lists import check_size
from execution.sources import Document, Sourced


class LeadingField(ComputedField):
    """The documents whose ids a resolver finds, or the one whose id it finds."""

    holder: str | None

    @cached_property
    def is_list(self) -> bool:
        type_ = self.type.of_type if isinstance(self.type, StrawberryOptional) else self.type
        return isinstance(type_, StrawberryList)

    def get_result(self, source: Sourced, info: Any, args: object, kwargs: Any) -> object:
        context: Context = info.context
        context.viewer.require(Right.READ)
        if "first" in kwargs:
            check_size("first", kwargs["first"])

        async def load(documents: list[Document]) -> Sequence[object]:
            return await self.resolver(context, documents, **kwargs)

        document = dict(source.document)
        if self.holder is not None:
            document[self.holder] = source.within["_id"]
        nodes = info._raw_info.field_nodes
        return self._lead(
            info, context.loaders.loader((self, *map(id, nodes)), load).load(document)
        )

    async def _lead(self, info: Any, finding: Any) -> object:
        found = await finding
        loader, wanted = info.context.loaders.one(self.target), self.wanted(info)
        if not self.is_list:
            return None if found is None else await loader.load((found, wanted))
        sources = await gather(*(loader.load((each, wanted)) for each in found))
        return [source for source in sources if source is not None]


def leading(
    resolver: BatchResolver,
    *,
    needs: Iterable[str] = (),
    takes: Iterable[StrawberryArgument] = (),
    holder: str | None = None,
    at_most: int | None = None,
    description: str | None = None,
) -> Any:
    """The documents whose ids a resolver finds for many parents at once.

    It gives an id or None for each parent, or a list of ids where the field is a list, in their
    order; an id that no document has is left out. `needs` and `takes` are those of `computed`.
    `holder` is the name under which the resolver finds the id of the document that a part stands
    in. A list without an argument `first` has `at_most` so many.
    """
    metadata = None if at_most is None else rows_at_most(at_most)
    return LeadingField(metadata=metadata).declare(
        description, resolver=resolver, needs=tuple(needs), takes=tuple(takes), holder=holder
    )
