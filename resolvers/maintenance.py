"""Maintenance of a group: SYSTEM says anew what the rules say of the people there are now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from domain import buying_groups
from domain.attributes import Scope
from domain.buying_groups import BuyingGroup, MemberChange
from domain.events import Event, EventType
from domain.identifiers import AccountId, BuyingGroupId, JobId, PersonId, RoleId
from domain.membership import Assign, Command, Method, Remove
from domain.placing import asked_fields, placing
from domain.role_templates import RoleTemplate
from domain.stage_models import StageModel
from execution.context import Context, Right
from resolvers import (
    group_names,
    letting_go,
    members_required,
    placements,
    readiness,
    related_findings,
    scoring,
    stage_changes,
    stamps,
)
from resolvers.group_changes import membership_change
from store.driver import Document
from store.groups import FOR_DECIDING, member_paths, to_group
from store.records import Change, Changed


@dataclass(frozen=True, slots=True)
class Maintained:
    """How many groups were looked at, how many changed, and how many claims were written."""

    groups: int
    changed: int
    claims: int


class _FollowsAnother:
    """The group follows another version of its template by now than its people were placed by."""


class _TemplateMovedOn:
    """The group follows a later revision of its template than the one that was loaded."""


_Placements = Mapping[str, Mapping[PersonId, RoleId | None]]
_StageModels = Mapping[str, StageModel | None]


async def maintain_groups(
    ctx: Context, ids: Sequence[BuyingGroupId], job: JobId | None = None
) -> Maintained:
    """Apply the rules to the current people of these groups' accounts, and rescore who changed.

    A group that a job changes keeps that it was this job.
    """
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    documents = await ctx.stores.groups.by_ids(ids, FOR_DECIDING)
    account_ids = sorted({document["account_id"] for document in documents.values()})
    templates = await _templates(ctx, documents.values())
    people = await placements.people_of(ctx, account_ids, templates.values())
    placed = await _placements(ctx, documents, templates, people)
    claims: dict[str, int] = {}
    changed: list[BuyingGroupId] = []
    followed = {id: document["role_template_id"] for id, document in documents.items()}
    changed_over: list[BuyingGroupId] = []
    left = [id for id in documents if id in placed]
    while left:
        templates = await _templates(ctx, documents.values())
        models = await _stage_models(ctx, documents.values())
        decide = readiness.kept(
            ctx, partial(_decide, ctx, templates, models, followed, placed, job, claims)
        )
        answers = await ctx.stores.groups.change_all([documents[id] for id in left], decide)
        changed += [BuyingGroupId(id) for id, each in answers.items() if isinstance(each, Changed)]
        changed_over += [
            BuyingGroupId(id) for id, each in answers.items() if isinstance(each, _FollowsAnother)
        ]
        left = [id for id, each in answers.items() if isinstance(each, _TemplateMovedOn)]
        documents |= await ctx.stores.groups.by_ids(left, FOR_DECIDING)
        left = [id for id in left if id in documents]
        await _catch_up(ctx, templates.values(), documents, changed)
    told = {person["_id"] for related in people.values() for person in related}
    told |= {member["person_id"] for each in documents.values() for member in each["members"]}
    await letting_go.leave_groups_if_deleted(ctx, told)
    await group_names.follow_accounts(ctx, [AccountId(id) for id in account_ids])
    await scoring.score_groups(ctx, changed)
    await readiness.measure(ctx, ids)
    done = Maintained(len(documents), len(changed), sum(claims[id] for id in changed))
    if not changed_over:
        return done
    again = await maintain_groups(ctx, changed_over, job)
    return Maintained(done.groups, done.changed + again.changed, done.claims + again.claims)


async def _placements(
    ctx: Context,
    documents: Mapping[str, Document],
    templates: Mapping[str, RoleTemplate],
    people: Mapping[str, Sequence[Document]],
) -> _Placements:
    """Where the rules put the people of each group's account; the roles of a template stay.

    A group whose account was deleted, or merged into another, is about to go, and left out.
    """
    reference = await placements.score_reference(ctx)
    everybody = chain.from_iterable(people.values())
    findings = await related_findings.of_rules(ctx, templates.values(), everybody, list(people))
    places = {id: placing(each, reference, findings) for id, each in templates.items()}
    asked = {field for each in templates.values() for field in asked_fields(each, Scope.ACCOUNT)}
    shown = dict.fromkeys(asked | {"merged_into"}, 1)
    stored = await ctx.stores.accounts.by_ids(people, shown)
    accounts = {id: account for id, account in stored.items() if "merged_into" not in account}
    return {
        id: placements.of_account(
            places[document["role_template_id"]],
            accounts[document["account_id"]],
            people[document["account_id"]],
        )
        for id, document in documents.items()
        if document["account_id"] in accounts
    }


async def _templates(ctx: Context, documents: Iterable[Document]) -> dict[str, RoleTemplate]:
    ids = sorted({document["role_template_id"] for document in documents})
    found = [await ctx.stores.role_templates.template(id) for id in ids]
    return {template.id: template for template in found if template is not None}


async def _stage_models(ctx: Context, documents: Iterable[Document]) -> _StageModels:
    """What to follow for the groups of solution interests that update those there are."""
    ids = {document["solution_interest_id"] for document in documents}
    interests = await ctx.stores.solution_interests.by_ids(
        ids, {"update_existing": 1, "stage_model_id": 1}
    )
    followed = {
        id: interest.get("stage_model_id")
        for id, interest in interests.items()
        if interest.get("update_existing")
    }
    models = await ctx.stores.stage_models.models(followed.values())
    return {id: models.get(model or "") for id, model in followed.items()}


async def _catch_up(
    ctx: Context,
    templates: Iterable[RoleTemplate],
    documents: Mapping[str, Document],
    changed: Iterable[BuyingGroupId],
) -> None:
    for template in templates:
        following = [id for id in changed if documents[id]["role_template_id"] == template.id]
        await members_required.catch_up(ctx, template, following)


def _decide(
    ctx: Context,
    templates: Mapping[str, RoleTemplate],
    models: _StageModels,
    followed: Mapping[str, str],
    by_rules: _Placements,
    job: JobId | None,
    claims: dict[str, int],
    document: Document,
) -> Change | _FollowsAnother | _TemplateMovedOn | None:
    """What the rules change of a group; `claims` is told how many claims that writes."""
    if document["role_template_id"] != followed[document["_id"]]:
        return _FollowsAnother()
    template = templates[document["role_template_id"]]
    if document["template_revision"] > template.revision:
        return _TemplateMovedOn()
    placed = by_rules[document["_id"]]
    group = to_group(document)
    after, changes = said_anew(ctx, group, placed)
    claims[document["_id"]] = len(changes)
    after, flags = _flag(after, placed)
    interest = document["solution_interest_id"]
    carried = stage_changes.carried(ctx, document, models[interest]) if interest in models else None
    is_behind = document["template_revision"] != template.revision
    if not changes and not flags and not is_behind and carried is None:
        return None
    change = membership_change(ctx, document, after, changes, template, Method.SYSTEM)
    flagged = tuple(_flagged(ctx, after, flag) for flag in flags)
    carried = carried or Change({})
    by_job = {"maintained_by_job": job} if job is not None else {}
    return replace(
        change,
        set={**change.set, **member_paths(flags), **carried.set, **by_job},
        events=change.events + flagged + carried.events,
    )


def said_anew(
    ctx: Context, group: BuyingGroup, placed: Mapping[PersonId, RoleId | None]
) -> tuple[BuyingGroup, list[MemberChange]]:
    """The group once SYSTEM has said where the rules place its account's people, and what changed.

    Nothing is stored here.
    """
    commands = [
        Command(
            person,
            action,
            Method.SYSTEM,
            ctx.viewer.actor,
            ctx.now(),
            _reason(action, is_related=person in placed),
        )
        for person, action in buying_groups.system_actions(placed, group.members)
    ]
    after, _, changes = buying_groups.apply(group, commands)
    return after, changes


def _reason(action: Assign | Remove, *, is_related: bool) -> str | None:
    if isinstance(action, Assign):
        return None
    return "no rule of the template holds any more" if is_related else "no longer of the account"


def _flag(
    group: BuyingGroup, placed: Mapping[PersonId, RoleId | None]
) -> tuple[BuyingGroup, list[MemberChange]]:
    """The group with every member flagged who stays although no longer of the account."""
    members, flags = list(group.members), []
    for place, member in enumerate(members):
        unrelated = member.role is not None and member.person not in placed
        if unrelated != member.unrelated:
            members[place] = replace(member, unrelated=unrelated)
            flags.append(MemberChange(place, member.claims, members[place]))
    return replace(group, members=tuple(members)), flags


def _flagged(ctx: Context, group: BuyingGroup, flag: MemberChange) -> Event:
    return stamps.event(
        ctx,
        EventType.MEMBER_FLAGGED,
        group.id,
        method=Method.SYSTEM.value,
        buying_group_id=group.id,
        account_id=group.account,
        solution_interest_id=group.solution_interest,
        person_id=flag.after.person,
        before={"unrelated": not flag.after.unrelated},
        after={"unrelated": flag.after.unrelated},
    )
