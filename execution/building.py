"""Building: answers are made of rows by Python that is generated for each selection.

A row gives one dictionary, all of them come from one comprehension: what stands in documents is
read on the way, what had to be gathered comes in columns that go along with the rows.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from execution.fields import CombinedField, StoredField
from execution.leaves import Leaf
from execution.sources import at

if TYPE_CHECKING:
    from execution.plans import PlannedField, PlannedSelection

Build = Callable[[Sequence[Any], Sequence[Sequence[Any]]], list[dict[str, Any]]]


def is_inline(field: object) -> bool:
    """Whether a field of a document is read as the answer is built."""
    return isinstance(field, StoredField | CombinedField)


def build_of(selection: "PlannedSelection", *, is_of_documents: bool) -> Build:
    """What makes a list of answers of rows and of the columns beside them, in this order.

    Anything that is not as it should be raises some exception.
    """
    code = _Code(selection, is_of_documents)
    names: dict[str, Any] = {}
    exec(compile(code.text(), f"<{selection.type.name}>", "exec"), code.known, names)
    build: Build = names["build"]
    return build


class _Code:
    """The text of one builder, and what it knows by name."""

    def __init__(self, selection: "PlannedSelection", is_of_documents: bool) -> None:
        self._selection = selection
        self._is_of_documents = is_of_documents
        self.known: dict[str, Any] = {"at": at}
        self._columns = 0

    def text(self) -> str:
        """A function of one comprehension."""
        parts = [
            f"{key!r}: {self._part(planned)}" for key, planned in self._selection.names.items()
        ]
        made = "{" + ", ".join(parts) + "}"
        if not self._columns:
            return f"def build(rows, columns):\n    return [{made} for d in rows]\n"
        columns = ", ".join(f"x{number}" for number in range(self._columns))
        rows = f"for d, {columns} in zip(rows, *columns, strict=True)"
        return f"def build(rows, columns):\n    return [{made} {rows}]\n"

    def _part(self, planned: "PlannedField | None") -> str:
        if planned is None:
            return repr(self._selection.type.name)
        if self._is_of_documents and planned.leaf is not None and is_inline(planned.declared):
            return self._inline(planned.declared, planned.leaf)
        self._columns += 1
        return f"x{self._columns - 1}"

    def _inline(self, field: Any, leaf: Leaf) -> str:
        if isinstance(field, CombinedField):
            values = ", ".join(_read(path) for path in field.reads)
            return f"{self._name(leaf.complete)}({self._name(field.shown)}({values}))"
        read = _read(field.path or field.python_name)
        whole = self._name(_shown(field, leaf))
        if isinstance(field.shown, type) and issubclass(field.shown, Enum):
            table = _table(field.shown, leaf)
            return f"({self._name(table)}.get(v := {read}) or {whole}(v))"
        if field.shown is None and leaf.test is not None:
            test = leaf.test.replace("{v}", f"(v := {read})", 1).replace("{v}", "v")
            if leaf.is_nullable and field.absent is None:
                test += " or v is None"
            return f"(v if {test} else {whole}(v))"
        if field.shown is None and leaf.written is not None:
            kind, write = map(self._name, leaf.written)
            return f"({write}(v) if (v := {read}).__class__ is {kind} else {whole}(v))"
        if field.shown is not None and leaf.test is not None:
            test = leaf.test.replace("{v}", f"(w := {self._name(field.shown)}(v))", 1)
            test = test.replace("{v}", "w")
            return f"(w if (v := {read}) is not None and {test} else {whole}(v))"
        return f"{whole}({read})"

    def _name(self, thing: object) -> str:
        name = f"k{len(self.known)}"
        self.known[name] = thing
        return name


def _read(path: str) -> str:
    if "." not in path:
        return f"d.get({path!r})"
    return f"at(d, {path!r})"


def _shown(field: StoredField, leaf: Leaf) -> Callable[[Any], Any]:
    """What completes whatever stands there, as the field shows it."""
    complete, shown, absent = leaf.complete, field.shown, field.absent

    def whole(value: Any) -> Any:
        if value is None:
            return complete(absent)
        return complete(shown(value) if shown else value)

    return whole


def _table(kind: type[Enum], leaf: Leaf) -> Mapping[Any, Any]:
    return {member.value: leaf.complete(member) for member in kind}
