"""Three queries worth trying: the tabs of GraphiQL, and what `quorum demo` prints."""

from typing import Final

from demo.queries import QUERIES
from server.graphiql import Example

EXAMPLES: Final = tuple(Example(query.title, query.text) for query in QUERIES)
