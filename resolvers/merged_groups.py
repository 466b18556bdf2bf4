"""Merged groups: the groups of an account that was merged away go into those of the survivor.

It follows changes that were permitted, and asks for no right of its own.
"""

from collections.abc import Mapping

from domain import buying_groups, merged_members
from domain.buying_groups import BuyingGroup
from domain.events import Event, EventType
from domain.folding import fold, words
from domain.identifiers import AccountId, BuyingGroupId, SolutionInterestId
from domain.role_templates import RoleTemplate
from domain.stage_models import StageModel
from execution.context import Context
from resolvers import hand_offs, members_required, readiness, scoring, stage_changes, stamps
from resolvers.group_changes import membership_change, membership_event
from resolvers.stage_changes import NOWHERE
from store.deletions import Deletion
from store.driver import Document
from store.groups import derived_paths, member_document, to_group
from store.merged_groups import Taken
from store.queued import after
from store.records import Change, Conflict


class _TemplateMovedOn:
    """A group follows a later revision of its template than the one that was loaded."""


async def move_groups(ctx: Context, merged: AccountId, survivor: AccountId) -> bool:
    """Merge every group of one account into the other's; False when others kept changing one.

    A solution interest for which only the first has a group gets one of the survivor's.
    """
    found = {"account_id": merged}
    for group in await ctx.stores.groups.found(found, {"solution_interest_id": 1}):
        if not await _move(ctx, BuyingGroupId(group["_id"]), group, survivor):
            return False
    return True


async def _move(
    ctx: Context, merged: BuyingGroupId, document: Document, survivor: AccountId
) -> bool:
    interest = SolutionInterestId(document["solution_interest_id"])
    id = buying_groups.identifier(ctx.viewer.tenant, survivor, interest)
    while True:
        following = await ctx.stores.groups.by_ids(
            [merged, id], {"role_template_id": 1, "stage_model_id": 1}
        )
        if merged not in following:
            return True
        names = await _names(ctx, survivor, interest)
        template_id = following.get(id, following[merged])["role_template_id"]
        template = await ctx.stores.role_templates.template(template_id)
        if template is None or names is None:
            return False
        followed = [each.get("stage_model_id") for each in following.values()]
        models = await ctx.stores.stage_models.models(followed)
        merge = _Merge(ctx, template, models, id, survivor, interest, names)
        refers_to = {"solution_interests": interest, "accounts": survivor}
        answer = await ctx.stores.merged_groups.take_over(merged, id, refers_to, merge.decide)
        if isinstance(answer, _TemplateMovedOn):
            continue
        await members_required.catch_up(ctx, template, [id])
        await scoring.score_groups(ctx, [id])
        await readiness.measure(ctx, [id])
        return not isinstance(answer, Conflict)


async def _names(ctx: Context, account: AccountId, interest: SolutionInterestId) -> str | None:
    """The name of the account's group for the interest; None when one of them is gone."""
    accounts = await ctx.stores.accounts.by_ids([account], {"name": 1})
    interests = await ctx.stores.solution_interests.by_ids([interest], {"name": 1})
    if not accounts or not interests:
        return None
    return buying_groups.name(interests[interest]["name"], accounts[account]["name"])


