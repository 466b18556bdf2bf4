"""Drafts of a batch as what is stored: new documents, guarded changes, and their events."""

from collections.abc import Mapping
from typing import Any

from domain.events import Event, EventType
from domain.fields import Value, vanishes
from domain.identifiers import AccountId, EventId, PersonId
from domain.upserting import Draft, Rules, Step
from execution.context import Context
from store.records import Change
from store.upserted import New, Saving


class Writer:
    """Writes down the drafts of one kind of record, all at one moment."""

    def __init__(
        self, ctx: Context, rules: Rules[Any], created: EventType, updated: EventType
    ) -> None:
        self._ctx = ctx
        self._rules = rules
        self._created = created
        self._updated = updated
        self._now = ctx.now()
        self._marks = {"updated_at": self._now, "updated_by": ctx.viewer.actor}
        self._first_marks = {"created_at": self._now, "created_by": ctx.viewer.actor}
        self._places: dict[str, tuple[bool, str, str]] = {}

    def new(self, draft: Draft) -> New:
        """A new document with its events."""
        derived = self._rules.derived(draft.record)
        document = {**draft.record, **derived, **self._first_marks, **self._marks}
        return document, self._events(draft)

    def change(self, draft: Draft) -> Saving:
        """What changes in a stored document, with its events, guarded by its version."""
        if draft.version is None:
            raise ValueError(f"{draft.id} is new")
        stays = {p: value for p, value in draft.values.items() if not vanishes(p, value)}
        derived = {
            name: value
            for name, value in self._rules.derived(draft.record).items()
            if draft.record.get(name) != value
        }
        gone = tuple(path for path in draft.values if path not in stays)
        change = Change({**stays, **derived, **self._marks}, tuple(self._events(draft)), gone)
        return draft.id, draft.version, change

    def _events(self, draft: Draft) -> list[Event]:
        return [self._event(draft, step) for step in draft.steps]

    def _event(self, draft: Draft, step: Step) -> Event:
        before, personal_before = self._apart({} if step.is_creation else step.before)
        after, personal_after = self._apart(step.after)
        personal = {"before": personal_before, "after": personal_after}
        noun, record = self._rules.noun, draft.record
        account = draft.id if noun == "account" else record.get("account_id")
        return Event(
            EventId(self._ctx.new_id("evt")),
            self._created if step.is_creation else self._updated,
            self._now,
            self._ctx.viewer.actor,
            draft.id,
            account_id=AccountId(account) if account else None,
            person_id=PersonId(draft.id) if noun == "person" else None,
            before=None if step.is_creation else before,
            after={"changed": sorted(step.after), **after},
            personal=personal if personal_before or personal_after else None,
            command=self._ctx.command,
        )

    def _apart(self, values: Mapping[str, Value]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values as nested documents: first what is not personal, then what is."""
        general: dict[str, Any] = {}
        personal: dict[str, Any] = {}
        places = self._places
        for path, value in values.items():
            is_personal, name, inner = places.get(path) or self._place(path)
            part = personal if is_personal else general
            if inner:
                part.setdefault(name, {})[inner] = value
            else:
                part[name] = value
        return general, personal

    def _place(self, path: str) -> tuple[bool, str, str]:
        """Whether a path is personal, and its one or two names; worked out once."""
        name, _, inner = path.partition(".")
        self._places[path] = place = (self._is_personal(path), name, inner)
        return place

    def _is_personal(self, path: str) -> bool:
        field = self._rules.fields.get(path)
        if field is None:
            return self._rules.noun == "person" and path.startswith("keys.")
        return field.is_personal
