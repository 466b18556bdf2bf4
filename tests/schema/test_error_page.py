from pathlib import Path

from graphql import build_schema as parse_schema

from execution.error_codes import MEANINGS, ErrorCode
from schema.build import build_schema
from schema.error_page import error_page
from schema.errors import UserError

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
SMALL = '''
interface UserError { message: String! }
"""No such thing."""
type NotFound implements UserError { message: String! "The id given." id: ID! }
"""Too late."""
type Late implements UserError { message: String! }
type Done { ok: Boolean! }
union DoResult = Done | NotFound
type Query { look: DoResult! plain: Int }
type Mutation { do: DoResult! simply: Done! }
'''


def test_the_committed_page_is_that_of_the_schema() -> None:
    assert PAGE.read_text(encoding="utf-8") == error_page(build_schema()._schema), (
        "run scripts/export-errors"
    )


def test_it_has_every_code_and_every_refusal() -> None:
    page = PAGE.read_text(encoding="utf-8")
    refusals = {kind.__name__ for kind in UserError.__subclasses__()}

    assert set(MEANINGS) == set(ErrorCode)
    assert {code for code in ErrorCode if f"\n| `{code}` | " in page} == set(ErrorCode)
    assert {name for name in refusals if f"\n### {name}\n" in page} == refusals
    assert len(refusals) >= 18


def test_a_refusal_tells_its_fields_and_what_it_refuses() -> None:
    page = error_page(parse_schema(SMALL))

    assert (
        "### NotFound\n\nNo such thing. Refuses: `do`, `look`.\n\n* `id: ID!`: The id given.\n"
        in page
    )
    assert "### Late\n\nToo late. Refuses single items or people only.\n" in page
    assert page.endswith(
        "| field | refusals |\n| --- | --- |\n"
        "| `do` | [NotFound](#notfound) |\n"
        "| `look` | [NotFound](#notfound) |\n"
        "| `simply` | none |\n"
    )
