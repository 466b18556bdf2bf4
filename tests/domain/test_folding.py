import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.folding import fold, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param(" \t\n\u3000", "", id="blanks"),
        pytest.param("  Acme \n Corp. ", "acme corp.", id="blanks around and between"),
        pytest.param("a\u00a0b", "a b", id="a blank that does not break"),
        pytest.param("Straße", "strasse", id="sharp s"),
        pytest.param("STRAẞE", "strasse", id="capital sharp s"),
        pytest.param("ﬁnance", "finance", id="a ligature"),
        pytest.param("Mu\u0308ller", "müller", id="a decomposed umlaut"),
        pytest.param("ΟΔΟΣ", "οδοσ", id="sigma"),
        pytest.param("οδος", "οδοσ", id="final sigma"),
        pytest.param("İ", "i̇", id="a dotted capital i keeps its dot"),
        pytest.param("ＩＢＭ", "ibm", id="full width"),
        pytest.param("½", "1⁄2", id="a fraction"),
    ],
)
def test_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_every_character_folds_once_and_for_all_and_only_blanks_to_nothing() -> None:
    unstable, vanishing = [], []
    for character in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(character) in ("Cn", "Co", "Cs"):
            continue
        folded = fold(character)
        if fold(folded) != folded:
            unstable.append(character)
        if not folded and not character.isspace():
            vanishing.append(character)

    assert unstable == []
    assert vanishing == []


MARKED = st.lists(
    st.one_of(st.characters(), st.characters(categories=["Mn", "Mc", "Lm", "Lu", "Zs"])), max_size=6
).map("".join)


@settings(derandomize=True, deadline=None)
@given(MARKED)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(derandomize=True, deadline=None)
@given(MARKED)
def test_case_and_composition_do_not_matter(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
    assert fold(f"  {text}\n") == fold(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("Acme  Corp, Acme", ("acme", "corp"), id="each word once, in order"),
        pytest.param("O'Brien-Smith (UK) Ltd.", ("o", "brien", "smith", "uk", "ltd"), id="signs"),
        pytest.param("AT&T C++ 3M", ("at", "t", "c", "3m"), id="signs inside and after"),
        pytest.param("snake_case", ("snake", "case"), id="an underscore parts"),
        pytest.param("Mu\u0308ller हिन्दी", ("müller", "हिन्दी"), id="marks belong to letters"),
        pytest.param("co\u00adoperate", ("cooperate",), id="a soft hyphen is not there"),
        pytest.param("★ Star", ("★", "star"), id="a picture is a word"),
        pytest.param("日本", ("日本",), id="a script without blanks"),
        pytest.param("&!", (), id="signs alone"),
    ],
)
def test_words(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found
