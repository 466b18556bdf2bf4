"""Figures about stages: right, and read from an index where that is said."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from domain.identifiers import TenantId
from store.driver import Database, Document, aggregate
from store.stage_figures import StageFigures
from tests.stored import a_stored_group


def a_staged_group(tenant: TenantId, number: int, stage: str | None) -> Document:
    _, group = a_stored_group(
        f"bg_{tenant}_{number}",
        f"Group {number}",
        solution_interest_id=f"si_{number % 2}",
        stage={"stage_id": stage} if stage else None,
    )
    return {**group, "tenant": tenant}


async def test_groups_are_counted_by_stage_from_an_index_alone(
    database: Database, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    async def noted(
        collection: Any, pipeline: Sequence[Mapping[str, Any]], **options: Any
    ) -> list[Document]:
        asked.append({"pipeline": list(pipeline), **options})
        return await aggregate(collection, pipeline, **options)

    monkeypatch.setattr("store.stage_figures.aggregate", noted)
    stages = ["stg_a", "stg_a", "stg_a", "stg_b", None, "stg_b", None]
    await database["buying_groups"].insert_many(
        [a_staged_group(tenant, number, stage) for number, stage in enumerate(stages)]
    )

    counts = await StageFigures(database, tenant).counts(["si_0", "si_1", "si_2"])

    plan = await database.command(
        "explain",
        {"aggregate": "buying_groups", **asked[0], "cursor": {}},
        verbosity="executionStats",
    )
    ran = plan.get("executionStats") or plan["stages"][0]["$cursor"]["executionStats"]
    await database["buying_groups"].delete_many({"tenant": tenant})
    assert counts == {
        "si_0": {"stg_a": 2, None: 2},
        "si_1": {"stg_a": 1, "stg_b": 2},
        "si_2": {},
    }
    assert (ran["totalDocsExamined"], ran["totalKeysExamined"] <= 12) == (0, True)
