"""The accounts of the CRM data, as far as inventing people for them needs."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "crm"
SPELLINGS: Final = {"Philipines": "Philippines"}


@dataclass(frozen=True, slots=True)
class CrmAccount:
    """An account: `parent` is None for a head office."""

    name: str
    country: str
    employees: int
    parent: str | None

    @property
    def domain(self) -> str:
        """A host name for the account under a top-level domain that nobody can own."""
        letters = "".join(c if c.isalnum() else " " for c in self.name.lower())
        return "-".join(letters.split()) + ".example"


def crm_accounts() -> list[CrmAccount]:
    """All 85, in the order of the file."""
    with (FOLDER / "accounts.csv").open(encoding="utf-8", newline="") as file:
        return [
            CrmAccount(
                row["account"],
                SPELLINGS.get(row["office_location"], row["office_location"]),
                int(row["employees"]),
                row["subsidiary_of"] or None,
            )
            for row in csv.DictReader(file)
        ]
