"""Mapping files: what they can say, and that every mistake in them is named at once."""

import re
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from connectors import mapping_files
from connectors.fields import Kind, Sort
from connectors.mappings import Field, FileMapping, MappingFault, Reading

ACCOUNTS = """
    kind = "accounts"
    encoding = "cp1252"
    delimiter = ";"
    format = "csv"
    null = ["null", "n/a"]
    time_zone = "Europe/Vienna"

    [fields]
    name = "account"
    annual_revenue = { column = "revenue", multiply = 1_000_000 }
    keys.crm = "account"
    parent.keys.crm = "subsidiary_of"
    products = { column = "owns", separator = "|", trim = false, null = "-" }

    [fields.address]
    country = { column = "office", values = { Philipines = "Philippines" }, otherwise = "?" }
    city = { constant = "Vienna" }

    [fields.custom]
    year_established = { column = "year", type = "number" }
    joined = { column = "joined", type = "date", dates = ["iso", "%d.%m.%Y"] }
"""


OPPORTUNITIES = """
    kind = "opportunities"
    [fields]
    keys.crm = "id"
    account.keys.crm = "account"
    product = "product"
    close_date = { column = "closed", dates = FORM }
"""


def read(text: str) -> FileMapping | MappingFault:
    return mapping_files.read(dedent(text).encode())


def test_a_mapping_says_where_each_field_comes_from() -> None:
    mapping = read(ACCOUNTS)

    nulls = frozenset({"null", "n/a"})
    vienna = ZoneInfo("Europe/Vienna")

    def plain(sort: Sort = Sort.TEXT) -> Reading:
        return Reading(sort, nulls, time_zone=vienna)

    assert isinstance(mapping, FileMapping)
    assert (mapping.kind, mapping.format) == (Kind.ACCOUNTS, "csv")
    assert (mapping.encoding, mapping.delimiter) == ("cp1252", ";")
    assert mapping.columns == (
        "account",
        "revenue",
        "subsidiary_of",
        "owns",
        "office",
        "year",
        "joined",
    )
    assert mapping.fields == (
        Field("name", plain(), "account"),
        Field(
            "annual_revenue",
            Reading(Sort.NUMBER, nulls, multiply=Decimal(1_000_000), time_zone=vienna),
            "revenue",
        ),
        Field("keys.crm", plain(), "account"),
        Field("parent.keys.crm", plain(), "subsidiary_of"),
        Field(
            "products",
            Reading(Sort.TEXTS, frozenset({"-"}), trim=False, separator="|", time_zone=vienna),
            "owns",
        ),
        Field(
            "address.country",
            Reading(
                Sort.TEXT,
                nulls,
                values={"Philipines": "Philippines"},
                otherwise="?",
                time_zone=vienna,
            ),
            "office",
        ),
        Field("address.city", plain(), constant="Vienna"),
        Field("custom.year_established", plain(Sort.NUMBER), "year"),
        Field(
            "custom.joined",
            Reading(Sort.DATE, nulls, dates=("iso", "%d.%m.%Y"), time_zone=vienna),
            "joined",
        ),
    )


