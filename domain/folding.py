"""Folding: the one form in which texts are compared, ordered, searched and kept unique."""

import re
import unicodedata
from typing import Final

_ASCII_WORD: Final = re.compile(r"[a-z0-9]+")
_PARTS_OF_A_WORD = ("L", "M", "N", "So")


def fold(text: str) -> str:
    """The text without regard to case, to the way it is composed, and to blanks beyond one.

    NFKC(casefold(NFKC(text))), trimmed, inner blanks collapsed. Folding what is folded changes
    nothing. Only a text of blanks folds to the empty text.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    composed = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", composed).split())


def words(text: str) -> tuple[str, ...]:
    """The different folded words of a text, in order: what search compares prefixes of.

    Blanks, punctuation and signs part words; letters, their marks, digits and pictures make
    them; invisible format characters are left out.
    """
    if text.isascii():
        return tuple(dict.fromkeys(_ASCII_WORD.findall(text.lower())))
    return tuple(dict.fromkeys(fold(text).translate(_SEARCHED).split()))


class _Searched(dict[int, str]):
    """What search makes of each character, worked out when it is met first."""

    def __missing__(self, codepoint: int) -> str:
        self[codepoint] = searched = _as_searched(chr(codepoint))
        return searched


_SEARCHED: Final = _Searched()


def _as_searched(character: str) -> str:
    category = unicodedata.category(character)
    if category.startswith(_PARTS_OF_A_WORD):
        return character
    return "" if category == "Cf" else " "