class _Merge:
    """What becomes of the survivor's group, decided on what is stored in the same moment."""

    def __init__(
        self,
        ctx: Context,
        template: RoleTemplate,
        models: Mapping[str, StageModel],
        id: BuyingGroupId,
        account: AccountId,
        interest: SolutionInterestId,
        name: str,
    ) -> None:
        self._ctx = ctx
        self._template = template
        self._models = models
        self._id = id
        self._account = account
        self._interest = interest
        self._name = name

    def decide(
        self, merged: Document, other: Document | None, last_version: int
    ) -> Taken | _TemplateMovedOn:
        """What the survivor's group takes over from the one that goes."""
        follows = other or merged
        is_behind = follows["template_revision"] > self._template.revision
        if is_behind or follows["role_template_id"] != self._template.id:
            return _TemplateMovedOn()
        deletion = Deletion(self._ended(merged))
        if other is not None:
            change = self._changed(merged, other)
            if change is not None:
                change = readiness.with_readiness(self._ctx, other, change)
            return Taken(deletion, change=change)
        return Taken(deletion, new=self._new(merged, last_version), version=last_version + 1)

    def _changed(self, merged: Document, other: Document) -> Change | None:
        roles = [entry.role for entry in self._template.roles]
        group, changes = merged_members.merge_groups(to_group(other), to_group(merged), roles)
        change = Change({})
        if changes:
            change = membership_change(self._ctx, other, group, changes, self._template, None)
        staged = self._staged(merged, other)
        handed = hand_offs.taken_over(self._ctx, merged, other)
        change = Change(
            {**change.set, **staged.set, **handed.set},
            (*change.events, *staged.events, *handed.events),
        )
        status = merged["status"]
        if other["status"] is not None or status is None:
            return change if change.events else None
        event = self._event(
            EventType.BUYING_GROUP_UPDATED, before={"status": None}, after={"status": status}
        )
        paths = {"status": status, "folded.status": fold(status), **stamps.updated(self._ctx)}
        return Change({**change.set, **paths}, (*change.events, event))

    def _new(self, merged: Document, last_version: int) -> tuple[Document, list[Event]]:
        roles = [entry.role for entry in self._template.roles]
        empty = BuyingGroup(self._id, self._account, self._interest, last_version, ())
        group, changes = merged_members.merge_groups(empty, to_group(merged), roles)
        derived = derived_paths(group.members, self._template.roles, self._template.revision)
        document = {
            "_id": self._id,
            "name": self._name,
            "account_id": self._account,
            "solution_interest_id": self._interest,
            "role_template_id": self._template.id,
            "status": merged["status"],
            **NOWHERE,
            "stage_model_id": merged.get("stage_model_id"),
            "members": [member_document(member) for member in group.members],
            **derived,
            "created_by_job": None,
            "score_due": last_version + 1,
            "folded": {**merged["folded"], "name": fold(self._name)},
            "search": list(words(self._name)),
            "version": last_version + 1,
            **stamps.created(self._ctx),
        }
        staged = self._staged(merged, document)
        handed = hand_offs.taken_over(self._ctx, merged, document)
        document = after(document, Change({**staged.set, **handed.set}))
        created = self._event(
            EventType.BUYING_GROUP_CREATED,
            after={
                "members": len(derived["member_ids"]),  # type: ignore[arg-type]  # a list
                "completeness": derived["completeness"],
                "status": merged["status"],
                "merged_id": merged["_id"],
            },
        )
        told = [membership_event(self._ctx, group, change, None) for change in changes]
        return document, [created, *staged.events, *handed.events, *told]

    def _staged(self, merged: Document, other: Document) -> Change:
        """What the survivor's group takes over of the stage of the one that goes.

        Its own stage stays. In none, it comes into the stage of that name, if its model has one;
        a group without a model takes over model and stage.
        """
        return stage_changes.taken_over(self._ctx, merged, other, self._models)

    def _event(
        self,
        type: EventType,
        before: dict[str, object] | None = None,
        after: dict[str, object] | None = None,
    ) -> Event:
        return stamps.event(
            self._ctx,
            type,
            self._id,
            buying_group_id=self._id,
            account_id=self._account,
            solution_interest_id=self._interest,
            before=before,
            after=after,
        )

    def _ended(self, merged: Document) -> Event:
        kept = ("member_ids", "removed_ids", "status", "completeness")
        return stamps.event(
            self._ctx,
            EventType.BUYING_GROUP_DELETED,
            merged["_id"],
            buying_group_id=BuyingGroupId(merged["_id"]),
            account_id=AccountId(merged["account_id"]),
            solution_interest_id=self._interest,
            before={key: merged[key] for key in kept},
            after={"merged_into": self._id},
        )
