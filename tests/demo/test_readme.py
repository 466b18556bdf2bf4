"""What the README shows is what the demo data answers."""

import json
import re
from pathlib import Path

from tests.demo.conftest import Loaded
from tests.held import executed

README = (Path(__file__).parent.parent.parent / "README.md").read_text()


async def test_the_readmes_query_has_the_readmes_answer(loaded: Loaded) -> None:
    (query,) = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
    (answer,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)

    result = await executed(loaded.ctx, query)

    assert {"data": result.data} == json.loads(answer)
    assert result.errors is None
