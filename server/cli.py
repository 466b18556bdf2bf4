"""The command line: `quorum` and its commands.

What a command needs is loaded when it runs, so that `--help` answers at once.
"""

import signal
import tomllib
from pathlib import Path

import click

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _show_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
        click.echo(f"quorum {project['version']}")
        context.exit()


@click.group(context_settings=CONTEXT)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Quorum: an open GraphQL server for B2B buying groups.

    Data lives in an embedded MongoDB, or in one that is named. Environment variables say so, and
    whatever else can be set:

    \b
    QUORUM_DATA             the folder of the embedded MongoDB (data, in Quorum's own folder)
    QUORUM_MONGOD           the mongod to run (one on the PATH, else the one that is installed)
    QUORUM_MONGODB_URI      another MongoDB, a replica set or a cluster, instead
    QUORUM_DATABASE         the name of the database (quorum)
    QUORUM_DRIVER           motor or pymongo (motor)
    QUORUM_EXECUTION        compiled or ordinary (compiled)
    QUORUM_HOST             where to listen, on this machine (127.0.0.1)
    QUORUM_PORT             and at which port (8000)
    QUORUM_ALLOWED_HOSTS    names to answer to besides the loopback ones, with commas between
    QUORUM_TENANT           whose data, when X-Quorum-Tenant does not say (default)
    QUORUM_ACTOR            who asks, when X-Quorum-Actor does not say (local)
    QUORUM_RIGHTS           what they may, when X-Quorum-Rights does not say (everything)
    QUORUM_BODY_LIMIT       the longest request, in bytes (8388608)
    QUORUM_REQUEST_SECONDS  how long a request may take (30)
    QUORUM_STOP_SECONDS     how long what is under way may take once it is to stop (20)
    QUORUM_EVENT_CURSOR_DAYS         how old what a subscriber goes on with may be (30)
    QUORUM_SUBSCRIPTION_LIMIT        how many subscriptions a process serves (2000)
    QUORUM_SUBSCRIBER_STALL_SECONDS  how long a subscriber may leave what was sent unread (15)
    QUORUM_DAILY_AT         when daily jobs begin, in each tenant's time zone, or off (02:00)
    QUORUM_WEBHOOK_ALLOW_PRIVATE  on: webhooks may go to this machine and private networks (off)
    QUORUM_WEBHOOK_WAITING_LIMIT  how many may wait for an endpoint that fails (10000)
    QUORUM_WEBHOOK_LOG_DAYS       how long the log of webhooks is kept (30)
    QUORUM_LOG_LEVEL        debug, info, warning or error (info)
    QUORUM_LOG_FORMAT       text or json (text)
    QUORUM_TRACING          on: spans go where OTEL_… variables say (off)
    QUORUM_LOG_VALUES       on: traces show what errors quote, personal data too (off)
    """
    # While a command is loaded nothing has been started: Ctrl-C may end it without a word.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@main.command()
def serve() -> None:
    """Serve GraphQL and GraphiQL until Ctrl-C.

    QUORUM_HOST and QUORUM_PORT say where (127.0.0.1:8000); several commands may use one data folder
    at the same time.
    """
    from server.commands_serve import run_serve

    run_serve()


@main.command(short_help="Serve with demo data.")
def demo() -> None:
    """Serve with demo data: loaded when the store is empty, kept when it is not."""
    from server.commands_demo import run_demo

    run_demo()


@main.group()
def tenant() -> None:
    """Make, change and list tenants."""


@tenant.command("create", short_help="Make a tenant.")
@click.argument("name")
@click.option(
    "--time-zone",
    default="UTC",
    show_default=True,
    metavar="ZONE",
    help="Where its days begin and end, such as Europe/Berlin.",
)
def create_tenant(name: str, time_zone: str) -> None:
    """Make the tenant NAME, with the default roles and the standard weighting model.

    Requests choose it by the header X-Quorum-Tenant, commands by --tenant.
    """
    from server.commands_tenant import run_create

    run_create(name, time_zone)


@tenant.command("change", short_help="Give a tenant another time zone.")
@click.argument("name", required=False)
@click.option(
    "--time-zone",
    required=True,
    metavar="ZONE",
    help="Where its days begin and end from now on, such as Europe/Berlin.",
)
def change_tenant(name: str | None, time_zone: str) -> None:
    """Change the tenant NAME; QUORUM_TENANT, else default, when left out.

    Activities of before go to their days in the new time zone. A change that was broken off goes
    on when it is asked for again, and in the next scoring job. Works beside a running server.
    """
    from server.commands_tenant import run_change

    run_change(name, time_zone)


@tenant.command("list")
def list_tenants() -> None:
    """Show every tenant with its time zone."""
    from server.commands_tenant import run_list

    run_list()


TENANT = click.option(
    "--tenant", metavar="NAME", help="Whose data; QUORUM_TENANT, else default, when left out."
)
FILE = click.Path(path_type=Path)


@main.command("import", short_help="Import records from a file.")
@click.argument("file", type=FILE)
@click.option(
    "--mapping",
    required=True,
    type=FILE,
    metavar="FILE",
    help="What the rows are and which column fills which field (TOML).",
)
@click.option(
    "--rejects",
    type=FILE,
    metavar="FILE",
    help="Where to list what is not taken (.csv or .jsonl); beside FILE when left out.",
)
@click.option(
    "--from-start", is_flag=True, help="Do not go on where an import of FILE was broken off."
)
@TENANT
def import_file(
    file: Path, mapping: Path, rejects: Path | None, from_start: bool, tenant: str | None
) -> None:
    """Import accounts, people, opportunities, activities or interest signals from FILE.

    FILE is CSV or JSON Lines. Importing it again changes nothing; an import that was broken off
    goes on where it was when it is run again. Works beside a running server.
    """
    from server.commands_import import run_import

    run_import(file, mapping, rejects, tenant, from_start=from_start)


@main.group()
def jobs() -> None:
    """Run jobs now, in this process."""


@jobs.group("run", short_help="Run a job to its end.")
def run_jobs() -> None:
    """Run a job to its end; one that is interrupted resumes in `quorum serve`."""


@run_jobs.command()
@click.option("--solution-interest", required=True, metavar="ID", help="What is sold.")
@click.option("--audience", required=True, metavar="ID", help="To which accounts.")
@click.option("--entry-stage", metavar="STAGE", help="Where groups begin; none when left out.")
@TENANT
def creation(
    solution_interest: str, audience: str, entry_stage: str | None, tenant: str | None
) -> None:
    """Make a group for every account of the audience that has none."""
    from server.commands_jobs import run_creation

    run_creation(solution_interest, audience, entry_stage, tenant)


@run_jobs.command()
@click.option("--solution-interest", metavar="ID", help="Its groups only; all when left out.")
@TENANT
def maintenance(solution_interest: str | None, tenant: str | None) -> None:
    """Apply the role templates' rules anew to the groups there are."""
    from server.commands_jobs import run_maintenance

    run_maintenance(solution_interest, tenant)


@run_jobs.command()
@TENANT
def scoring(tenant: str | None) -> None:
    """Compute the engagement of people and groups anew."""
    from server.commands_jobs import run_scoring

    run_scoring(tenant)


@main.command(short_help="Write everything of a tenant to a file.")
@click.argument("file", required=False, type=FILE)
@TENANT
def export(file: Path | None, tenant: str | None) -> None:
    """Write everything of a tenant to FILE, or to standard output.

    All of it as it is at one moment, in JSON Lines, packed when the name ends in .gz. Works beside
    a running server.
    """
    from server.commands_export import run_export

    run_export(file, tenant)


@main.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Make a tenant from the export in FILE.

    The database must have nothing of that tenant. FILE is read to its end before anything is
    stored; a restore that was broken off goes on when it is run again.
    """
    from server.commands_restore import run_restore

    run_restore(file)


@main.command("discard-restore", short_help="Remove what a broken off restore stored.")
@click.argument("tenant")
def discard_restore(tenant: str) -> None:
    """Remove what a restore of TENANT that was broken off has stored."""
    from server.commands_restore import run_discard

    run_discard(tenant)


@main.group("config")
def configuration() -> None:
    """What a tenant has set up, as one YAML file to review and to keep."""


@configuration.command("export", short_help="Write what a tenant has set up.")
@click.argument("file", required=False, type=FILE)
@TENANT
def export_configuration(file: Path | None, tenant: str | None) -> None:
    """Write what a tenant has set up to FILE, or to standard output.

    Roles, personas, templates, models, solution interests, audiences, activity types and custom
    fields, by their names and in a stable order.
    """
    from server.commands_config import run_export

    run_export(file, tenant)


@configuration.command("diff", short_help="Show what applying a file would change.")
@click.argument("file", type=FILE)
@TENANT
def diff_configuration(file: Path, tenant: str | None) -> None:
    """Show what applying FILE would make and change, and what cannot be done.

    Ends with 0 when nothing would change, with 3 when something would, with 1 when FILE cannot be
    applied.
    """
    from server.commands_config import run_diff

    run_diff(file, tenant)


@configuration.command("apply", short_help="Bring a tenant to what a file says.")
@click.argument("file", type=FILE)
@click.option("--diff", is_flag=True, help="Only show what would change, as `config diff` does.")
@TENANT
def apply_configuration(file: Path, diff: bool, tenant: str | None) -> None:
    """Make and change what FILE says; nothing is deleted, and a second time nothing changes.

    The whole of FILE is checked before anything is written. Ends with 0 when all of it is there,
    with 1 when it cannot be applied. Works beside a running server.
    """
    from server.commands_config import run_apply, run_diff

    if diff:
        run_diff(file, tenant)
    else:
        run_apply(file, tenant)


@main.command("export-schema", short_help="Write the GraphQL schema.")
@click.argument("file", required=False, type=FILE)
def export_schema(file: Path | None) -> None:
    """Write the GraphQL schema to FILE, or to standard output."""
    from server.commands_schema import run_export

    run_export(file)
