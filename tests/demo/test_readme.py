"""What the README shows is what the demo data answers."""

import json
import re
from pathlib import Path

from schema.build import build_schema
from tests.demo.conftest import Loaded

README = (Path(__file__).parent.parent.parent / "README.md").read_text()


async def test_the_readmes_query_has_the_readmes_answer(loaded: Loaded) -> None:
    (query,) = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
    (answer,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)

    result = await build_schema().execute(query, context_value=loaded.ctx)

    assert {"data": result.data} == json.loads(answer)
    assert result.errors is None
