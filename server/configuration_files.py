"""Configuration files: YAML 1.2, in which `no` is a word and no mapping has a key twice."""

import io
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

LARGEST: Final = 8_000_000
_WIDTH: Final = 100


class Unreadable(Exception):
    """A file is no configuration file; the text says why, to be read after its name."""


def text_of(document: dict[str, Any]) -> str:
    """The document as YAML, in the order of its parts."""
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    target = io.StringIO()
    yaml.dump(document, target)
    return target.getvalue()


def read(file: Path) -> object:
    """The document in a file, as lists, mappings, texts, numbers and truth values.

    Raises OSError when it cannot be read, `Unreadable` when it is no YAML.
    """
    if file.stat().st_size > LARGEST:
        raise Unreadable(f"has more than {LARGEST:,} bytes")
    try:
        return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise Unreadable(f"is no YAML: {line}{error.problem}") from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise Unreadable("is no YAML") from error
