"""Repeated commands: what an idempotency key stands for, and the answers groups keep."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from domain import idempotency
from domain.buying_groups import (
    NotAMember,
    PersonOutsideAccount,
    PersonUnknown,
    Refusal,
    RoleNotInTemplate,
)
from domain.idempotency import KeptAnswer, KeyedCommand, KeyReused
from domain.identifiers import PersonId
from domain.membership import Decision, Method, Outcome
from execution.context import Context
from resolvers import naming
from resolvers.outcomes import Invalid
from store.driver import Document
from store.groups import claims_document, to_claims
from store.kept_answers import answers_path, kept_in

_FIELD: Final = "idempotencyKey"
REUSED: Final = Invalid(_FIELD, "has been used for a command that asked for something else")
AT_WORK: Final = Invalid(_FIELD, "belongs to a command that is still being done; ask again")
DONE: Final = Invalid(_FIELD, "belongs to a command that is done; its answer was lost")
_REFUSALS: Final[dict[str, type[Refusal]]] = {
    "role_not_in_template": RoleNotInTemplate,
    "not_a_member": NotAMember,
    "person_unknown": PersonUnknown,
    "person_outside_account": PersonOutsideAccount,
}
_REFUSAL_WORDS: Final = {kind: word for word, kind in _REFUSALS.items()}


@dataclass(frozen=True, slots=True)
class PersonOutcome:
    """What came of a command about one person."""

    person: PersonId
    result: Decision | Refusal


def keyed(
    ctx: Context, mutation: str, key: str | None, given: object
) -> KeyedCommand | Invalid | None:
    """The command as its sender may repeat it; None without a key."""
    if key is None:
        return None
    if fault := naming.check_text(_FIELD, key, idempotency.KEY_LENGTH):
        return fault
    return KeyedCommand(ctx.viewer.actor, mutation, key, idempotency.input_hash(given))


def repeated(
    ctx: Context, document: Document, command: KeyedCommand
) -> KeptAnswer | Invalid | None:
    """What the document keeps for a command: its answer, why it is refused, or nothing yet."""
    answers = idempotency.standing(kept_in(document), ctx.now())
    match idempotency.answered(answers, command):
        case KeyReused():
            return REUSED
        case None if len(answers) >= idempotency.MOST_KEPT:
            most = idempotency.MOST_KEPT
            return Invalid(_FIELD, f"the group keeps {most} answers already, each for a day")
        case found:
            return found


def kept(
    ctx: Context,
    document: Document,
    command: KeyedCommand,
    outcomes: Sequence[PersonOutcome],
) -> dict[str, object]:
    """What is stored to keep the answer to a command for a day; older ones are let go."""
    now = ctx.now()
    answer = [_outcome_document(each) for each in outcomes]
    standing = idempotency.standing(kept_in(document), now)
    return answers_path([*standing, KeptAnswer(command, now, answer)])


def outcomes_of(kept: KeptAnswer) -> tuple[PersonOutcome, ...]:
    """The outcomes that were told the first time."""
    return tuple(_to_outcome(each) for each in kept.answer)


def _outcome_document(outcome: PersonOutcome) -> Document:
    match outcome.result:
        case Decision(result, _, overruled_by):
            by = claims_document({overruled_by.method: overruled_by}) if overruled_by else None
            return {"person_id": outcome.person, "outcome": result.value, "overruled_by": by}
        case refusal:
            (about,) = (getattr(refusal, field.name) for field in fields(refusal))
            return {
                "person_id": outcome.person,
                "refusal": _REFUSAL_WORDS[type(refusal)],
                "about": about,
            }


def _to_outcome(document: Document) -> PersonOutcome:
    person = PersonId(document["person_id"])
    if "refusal" in document:
        return PersonOutcome(person, _REFUSALS[document["refusal"]](document["about"]))
    by = to_claims(document["overruled_by"]) if document["overruled_by"] else {}
    decided = next((by[method] for method in Method if method in by), None)
    return PersonOutcome(person, Decision(Outcome(document["outcome"]), {}, decided))
