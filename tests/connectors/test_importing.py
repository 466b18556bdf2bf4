"""Imports as somebody runs them: a file, a mapping, a report, and a file of rejects."""

import csv
import json
from pathlib import Path
from textwrap import dedent

import pytest

from connectors import mapping_files, reading
from connectors.custom_fields import UnfitCustomFields
from connectors.fields import FIELDS, Kind
from connectors.importing import (
    ImportFault,
    ImportReport,
    RejectsInTheWay,
    import_file,
)
from connectors.mappings import FileMapping, MappingFault
from connectors.passes import Progress
from connectors.tables import MissingColumns, WrongEncoding
from domain.attributes import FieldType, Scope
from domain.custom_fields import CustomField
from domain.identifiers import TenantId
from execution.context import Context
from resolvers.custom_fields import define_custom_fields
from resolvers.tenants import create_tenant
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.worlds import a_live_stage_model, an_interest, some_accounts, some_people

CRM = Path(__file__).parents[2] / "demo" / "crm"
ACCOUNTS = """
    kind = "accounts"
    [fields]
    keys.crm = "account"
    name = "account"
    employees = "employees"
    parent.keys.crm = "parent"
"""
PEOPLE = """
    kind = "people"
    [fields]
    email = "email"
    first_name = "first"
    account.keys.crm = "account"
    account.relation = "relation"
"""
ACTIVITIES = """
    kind = "activities"
    null = "null"
    [fields]
    source = { constant = "marketo" }
    source_id = "guid"
    type = { column = "type", values = { 10 = "Open Email" } }
    at = "at"
    person.keys.marketo = "lead"
    attributes = "attributes"
"""


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    context = a_context(database, tenant, Clock())
    await create_tenant(context, "Test", "UTC")
    return context


def a_mapping(text: str) -> FileMapping:
    mapping = mapping_files.read(dedent(text).encode())
    assert not isinstance(mapping, MappingFault), mapping.message
    return mapping