def test_one_column_may_feed_several_fields() -> None:
    mapping = read(
        """
        kind = "opportunities"
        [fields]
        keys.crm = "opportunity_id"
        stage = "deal_stage"
        is_won = { column = "deal_stage", values = { Won = true }, otherwise = false }
        """
    )

    assert isinstance(mapping, FileMapping)
    assert mapping.columns == ("opportunity_id", "deal_stage")
    assert [field.path for field in mapping.fields] == ["keys.crm", "stage", "is_won"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("kind = ", ("it is not TOML: Invalid value (at end of document)",), id="TOML"),
        pytest.param("", ("kind is missing", "fields is missing"), id="an empty file"),
        pytest.param(
            'kind = "leads"\n[fields]\nname = "n"',
            (
                "kind must be one of accounts, people, opportunities, activities, "
                "interest_signals, buying_groups, not 'leads'",
            ),
            id="an unknown kind",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\n', ("[fields] maps no field",), id="nothing mapped"
        ),
        pytest.param(
            'kind = "accounts"\ncolour = 1\ntrim = "no"\n[fields]\nname = "n"',
            (
                "colour is unknown; known are kind, format, encoding, delimiter, trim, null,"
                " time_zone, fields",
                "trim must be true or false",
            ),
            id="unknown and mistyped settings of the file",
        ),
        pytest.param(
            'kind = "opportunities"\n[fields]\nowner = "sales_agent"\nkeys.a.b = "id"',
            (
                "opportunities have no field 'owner'; they have id, account.id, account.keys.*,"
                " product, name, stage, amount, is_closed, is_won, close_date, keys.*",
                "keys.a.b is unknown; known are column, constant, type, values, otherwise,"
                " multiply, dates, time_zone, separator, null, trim",
            ),
            id="unknown fields",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\nname = { columns = "n" }',
            (
                "name.columns is unknown; known are column, constant, type, values, otherwise,"
                " multiply, dates, time_zone, separator, null, trim",
            ),
            id="an unknown setting of a field",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\nname = { column = "n", constant = "x" }',
            ("name needs a column or a constant, and not both",),
            id="a column and a constant",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\nname = {}',
            ("name needs a column or a constant, and not both",),
            id="neither a column nor a constant",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\n"keys.crm" = "a"\nkeys.crm = "b"\nparent.id = "p"\n'
            'parent.keys.crm = "q"',
            ("keys.crm is mapped twice", "parent is named in 2 ways; one way is needed"),
            id="one thing said twice",
        ),
        pytest.param(
            'kind = "people"\n[fields]\nemail = "e"\naccount.relation = "r"',
            ("people need the field account",),
            id="a relation to no account",
        ),
        pytest.param(
            'kind = "opportunities"\n[fields]\nname = "n"\naccount.keys.crm = "a"',
            ("opportunities need an outside key, such as keys.crm, to be found again",),
            id="records that would be new ones every time",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\n"keys.our crm" = "a"',
            ("keys.our crm: 'our crm' cannot name a system",),
            id="a system whose name cannot be",
        ),
        pytest.param(
            'kind = "activities"\n[fields]\ntype = "t"\nattributes.page = "p"',
            (
                "activities need the field source",
                "activities need the field source_id",
                "activities need the field at",
                "activities need the field person",
            ),
            id="an activity without its essentials",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\nname = { column = "n", multiply = 2 }\n'
            'annual_revenue = { column = "r", multiply = "many" }',
            (
                "name.multiply: name takes no number",
                "annual_revenue.multiply must be a number, not 'many'",
            ),
            id="multipliers that cannot be",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\nname = { column = "n", type = "text" }\n'
            'custom.x = { column = "x", type = "colour" }',
            (
                "name.type: the type of name is known (text)",
                "custom.x.type must be one of text, number, boolean, date, moment,"
                " text_list, number_list, not 'colour'",
            ),
            id="types that cannot be stated",
        ),
        pytest.param(
            'kind = "people"\n[fields]\nunsubscribed = { constant = "perhaps" }\n'
            'email_invalid = { column = "e", values = { Won = "so" }, otherwise = 3 }',
            (
                "unsubscribed.constant: 'perhaps' is not true or false",
                "email_invalid.otherwise: '3' is not true or false",
                "email_invalid.values.Won: 'so' is not true or false",
            ),
            id="values that the field cannot take",
        ),
        pytest.param(
            'kind = "people"\nencoding = "utf-99"\ndelimiter = "||"\nformat = "xls"\n'
            'time_zone = "Mars/Olympus"\n[fields]\nemail = "e"\nphone = "p"',
            (
                "time_zone 'Mars/Olympus' is not known",
                "format must be one of csv, jsonl, not 'xls'",
                "encoding 'utf-99' is not known",
                "delimiter must be one character, and neither a quote nor a line end",
            ),
            id="settings of the file that cannot be, each named once",
        ),
        pytest.param(
            'kind = "people"\nencoding = "hex"\n[fields]\nemail = "e"',
            ("encoding 'hex' is not known",),
            id="a codec that is no text encoding",
        ),
        pytest.param(
            'kind = "people"\nencoding = "idna"\n[fields]\nemail = "e"',
            ("encoding 'idna' is not one that files can be read in",),
            id="an encoding of names alone",
        ),
        pytest.param(
            'kind = "people"\nencoding = ""\ndelimiter = ""\n[fields]\nemail = "e"',
            (
                "encoding '' is not known",
                "delimiter must be one character, and neither a quote nor a line end",
            ),
            id="an empty encoding and delimiter",
        ),
        pytest.param(
            'kind = "accounts"\n[fields]\nname = "n"\nkeys.crm = "k"\n'
            'products = { column = "p", separator = "" }',
            ("products.separator must not be empty",),
            id="an empty separator",
        ),
    ],
)
def test_every_mistake_is_named(text: str, problems: tuple[str, ...]) -> None:
    assert read(text) == MappingFault(problems)


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        pytest.param("'%Q%'", "'%Q%' is no form of dates, such as '%d.%m.%Y'", id="no directive"),
        pytest.param("''", "'' is no form of dates, such as '%d.%m.%Y'", id="an empty text"),
        pytest.param(
            "'%Y %Y'", "'%Y %Y' is no form of dates, such as '%d.%m.%Y'", id="a part twice"
        ),
        pytest.param("'%d.%m.'", "'%d.%m.' is no form of dates, such as '%d.%m.%Y'", id="no year"),
        pytest.param(
            "['iso', 'x']", "'x' is no form of dates, such as '%d.%m.%Y'", id="of several"
        ),
    ],
)
def test_a_form_that_no_date_has_is_named(form: str, problem: str) -> None:
    text = OPPORTUNITIES.replace("FORM", form)

    assert read(text) == MappingFault((f"close_date.dates: {problem}",))


def test_an_empty_list_of_forms_is_named() -> None:
    fault = MappingFault(("close_date.dates names no form of dates",))

    assert read(OPPORTUNITIES.replace("FORM", "[]")) == fault


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("%m/%d/%y", id="a short year"),
        pytest.param("%Y", id="a year alone"),
        pytest.param("%d. %B %Y %H:%M:%S %z", id="a moment with its offset"),
        pytest.param("%Y-%j", id="the day of the year"),
    ],
)
def test_forms_of_dates_that_python_reads_are_taken(form: str) -> None:
    assert isinstance(read(OPPORTUNITIES.replace("FORM", f"'{form}'")), FileMapping)


def test_a_mapping_in_another_encoding_is_refused() -> None:
    fault = mapping_files.read('kind = "Köln"'.encode("latin-1"))

    assert fault == MappingFault(("it is not UTF-8 at byte 10",))
    assert fault.message == "The mapping file cannot be used: it is not UTF-8 at byte 10."


def test_the_examples_of_the_guide_are_mappings() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    whole = [block for block in blocks if block.startswith("kind")]

    assert len(whole) == 3
    assert [type(read(block)) for block in whole] == [FileMapping] * 3
