from pathlib import Path

from schema.build import build_schema

ROOT = Path(__file__).parent.parent.parent


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    committed = (ROOT / "schema.graphql").read_text(encoding="utf-8")

    assert committed == build_schema().as_str() + "\n", "run scripts/export-schema"
