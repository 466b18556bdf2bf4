"""The shape of stored documents, as a number that each of them carries.

A document without it is of the first.
"""

from typing import Final

FIRST: Final = 1
SCHEMA_VERSION: Final = 3
"""What is stored now; the last step of `migrations.STEPS` leads to it."""
