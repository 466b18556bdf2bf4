"""Changes of a configuration: what a file would make of what a tenant has, and what it cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.configuration import SECTIONS, Configuration, Entry, key_of, renamed
from domain.configuration_shapes import Fault
from domain.folding import fold
from domain.role_aliases import spelling

_LIVE: Final = "live"
_ACTIVE: Final = "active"
_WEIGHING: Final = ("weight", "daily_cap")
_UNSAID_STAYS: Final = ("threshold_stages", "threshold_roles")
"""Parts that stay as they are where a file says nothing of them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of an entry that would be another; lists and mappings are told as a whole."""

    part: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Step:
    """An entry to be made, or to be changed: `differences` is empty for a new one."""

    section: str
    path: str
    entry: Entry
    before: Entry | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def name(self) -> str:
        return str(self.entry["name"])


def steps(wanted: Configuration, current: Configuration) -> list[Step]:
    """What has to be done for the tenant to have all of a file, section by section.

    What the tenant has besides is left alone. Applied once, nothing is left to do.
    """
    found: list[Step] = []
    is_weighed = any(each["status"] == _ACTIVE for each in wanted["weighting_models"])
    for section in SECTIONS:
        known = {key_of(section, entry): entry for entry in current[section]}
        for place, entry in sorted(enumerate(wanted[section]), key=_is_not_active):
            path = f"{section}[{place}]"
            before = known.get(key_of(section, entry))
            if before is None:
                found.append(Step(section, path, entry))
            elif differences := _differences(section, before, entry, is_weighed=is_weighed):
                found.append(Step(section, path, entry, before, differences))
    return found


def _is_not_active(placed: tuple[int, Entry]) -> bool:
    return placed[1].get("status") != _ACTIVE


def blocked(step: Step, beside: Sequence[Step]) -> list[Fault]:
    """Why a change cannot be made: what is live keeps its shape, and some parts never change.

    A weighting model ceases to be active where a step beside it activates another one.
    """
    if step.before is None:
        return []
    fixed = {
        "custom_fields": ("type",),
        "derived_fields": ("type",),
        "activity_types": ("engagement_type", "description", "weight", "daily_cap"),
        "solution_interests": ("role_template",),
    }.get(step.section, ())
    found = [_cannot(step, each.part) for each in step.differences if each.part in fixed]
    is_relieved = any(each.entry.get("status") == _ACTIVE for each in beside)
    if not is_relieved and step.before.get("status") == _ACTIVE:
        reason = "cannot change: it is active until another one is"
        found += [
            Fault(f"{step.path}.status", reason) for d in step.differences if d.part == "status"
        ]
    if step.section == "stage_models":
        found += _lost_stages(step, step.before)
    if step.before.get("status") != _LIVE:
        return found
    for each in step.differences:
        if not _may_change_live(step.section, each):
            found.append(Fault(f"{step.path}.{each.part}", "cannot change: it is live"))
    return found


def _may_change_live(section: str, change: Difference) -> bool:
    """Whether a part may change of what is live: members required, and all but that of audiences.

    An audience goes on to be live.
    """
    if section == "account_audiences":
        return change.part != "status"
    return change.part == "roles" and only_members_required(change.before, change.after)


def only_members_required(before: Sequence[Entry], after: Sequence[Entry]) -> bool:
    """Whether two lists of a template's roles differ in how many members they require alone."""
    return [_shape(role) for role in before] == [_shape(role) for role in after]


def ordered(found: Sequence[Step]) -> list[Step] | list[Fault]:
    """The steps in an order in which each finds what it names, or those that wait for each other.

    A template's rules may ask about solution interests, which follow templates.
    """
    waiting, done = list(found), list[Step]()
    while waiting:
        unmade = {(step.section, key_of(step.section, step.entry)) for step in waiting}
        ready = [step for step in waiting if not _needs(step) & unmade]
        if not ready:
            return [Fault(step.path, "needs what needs it: a circle") for step in waiting]
        first = ready[0].section
        taken = [step for step in ready if step.section == first]
        done += taken
        waiting = [step for step in waiting if step not in taken]
    return done


def named_in(condition: Any) -> set[tuple[str, str]]:
    """What a condition names, with the section it stands in."""
    found: set[tuple[str, str]] = set()

    def note(section: str, name: str) -> str:
        found.add((section, name))
        return name

    renamed(condition, note)
    return found


def conditions_of(section: str, entry: Entry) -> Mapping[str, Any]:
    """The conditions of an entry by where they stand in it."""
    if section == "role_templates":
        roles = enumerate(entry["roles"])
        return {f"roles[{n}].condition": r["condition"] for n, r in roles if r["condition"]}
    if section == "account_audiences" and entry["condition"]:
        return {"condition": entry["condition"]}
    return {}


def _needs(step: Step) -> set[tuple[str, str]]:
    """The steps that have to come before: by section and key."""
    found = {
        (section, fold(name))
        for condition in conditions_of(step.section, step.entry).values()
        for section, name in named_in(condition)
    }
    if step.section == "solution_interests":
        found.add(("role_templates", fold(step.entry["role_template"])))
        if step.entry["stage_model"]:
            found.add(("stage_models", fold(step.entry["stage_model"])))
    if step.section == "role_templates":
        found |= {("roles", fold(role["role"])) for role in step.entry["roles"]}
    return found


def _differences(
    section: str, before: Entry, after: Entry, *, is_weighed: bool
) -> tuple[Difference, ...]:
    """What types there are weigh is told by the model, if the file has one (`is_weighed`)."""
    found: list[Difference] = []
    for part in SECTIONS[section]:
        was: Any = before[part]
        shall: Any = after[part]
        is_weight = part in _WEIGHING
        if part == "name" or (is_weight and is_weighed):
            continue
        if shall is None and (is_weight or part in _UNSAID_STAYS):
            continue
        if part == "aliases":
            form = spelling if section == "roles" else fold
            known = {form(alias) for alias in (before["name"], *was)}
            shall = sorted({*was, *(alias for alias in shall if form(alias) not in known)})
        if part == "accounts" and shall is not None:
            shall = sorted(set(shall))
        if was != shall:
            found.append(Difference(part, was, shall))
    return tuple(found)


def _cannot(step: Step, part: str) -> Fault:
    return Fault(f"{step.path}.{part}", "cannot change once it is there")


def _lost_stages(step: Step, before: Entry) -> list[Fault]:
    kept = {fold(stage["name"]) for stage in step.entry["stages"]}
    lost = [stage["name"] for stage in before["stages"] if fold(stage["name"]) not in kept]
    reason = "lacks the saved stage {}: stages are renamed, but not removed"
    return [Fault(f"{step.path}.stages", reason.format(name)) for name in lost]


def _shape(role: Entry) -> Entry:
    return {part: value for part, value in role.items() if part != "members_required"}
