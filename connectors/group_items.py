"""From the values of a row to what it says of a buying group, and everything wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, assert_never

from connectors.fields import reference_of
from connectors.items import (
    REQUIRED,
    Fault,
    Values,
    account_named,
    mapped_name,
    naming,
    person_named,
)
from domain import group_imports, stages
from domain.buying_groups import PersonOutsideAccount, RoleNotInTemplate
from domain.fields import Refused
from domain.group_imports import AnotherTemplate, GroupItem, MemberItem, Raced, Refusal, Why
from domain.identities import Reference
from domain.membership import Method
from domain.role_aliases import UnknownRole
from domain.stage_models import Stage
from domain.upserting import UnknownRecord

_METHODS: Final[Mapping[str, Method]] = {method.name: method for method in Method}
_ACCOUNT: Final = {"account.id": "-"}
_STAND_INS: Final = {"solution_interest": "-"}


def group_item(values: Values) -> GroupItem | Fault:
    """A group with one member, or with none where the row names neither person nor role."""
    if missing := next(_lacking(values), None):
        return missing
    method = _method(values)
    if isinstance(method, Fault):
        return method
    person, account = person_named(values), account_named(values)
    assert isinstance(account, Reference)
    return GroupItem(
        account,
        str(values["solution_interest"]),
        () if person is None else (MemberItem(person, str(values["role"])),),
        _text(values, "role_template"),
        _text(values, "stage"),
        method,
        _text(values, "reason"),
    )


def faults_of_group(values: Values) -> Iterator[Fault]:
    """Everything that shows in the row itself, each field looked at by itself."""
    yield from _lacking(values)
    method = _method(values)
    if isinstance(method, Fault):
        yield method
    given = {path: each for path, each in values.items() if each is not None and path != "method"}
    account = {} if any(reference_of(path) == "account" for path in given) else _ACCOUNT
    if person_named(given) is not None:
        given = {"role": "-", **given}
    else:
        given.pop("role", None)
    item = group_item({**_STAND_INS, **account, **given})
    if isinstance(item, GroupItem):
        for refused in group_imports.faults(item):
            yield Fault(_field(refused.field, values), refused.reason)


def fault_of(refusal: Refusal, values: Values) -> Fault:
    """Why nothing of the row is stored; the field is spelled as in a mapping file."""
    return Fault(_field(refusal.field, values), _reason(refusal.why))


def _lacking(values: Values) -> Iterator[Fault]:
    """What a group needs and the row does not have."""
    if not isinstance(account_named(values), Reference):
        yield Fault(naming("account", values), REQUIRED)
    if values.get("solution_interest") is None:
        yield Fault("solution_interest", REQUIRED)
    has_person, has_role = person_named(values) is not None, values.get("role") is not None
    if has_person and not has_role:
        yield Fault("role", "is required where a person is named")
    if has_role and not has_person:
        yield Fault(naming("person", values), "is required where a role is named")


def _method(values: Values) -> Method | Fault:
    named = values.get("method")
    if named is None:
        return Method.SYSTEM
    found = _METHODS.get(str(named).strip().upper())
    return found or Fault("method", f"{named!r} is none of {', '.join(_METHODS)}")


def _text(values: Values, path: str) -> str | None:
    value = values.get(path)
    return None if value is None else str(value)


def _field(field: str, values: Values) -> str:
    return mapped_name(field.removeprefix("members[0]."), values, ())


def _reason(why: Why) -> str:
    match why:
        case Refused(_, reason):
            return reason
        case UnknownRecord(_, noun, named):
            return f"there is no {noun} {named}"
        case UnknownRole(named, suggestion):
            return f"there is no role {named}" + (f"; is {suggestion} meant?" if suggestion else "")
        case RoleNotInTemplate(role):
            return f"the group's template has no role {role}"
        case PersonOutsideAccount():
            return "is not of the account"
        case AnotherTemplate(template):
            return f"the group follows another role template, {template}"
        case stages.NoStageModel():
            return "the group follows no stage model"
        case stages.StageUnknown(wanted, allowed):
            return f"the stage model has no stage {wanted}; {_may(allowed)}"
        case stages.TransitionNotAllowed(_, target, allowed):
            return f"the group cannot go to {target.name} now; {_may(allowed)}"
        case Raced():
            return "others kept changing the group; import the row again"
        case _:
            assert_never(why)


def _may(allowed: Sequence[Stage]) -> str:
    names = ", ".join(stage.name for stage in allowed)
    return f"it may go to: {names}" if names else "its way ends there"
