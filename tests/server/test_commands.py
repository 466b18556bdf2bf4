"""The commands beside a running server, whose MongoDB they join."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.fields import Kind
from connectors.importing import ImportReport
from schema.build import build_schema
from server.commands_import import report_lines
from server.commands_jobs import outcome_of
from tests.server.quorum_process import Quorum

ACCOUNTS = """\
name,staff
Acme,12
Brink,many
Cord,7
"""
MAPPING = """\
kind = "accounts"

[fields]
keys.crm = "name"
name = "name"
employees = "staff"
"""


@pytest.fixture(scope="module")
def quorum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path_factory.mktemp("quorum"))
    process = quorum.serve()
    yield quorum
    quorum.end(process)
    quorum.clean()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    (tmp_path / "accounts.toml").write_text(MAPPING)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("serve",),
        ("demo",),
        ("tenant",),
        ("tenant", "create"),
        ("tenant", "change"),
        ("tenant", "list"),
        ("import",),
        ("jobs",),
        ("jobs", "run"),
        ("jobs", "run", "creation"),
        ("jobs", "run", "maintenance"),
        ("jobs", "run", "scoring"),
        ("export",),
        ("restore",),
        ("discard-restore",),
        ("export-schema",),
    ],
    ids=lambda command: " ".join(("quorum", *command)),
)
def test_each_command_explains_itself(quorum: Quorum, command: tuple[str, ...]) -> None:
    helped = quorum.run(*command, "--help")

    assert helped.returncode == 0
    assert helped.stdout.startswith("Usage: quorum " + " ".join(command))
    assert [line for line in helped.stdout.splitlines()[1:] if line.endswith("...")] == []
    assert helped.stderr == ""


def test_the_version_is_that_of_the_project(quorum: Quorum) -> None:
    shown = quorum.run("--version")

    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (shown.returncode, shown.stdout) == (0, f"quorum {project['version']}\n")


def test_a_tenant_is_made_once_and_can_be_asked_for_at_once(quorum: Quorum) -> None:
    made = quorum.run("tenant", "create", "acme", "--time-zone", "Europe/Berlin")
    again = quorum.run("tenant", "create", "acme")
    listed = quorum.run("tenant", "list")
    answer = quorum.ask("{ roles { totalCount } }", {"X-Quorum-Tenant": "acme"})

    assert made.stdout == "Made the tenant acme; its days are those of Europe/Berlin.\n"
    assert (again.returncode, again.stderr) == (1, "Error: There is a tenant acme already.\n")
    assert listed.stdout == "acme\tEurope/Berlin\ndefault\tUTC\n"
    assert answer == {"data": {"roles": {"totalCount": 6}}}


def test_a_tenants_days_become_those_of_another_time_zone(quorum: Quorum) -> None:
    quorum.run("tenant", "create", "elsewhere")

    changed = quorum.run("tenant", "change", "elsewhere", "--time-zone", "Asia/Kathmandu")
    listed = quorum.run("tenant", "list")

    assert changed.stdout == (
        "The days of the tenant elsewhere are those of Asia/Kathmandu; 0 activities looked at."
        " Scores follow in the next scoring job.\n"
    )
    assert "elsewhere\tAsia/Kathmandu" in listed.stdout.splitlines()


def test_rejects_over_the_mapping_file_stop_an_import(quorum: Quorum, files: Path) -> None:
    mapping = files / "accounts.toml"
    before = mapping.read_bytes()

    run = quorum.run(
        "import", str(files / "accounts.csv"), "--mapping", str(mapping), "--rejects", str(mapping)
    )

    assert run.returncode == 1
    assert f"The rejects cannot go to {mapping}: it is the mapping file." in run.stderr
    assert mapping.read_bytes() == before


def test_importing_a_file_twice_changes_nothing(quorum: Quorum, files: Path) -> None:
    arguments = ("import", str(files / "accounts.csv"), "--mapping", str(files / "accounts.toml"))

    first = quorum.run(*arguments)
    second = quorum.run(*arguments)

    rejects = files / "accounts.rejects.csv"
    assert first.stdout == (
        "3 rows of accounts: 2 created, 0 updated, 0 unchanged, 1 rejected.\n"
        f"What was not taken, and why: {rejects}\n"
    )
    assert second.stdout == (
        "3 rows of accounts: 0 created, 0 updated, 2 unchanged, 1 rejected.\n"
        f"What was not taken, and why: {rejects}\n"
    )
    assert rejects.read_text().splitlines()[1].startswith("3,employees,")
    assert (first.returncode, second.returncode) == (0, 0)


def test_an_import_of_which_nothing_is_taken_fails(quorum: Quorum, files: Path) -> None:
    (files / "accounts.csv").write_text("name,staff\nAcme,many\n")

    failed = quorum.run(
        "import", str(files / "accounts.csv"), "--mapping", str(files / "accounts.toml")
    )

    assert failed.stdout.startswith(
        "1 row of accounts: 0 created, 0 updated, 0 unchanged, 1 rejected.\n"
    )
    assert failed.stderr == "Error: Nothing was taken: every row was rejected.\n"
    assert failed.returncode == 1


@pytest.mark.parametrize(
    ("count", "lines"),
    [
        pytest.param(
            1,
            [
                "1 row of accounts: 1 created, 0 updated, 0 unchanged, 0 rejected.",
                "1 row is followed by a later row of the same record, which counts.",
                "1 account was stored without the parent named in the row.",
                "1 activity waits for a person who is not known yet.",
                "1 activity is of the unknown type 'Fax', which no score counts yet.",
            ],
            id="one of each",
        ),
        pytest.param(
            2_000,
            [
                "2,000 rows of accounts: 2,000 created, 0 updated, 0 unchanged, 0 rejected.",
                "2,000 rows are followed by a later row of the same record, which counts.",
                "2,000 accounts were stored without the parent named in the row.",
                "2,000 activities wait for a person who is not known yet.",
                "2,000 activities are of the unknown type 'Fax', which no score counts yet.",
            ],
            id="many of each",
        ),
    ],
)
def test_a_report_counts_in_words(count: int, lines: list[str]) -> None:
    report = ImportReport(
        kind=Kind.ACCOUNTS,
        rows=count,
        created=count,
        updated=0,
        unchanged=0,
        rejected=0,
        repeated=count,
        without_parent=count,
        unmatched_people=count,
        unknown_types={"Fax": count},
        rejects=None,
    )

    assert list(report_lines(report)) == lines


def test_a_job_is_run_to_its_end(quorum: Quorum) -> None:
    done = quorum.run("jobs", "run", "scoring")

    assert done.returncode == 0
    assert done.stdout.startswith("job_")
    assert " is done: " in done.stdout


@pytest.mark.parametrize(
    ("kind", "progress", "words"),
    [
        pytest.param(
            "scoring",
            {"done": 1_200, "groups_changed": 0},
            "scores of people and groups computed: 1,200",
            id="a scoring that changes no group has done something",
        ),
        pytest.param(
            "creation",
            {"done": 2, "groups_created": 2, "members_assigned": 5},
            "2 groups created, 5 members assigned",
            id="a creation",
        ),
        pytest.param(
            "maintenance", {"done": 2, "groups_changed": 0}, "nothing had to change", id="no change"
        ),
    ],
)
def test_what_a_job_did_is_said_in_words(kind: str, progress: dict[str, int], words: str) -> None:
    assert outcome_of({"kind": kind, "progress": progress}) == words


def test_the_schema_is_written_to_a_file(quorum: Quorum, tmp_path: Path) -> None:
    written = quorum.run("export-schema", str(tmp_path / "schema.graphql"))

    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "schema.graphql").read_text() == build_schema().as_str() + "\n"


CREATION = ("--solution-interest", "si_1", "--audience", "aud_1")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(
            ("tenant", "create", "moon", "--time-zone", "Moon/Crater"),
            "The tenant moon is not made: there is no time zone 'Moon/Crater'; try Europe/Berlin.",
            id="an unknown time zone",
        ),
        pytest.param(
            ("tenant", "create", "A:B"),
            "'A:B' cannot name a tenant: take lower-case letters, digits, hyphens and underscores,"
            " at most 63, the first a letter or digit.",
            id="a name no tenant can have",
        ),
        pytest.param(
            ("tenant", "change", "--time-zone", "Moon/Crater"),
            "The tenant default is not changed: there is no time zone 'Moon/Crater'; try"
            " Europe/Berlin.",
            id="a change to an unknown time zone",
        ),
        pytest.param(
            ("jobs", "run", "scoring", "--tenant", "nobody"),
            "There is no tenant nobody; `quorum tenant list` shows those there are.",
            id="an unknown tenant",
        ),
        pytest.param(
            ("jobs", "run", "maintenance", "--solution-interest", "si_1"),
            "There is no solution interest si_1.",
            id="an unknown solution interest",
        ),
        pytest.param(
            ("jobs", "run", "creation", *CREATION, "--entry-stage", "New"),
            "There is no solution interest si_1.",
            id="an entry stage of nothing",
        ),
        pytest.param(
            ("import", "nowhere.csv", "--mapping", "{files}/accounts.toml"),
            "There is no file nowhere.csv.",
            id="a file that is not there",
        ),
        pytest.param(
            ("import", "{files}/accounts.csv", "--mapping", "nowhere.toml"),
            "nowhere.toml cannot be read: No such file or directory.",
            id="a mapping that is not there",
        ),
        pytest.param(
            ("export-schema", "/nowhere/schema.graphql"),
            "/nowhere/schema.graphql cannot be written: No such file or directory.",
            id="a folder that is not there",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    quorum: Quorum, files: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    failed = quorum.run(*(argument.format(files=files) for argument in arguments))

    assert failed.returncode == 1
    assert failed.stderr == f"Error: {sentence}\n"


def test_a_file_without_a_column_is_refused_whole(quorum: Quorum, files: Path) -> None:
    (files / "accounts.csv").write_text("name\nAcme\n")

    failed = quorum.run(
        "import", str(files / "accounts.csv"), "--mapping", str(files / "accounts.toml")
    )

    assert failed.returncode == 1
    assert failed.stderr.startswith(f"Error: {files}/accounts.csv: The file has no column ")
    assert failed.stderr.count("\n") == 1
