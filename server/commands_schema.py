"""`quorum export-schema`: the schema as text, for files and tools."""

from pathlib import Path

import click

from schema.build import build_schema
from server.process import CommandFailed


def run_export(file: Path | None) -> None:
    """Print the schema, or write it to a file whose folder exists."""
    text = build_schema().as_str() + "\n"
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error.strerror}.") from error