def a_file(folder: Path, text: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return path


def files_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def done(ctx: Context, mapping: FileMapping, path: Path) -> ImportReport:
    report = await import_file(
        ctx, mapping, path, rejects_path=path.with_name(f"{path.name}.rejects.csv")
    )
    assert isinstance(report, ImportReport), report.message
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return (report.created, report.updated, report.unchanged, report.rejected)


def rejected(report: ImportReport) -> list[tuple[str, str, str]]:
    """The rejects: line, field and reason."""
    if report.rejects is None:
        return []
    with report.rejects.open(encoding="utf-8", newline="") as file:
        return [(row["line"], row["field"], row["reason"]) for row in csv.DictReader(file)]


async def names_of_parents(ctx: Context) -> dict[str, tuple[str | None, int]]:
    accounts = await ctx.stores.accounts.all()
    names = {account["_id"]: account["name"] for account in accounts}
    return {each["name"]: (names.get(each["parent_id"]), each["level"]) for each in accounts}


async def test_a_parent_may_come_after_its_child(ctx: Context, tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        """\
        account,employees,parent
        Lab,1,Division
        Division,2,Holding
        Holding,3,
        """,
    )

    report = await done(ctx, a_mapping(ACCOUNTS), path)

    assert counts(report) == (3, 0, 0, 0)
    assert await names_of_parents(ctx) == {
        "Lab": ("Division", 3),
        "Division": ("Holding", 2),
        "Holding": (None, 1),
    }


async def test_an_unknown_parent_is_rejected_and_the_account_stays(
    ctx: Context, tmp_path: Path
) -> None:
    path = a_file(tmp_path, "account,employees,parent\nLab,1,Nowhere\nTop,2,Top\n")

    report = await done(ctx, a_mapping(ACCOUNTS), path)

    assert counts(report) == (2, 0, 0, 0)
    assert report.without_parent == 2
    assert rejected(report) == [
        ("2", "parent.keys.crm", "there is no account crm:Nowhere"),
        ("3", "parent.keys.crm", "would stand above itself"),
    ]
    assert await names_of_parents(ctx) == {"Lab": (None, 1), "Top": (None, 1)}


async def test_a_rejected_row_takes_no_part_in_the_second_pass(
    ctx: Context, tmp_path: Path
) -> None:
    mapping = a_mapping(ACCOUNTS)
    await done(ctx, mapping, a_file(tmp_path, "account,employees,parent\nLab,1,\nTop,2,\n"))

    report = await done(
        ctx, mapping, a_file(tmp_path, "account,employees,parent\nLab,many,Top\nNew,-1,Top\n")
    )

    assert counts(report) == (0, 0, 0, 2)
    assert rejected(report) == [
        ("2", "employees", "'many' is not a whole number"),
        ("3", "employees", "must be from 0 to 2147483647"),
    ]
    assert await names_of_parents(ctx) == {"Lab": (None, 1), "Top": (None, 1)}


async def test_a_changed_parent_is_an_update_and_an_empty_one_is_the_top(
    ctx: Context, tmp_path: Path
) -> None:
    mapping = a_mapping(ACCOUNTS)
    header = "account,employees,parent\n"
    await done(ctx, mapping, a_file(tmp_path, f"{header}A,1,\nB,2,A\nC,3,\n"))

    report = await done(ctx, mapping, a_file(tmp_path, f"{header}A,1,B\nB,2,\nC,3,\n"))

    assert counts(report) == (0, 2, 1, 0)
    assert await names_of_parents(ctx) == {"A": ("B", 2), "B": (None, 1), "C": (None, 1)}


async def test_importing_a_file_twice_writes_nothing(ctx: Context, tmp_path: Path) -> None:
    path = a_file(tmp_path, "account,employees,parent\nLab,1,Top\nTop,2,\n")
    await done(ctx, a_mapping(ACCOUNTS), path)
    before = await ctx.stores.accounts.all()

    report = await done(ctx, a_mapping(ACCOUNTS), path)

    assert counts(report) == (0, 0, 2, 0)
    assert await ctx.stores.accounts.all() == before


async def test_bad_rows_are_rejected_one_by_one(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(
        b"account,employees,parent\n"
        + "Zoë,1,\n".encode()
        + b"M\xfcller,2,\n"
        + b"short\n"
        + b'"Two\nlines",many,\n'
        + b",5,\n"
    )

    report = await done(ctx, a_mapping(ACCOUNTS), path)

    assert counts(report) == (1, 0, 0, 4)
    assert rejected(report) == [
        ("3", "", "byte 2 of line 3: 0xFC is not utf-8"),
        ("4", "", "the row has 1 cell, the header 3"),
        ("5", "employees", "'many' is not a whole number"),
        ("7", "keys.crm", "is required and cannot be empty"),
        ("7", "name", "is required and cannot be empty"),
    ]


async def test_every_fault_of_a_row_is_listed(ctx: Context, tmp_path: Path) -> None:
    accounts = a_file(tmp_path, "account,employees,parent\nA,1,\n", "accounts.csv")
    await done(ctx, a_mapping(ACCOUNTS), accounts)
    people = PEOPLE + 'unsubscribed = "out"\nphone = "phone"\n'
    path = a_file(
        tmp_path,
        f"email,first,account,relation,out,phone\nno,{'x' * 256},,boss,maybe,{'1' * 2_000}\n",
    )
    acts = a_file(
        tmp_path, f"guid,lead,at,type,attributes\n,,soon,{'t' * 256},[1]\n", "activities.csv"
    )

    report = await done(ctx, a_mapping(people), path)
    of_acts = await done(ctx, a_mapping(ACTIVITIES), acts)

    assert rejected(report) == [
        ("2", "unsubscribed", "'maybe' is not true or false"),
        ("2", "email", "is not an e-mail address"),
        ("2", "first_name", "is longer than 255 characters"),
        ("2", "account.relation", "'boss' is none of employee, contractor, other"),
        ("2", "phone", "is longer than 1000 characters"),
    ]
    assert rejected(of_acts) == [
        ("2", "at", "'soon' is not a moment (ISO 8601)"),
        ("2", "attributes", "'[1]' is not a JSON object"),
        ("2", "source_id", "is required and cannot be empty"),
        ("2", "person.keys.marketo", "is required and cannot be empty"),
        ("2", "type", "is longer than 255 characters"),
    ]


async def versions_of(ctx: Context) -> dict[str, int]:
    """The version of everybody: it grows with every change that is written."""
    return {each["_id"]: each["version"] for each in await ctx.stores.people.all()}


PEOPLE_WITH_TITLES = """
    kind = "people"
    [fields]
    keys.crm = "id"
    email = "email"
    job_title = "title"
    account.keys.crm = "account"
    account.relation = "relation"
    account.roles = "roles"
"""


async def test_of_several_rows_of_a_person_the_last_counts_and_relations_add_up(
    ctx: Context, tmp_path: Path
) -> None:
    accounts = a_file(tmp_path, "account,employees,parent\nA,1,\nB,2,\nC,2,\n", "accounts.csv")
    await done(ctx, a_mapping(ACCOUNTS), accounts)
    between = "".join(f"{n},p{n}@x.example,,C,,\n" for n in range(100, 1_300))
    path = a_file(
        tmp_path,
        "id,email,title,account,relation,roles\n"
        "1,zoe@old.example,Advisor,A,contractor,\n"
        "2,max@x.example,Buyer,A,,owner\n"
        f"{between}"
        "1,zoe@x.example,CEO,B,,\n"
        "2,max@x.example,,A,other,sponsor\n"
        "1,zoe@x.example,CTO,nowhere,,\n",
    )

    report = await done(ctx, a_mapping(PEOPLE_WITH_TITLES), path)
    versions = await versions_of(ctx)
    again = await done(ctx, a_mapping(PEOPLE_WITH_TITLES), path)

    assert counts(report) == (1_202, 1, 1, 1)
    assert counts(again) == (0, 0, 1_204, 1)
    assert (report.repeated, again.repeated) == (2, 2)
    assert rejected(again) == [("1206", "account.keys.crm", "there is no account crm:nowhere")]
    assert await versions_of(ctx) == versions
    people = {each["keys"]["crm"]: each for each in await ctx.stores.people.all()}
    zoe, max_ = people["1"], people["2"]
    assert (zoe["email"], zoe["job_title"]) == ("zoe@x.example", "CEO")
    assert [each["relation"] for each in zoe["relations"]] == ["employee", "contractor"]
    assert max_["job_title"] is None
    assert [(each["relation"], each["roles"]) for each in max_["relations"]] == [
        ("other", ["sponsor"])
    ]


async def test_of_several_rows_of_an_account_or_opportunity_the_last_counts(
    ctx: Context, tmp_path: Path
) -> None:
    accounts = a_file(
        tmp_path, "account,employees,parent\nA,1,B\nB,2,\nA,3,\nB,many,\n", "accounts.csv"
    )
    deals = a_mapping(
        """
        kind = "opportunities"
        [fields]
        keys.crm = "id"
        account.keys.crm = "account"
        amount = "amount"
        """
    )
    path = a_file(tmp_path, "id,account,amount\n1,A,10\n1,B,20\n1,B,\n1,A,x\n")

    for expected in ((2, 0, 1, 1), (0, 0, 3, 1)):
        assert counts(await done(ctx, a_mapping(ACCOUNTS), accounts)) == expected
    for expected in ((1, 0, 2, 1), (0, 0, 3, 1)):
        assert counts(await done(ctx, deals, path)) == expected

    stored = {each["name"]: each for each in await ctx.stores.accounts.all()}
    assert (stored["A"]["employees"], stored["A"]["parent_id"]) == (3, None)
    assert stored["B"]["employees"] == 2
    (deal,) = await ctx.stores.opportunities.all()
    assert (deal["account_id"], deal["amount"]) == (stored["B"]["_id"], None)


async def test_a_name_that_one_batch_gives_up_is_free_for_the_next(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_ROWS", 1)
    mapping = a_mapping(
        """
        kind = "people"
        [fields]
        keys.crm = "id"
        email = "email"
        """
    )
    await done(ctx, mapping, a_file(tmp_path, "id,email\n1,old@x.example\n"))

    report = await done(
        ctx, mapping, a_file(tmp_path, "id,email\n1,new@x.example\n2,old@x.example\n")
    )

    assert counts(report) == (1, 1, 0, 0)
    people = {each["keys"]["crm"]: each["email"] for each in await ctx.stores.people.all()}
    assert people == {"1": "new@x.example", "2": "old@x.example"}


async def test_rows_of_one_record_apply_in_order_though_they_stand_in_different_batches(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_ROWS", 1)
    mapping = a_mapping(
        """
        kind = "people"
        [fields]
        keys.crm = "id"
        email = "email"
        first_name = "name"
        """
    )
    rows = "id,email,name\n1,ada@x.example,Ada\n,ada@x.example,Countess\n2,bo@x.example,Bo\n"

    await done(ctx, mapping, a_file(tmp_path, rows))

    people = {each["email"]: each["first_name"] for each in await ctx.stores.people.all()}
    assert people == {"ada@x.example": "Countess", "bo@x.example": "Bo"}


async def test_rows_of_json_that_leave_names_out_apply_in_order(
    ctx: Context, tmp_path: Path
) -> None:
    mapping = a_mapping(ACCOUNTS)
    path = a_file(
        tmp_path,
        '{"account": "A", "employees": 1}\n{"employees": 2, "account": "A", "parent": null}\n'
        '{"account": "B", "employees": 5, "parent": "A"}\n{"account": "B", "employees": 6}\n',
        "file.jsonl",
    )

    report = await done(ctx, mapping, path)

    assert counts(report) == (2, 1, 1, 0)
    assert report.repeated == 1
    stored = {each["name"]: each for each in await ctx.stores.accounts.all()}
    assert {name: each["employees"] for name, each in stored.items()} == {"A": 2, "B": 6}
    assert stored["B"]["parent_id"] == stored["A"]["_id"]


async def test_spellings_of_an_unknown_type_are_counted_together(
    ctx: Context, tmp_path: Path
) -> None:
    path = a_file(
        tmp_path,
        """\
        guid,lead,at,type,attributes
        1,7,2026-05-03,Fax Sent,null
        2,7,2026-05-03,fax  sent,null
        3,7,2026-05-03,FAX SENT,null
        """,
    )

    report = await done(ctx, a_mapping(ACTIVITIES), path)

    assert dict(report.unknown_types) == {"Fax Sent": 3}


async def test_a_giant_cell_is_rejected_alone(ctx: Context, tmp_path: Path) -> None:
    path = a_file(tmp_path, f"account,employees,parent\n{'x' * 10_000_000},1,\nAcme,2,\n")

    report = await done(ctx, a_mapping(ACCOUNTS), path)

    assert counts(report) == (1, 0, 0, 1)
    assert rejected(report) == [("2", "", "the row is longer than 1,048,576 characters")]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(b"name,size\nAcme,1\n", MissingColumns, id="missing columns"),
        pytest.param(
            b"account,employees,parent\nM\xfcller,1,\nAcme,1,\n", WrongEncoding, id="encoding"
        ),
    ],
)
async def test_of_an_unfit_file_nothing_is_imported(
    ctx: Context, tmp_path: Path, content: bytes, fault: type[ImportFault]
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    outcome = await import_file(ctx, a_mapping(ACCOUNTS), path)

    assert type(outcome) is fault
    assert await ctx.stores.accounts.count() == 0
    assert files_in(tmp_path) == ["file.csv"]


async def test_rejects_go_beside_the_file_and_never_over_it(ctx: Context, tmp_path: Path) -> None:
    path = a_file(tmp_path, "account,employees,parent\nAcme,many,\n")
    before = path.read_bytes()

    beside = await import_file(ctx, a_mapping(ACCOUNTS), path)
    over = await import_file(ctx, a_mapping(ACCOUNTS), path, rejects_path=path)

    assert isinstance(beside, ImportReport)
    assert beside.rejects == tmp_path / "file.rejects.csv"
    assert over == RejectsInTheWay(path, "is the file to import")
    assert path.read_bytes() == before


async def test_rejects_never_take_the_place_of_the_mapping_file(
    ctx: Context, tmp_path: Path
) -> None:
    path = a_file(tmp_path, "account,employees,parent\nAcme,many,\n")
    mapping = a_file(tmp_path, ACCOUNTS, "accounts.toml")
    link = tmp_path / "also.toml"
    link.hardlink_to(mapping)

    over = [
        await import_file(
            ctx, a_mapping(ACCOUNTS), path, mapping_path=mapping, rejects_path=rejects
        )
        for rejects in (mapping, link)
    ]

    assert over == [RejectsInTheWay(each, "is the mapping file") for each in (mapping, link)]
    assert mapping.read_text(encoding="utf-8") == dedent(ACCOUNTS)
    assert await ctx.stores.accounts.count() == 0


async def test_rejects_never_take_the_place_of_another_file(ctx: Context, tmp_path: Path) -> None:
    path = a_file(tmp_path, "account,employees,parent\nAcme,3,\n")
    notes = a_file(tmp_path, "line by line\n", "notes.csv")

    outcome = await import_file(ctx, a_mapping(ACCOUNTS), path, rejects_path=notes)

    assert isinstance(outcome, RejectsInTheWay)
    assert outcome.message == (
        f"The rejects cannot go to {notes}: it is a file that holds something else than rejects."
    )
    assert notes.read_text(encoding="utf-8") == "line by line\n"
    assert await ctx.stores.accounts.count() == 0


async def test_undeclared_and_mistyped_custom_fields_are_refused_as_a_whole(
    ctx: Context, tmp_path: Path
) -> None:
    await define_custom_fields(
        ctx, Scope.ACCOUNT, [CustomField("year", FieldType.NUMBER, "Founded in")]
    )
    path = a_file(tmp_path, "account,tier,year\nAcme,gold,1999\n")
    stated = 'kind = "accounts"\nfields.keys.crm = "account"\nfields.name = "account"\n'

    unfit = await import_file(
        ctx, a_mapping(f'{stated}fields.custom = {{ tier = "tier", year = "year" }}'), path
    )
    fit = await done(
        ctx,
        a_mapping(f'{stated}fields.custom.year = {{ column = "year", type = "number" }}'),
        path,
    )

    assert unfit == UnfitCustomFields(Kind.ACCOUNTS, ("tier",), {"year": FieldType.NUMBER})
    assert counts(fit) == (1, 0, 0, 0)
    (account,) = await ctx.stores.accounts.all()
    assert account["custom"] == {"year": 1999.0}


async def test_progress_comes_with_every_batch(ctx: Context, tmp_path: Path) -> None:
    rows = "".join(f"Account {number},1,\n" for number in range(1_500))
    path = a_file(tmp_path, f"account,employees,parent\n{rows}")
    seen: list[Progress] = []

    await import_file(ctx, a_mapping(ACCOUNTS), path, progress=seen.append)

    size = path.stat().st_size
    assert [each.rows for each in seen] == [1_000, 1_500, 1_500, 1_500]
    assert {each.bytes_in_all for each in seen} == {2 * size}
    assert (seen[1].bytes_done, seen[3].bytes_done) == (size, 2 * size)


async def test_a_text_that_names_nobody_is_read_no_oftener_for_being_in_many_rows(
    ctx: Context, tmp_path: Path
) -> None:
    path = a_file(tmp_path, "email,first,account,relation\n" + "none,Ann,,\n" * 50)
    seen: list[Progress] = []

    report = await import_file(ctx, a_mapping(PEOPLE), path, progress=seen.append)

    assert isinstance(report, ImportReport)
    assert (report.rejected, len(seen)) == (50, 1)


async def test_a_person_of_several_accounts_has_a_row_for_each(
    ctx: Context, tmp_path: Path
) -> None:
    accounts = a_file(tmp_path, "account,employees,parent\nA,1,\nB,2,\n", "accounts.csv")
    await done(ctx, a_mapping(ACCOUNTS), accounts)
    path = a_file(
        tmp_path,
        """\
        email,first,account,relation
        ada@a.example,Ada,A,employee
        ADA@a.example,Ada,B,Contractor
        bo@a.example,Bo,Nowhere,
        not an address,Cy,A,
        ,Di,A,
        """,
    )

    report = await done(ctx, a_mapping(PEOPLE), path)
    again = await done(ctx, a_mapping(PEOPLE), path)

    assert (counts(report), counts(again)) == ((1, 1, 0, 3), (0, 0, 2, 3))
    assert (report.repeated, again.repeated) == (1, 1)
    assert rejected(report) == [
        ("4", "account.keys.crm", "there is no account crm:Nowhere"),
        ("5", "email", "is not an e-mail address"),
        ("6", "email", "is required and cannot be empty"),
    ]
    (ada,) = await ctx.stores.people.all()
    assert ada["email"] == "ADA@a.example"
    assert [relation["relation"] for relation in ada["relations"]] == ["contractor", "employee"]


async def test_activities_wait_for_people_and_types_nobody_knows(
    ctx: Context, tmp_path: Path
) -> None:
    path = a_file(
        tmp_path,
        """\
        guid,lead,at,type,attributes
        1,7,2026-05-03T10:00:00Z,10,"{""page"": ""/""}"
        2,8,2026-05-03 10:00:00,99,null
        3,9,2027-01-01,10,null
        4,null,2026-05-03,10,null
        5,9,2026-05-03,10,[]
        """,
    )

    report = await done(ctx, a_mapping(ACTIVITIES), path)
    again = await done(ctx, a_mapping(ACTIVITIES), path)

    assert counts(report) == (2, 0, 0, 3)
    assert (report.unmatched_people, dict(report.unknown_types)) == (2, {"99": 1})
    assert rejected(report) == [
        ("4", "at", "must not be more than one day in the future"),
        ("5", "person.keys.marketo", "is required and cannot be empty"),
        ("6", "attributes", "'[]' is not a JSON object"),
    ]
    assert counts(again) == (0, 0, 2, 3)


async def test_json_lines_leave_what_they_do_not_say(ctx: Context, tmp_path: Path) -> None:
    mapping = a_mapping(
        """
        kind = "accounts"
        fields.keys.crm = "id"
        fields.name = "company.name"
        fields.phone = "company.phone"
        fields.annual_revenue = { column = "revenue", multiply = 1_000_000 }
        """
    )
    first = a_file(
        tmp_path,
        '{"id": 7, "company": {"name": "Acme", "phone": "1"}, "revenue": 1100.04}\n{"id": 8}\n',
        "first.jsonl",
    )
    second = a_file(tmp_path, '{"id": 7, "revenue": null}\n', "second.jsonl")

    report = await done(ctx, mapping, first)
    (stored,) = await ctx.stores.accounts.all()
    later = await done(ctx, mapping, second)
    (left,) = await ctx.stores.accounts.all()

    assert (counts(report), counts(later)) == ((1, 0, 0, 1), (0, 1, 0, 0))
    assert rejected(report) == [("2", "name", "is required of a new account")]
    assert (stored["keys"], stored["annual_revenue"]) == ({"crm": "7"}, 1_100_040_000.0)
    assert (left["name"], left["phone"], left["annual_revenue"]) == ("Acme", "1", None)


async def test_the_crm_data_is_imported_as_its_mappings_say(ctx: Context, tmp_path: Path) -> None:
    async def imported(table: str, mapping: str) -> ImportReport:
        stated = a_mapping((CRM / mapping).read_text(encoding="utf-8"))
        report = await import_file(
            ctx, stated, CRM / table, rejects_path=tmp_path / "rejects.jsonl"
        )
        assert isinstance(report, ImportReport), report.message
        return report

    accounts = await imported("accounts.csv", "accounts.toml")
    opportunities = await imported("sales_pipeline.csv", "opportunities.toml")

    assert (counts(accounts), accounts.rejects) == ((85, 0, 0, 0), None)
    assert counts(opportunities) == (7_375, 0, 0, 1_425)
    assert opportunities.rejects is not None
    first = opportunities.rejects.read_text(encoding="utf-8").partition("\n")[0]
    assert first == (
        '{"line": 11, "field": "account.keys.crm", "reason": "is required and cannot be empty",'
        ' "row": "HAXMC4IX,James Ascencio,MG Advanced,,Engaging,11/3/2016,,"}'
    )
    stored = {account["name"]: account for account in await ctx.stores.accounts.all()}
    assert sum(account["parent_id"] is not None for account in stored.values()) == 15
    acme = stored["Acme Corporation"]
    assert (acme["annual_revenue"], acme["industry"]) == (1_100_040_000.0, "technology")
    assert stored["Bioholding"]["address"]["country"] == "Philippines"
    owners = [name for name, account in stored.items() if "GTX Pro" in account["products"]]
    assert len(owners) == 85
    assert not any("GTXPro" in account["products"] for account in stored.values())
    won = await ctx.stores.opportunities.all()
    assert sum(each["is_won"] for each in won) == 4_238
    assert sum(each["is_closed"] for each in won) == 6_711

    again = await imported("accounts.csv", "accounts.toml")
    still = await imported("sales_pipeline.csv", "opportunities.toml")

    assert (counts(again), counts(still)) == ((0, 0, 85, 0), (0, 0, 7_375, 1_425))


NASTY: tuple[object, ...] = (
    "\0",
    "\ud800",
    "x" * 2_000,
    " ",
    "null",
    "NaN",
    "1e999",
    True,
    -1,
    10**30,
    1.5,
    {},
    {"$gt": ""},
    {"a": {"b": [None]}},
    [],
    [[]],
    ["\0"],
    "0001-01-01",
    "9999-12-31T23:59:59.999999-14:00",
    "a@b",
    "$where",
)


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.value)
async def test_no_value_whatever_breaks_an_import(ctx: Context, tmp_path: Path, kind: Kind) -> None:
    paths = [path.replace("*", "crm") for path in FIELDS[kind] if not path.startswith("custom")]
    paths = [path for path in paths if not path.endswith((".id", ".email"))]
    fields = "\n".join(f'"{path}" = "{path}"' for path in paths)
    plain = dict.fromkeys(paths, "7") | {"name": "Acme", "email": "a@b.example", "id": None}
    rows = [plain | {path: value} for path in paths for value in NASTY]
    lines = "\n".join(json.dumps(row) for row in rows)
    path = a_file(tmp_path, lines, "file.jsonl")

    report = await done(ctx, a_mapping(f'kind = "{kind.value}"\n[fields]\n{fields}'), path)

    assert report.rows == len(rows)
    assert report.rejected > 0


SIGNALS = """
    kind = "interest_signals"
    [fields]
    source = { column = "from", values = { web = "form" }, otherwise = "OTHER" }
    source_id = "id"
    solution_interest = "about"
    strength = "strength"
    at = "at"
    person.email = "who"
"""


async def test_interest_signals_are_told_once(ctx: Context, tmp_path: Path) -> None:
    accounts = await some_accounts(ctx, "Acme")
    await some_people(ctx, accounts["Acme"], {"ada": "Chief"})
    await an_interest(ctx)
    mapping = a_mapping(SIGNALS)
    path = a_file(
        tmp_path,
        """\
        id,from,about,strength,at,who
        1,web,security,High,2026-05-04T10:00:00Z,ada@example.com
        1,web,security,Low,2026-05-04T10:00:00Z,ada@example.com
        2,fair,Cheese,low,2026-05-04T10:00:00Z,ada@example.com
        3,web,security,huge,2031-05-04T10:00:00Z,
        4,web,security,low,2026-05-04T10:00:00Z,bo@example.com
        """,
    )

    first, again = await done(ctx, mapping, path), await done(ctx, mapping, path)

    assert (counts(first), counts(again)) == ((1, 0, 1, 3), (0, 0, 2, 3))
    assert rejected(first) == [
        ("4", "solution_interest", "there is no solution interest Cheese"),
        ("5", "person.email", "is required and cannot be empty"),
        ("5", "strength", "'huge' is none of LOW, MEDIUM, HIGH"),
        ("5", "at", "must not be more than one day in the future"),
        ("6", "person.email", "there is no person bo@example.com"),
    ]
    [signal] = await ctx.stores.interest_signals.all()
    assert (signal["source"], signal["strength"]) == ("FORM", "HIGH")


GROUPS = """
    kind = "buying_groups"
    [fields]
    account.keys.crm = "company"
    solution_interest = "product"
    stage = "phase"
    person.email = "contact"
    role = { column = "role", values = { EB = "Decision Maker" } }
    method = "by"
"""


async def test_buying_groups_come_with_their_members(ctx: Context, tmp_path: Path) -> None:
    accounts = await some_accounts(ctx, "Acme", "Beta")
    await some_people(ctx, accounts["Acme"], {"ada": "Clerk", "bo": "Clerk"})
    await an_interest(ctx, stage_model=await a_live_stage_model(ctx))
    mapping = a_mapping(GROUPS)
    path = a_file(
        tmp_path,
        """\
        company,product,phase,contact,role,by
        Acme,security,New,ada@example.com,EB,manual
        Beta,security,,,,
        Acme,security,New,bo@example.com,end user,
        Acme,security,New,bo@example.com,CHAMPION,
        Acme,security,Won,bo@example.com,Champion,
        Acme,security,,bo@example.com,Influencer,
        Beta,security,,bo@example.com,Champion,
        Gamma,security,,,,
        Acme,Cheese,,,,
        ,security,,bo,,robot
        Acme,security,,,Champion,
        """,
    )

    first, again = await done(ctx, mapping, path), await done(ctx, mapping, path)

    assert (counts(first), counts(again)) == ((2, 1, 0, 8), (0, 0, 3, 8))
    assert rejected(again) == rejected(first)
    assert rejected(first) == [
        ("4", "role", "there is no role end user; is Practitioner meant?"),
        ("6", "stage", "the group cannot go to Won now; it may go to: Open, Lost"),
        ("7", "role", "the group's template has no role Influencer"),
        ("8", "person.email", "is not of the account"),
        ("9", "account.keys.crm", "there is no account crm:Gamma"),
        ("10", "solution_interest", "there is no solution interest Cheese"),
        ("11", "account.keys.crm", "is required and cannot be empty"),
        ("11", "role", "is required where a person is named"),
        ("11", "method", "'robot' is none of MANUAL, JOURNEY, SYSTEM"),
        ("11", "person.email", "is not an e-mail address"),
        ("12", "person.email", "is required where a role is named"),
    ]
    groups = await ctx.stores.groups.all()
    members = {each["name"]: each["member_count"] for each in groups}
    assert members == {"Security for Acme": 2, "Security for Beta": 0}
