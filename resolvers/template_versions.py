"""Template versions: a live template's roles stay, but another version of it can be drafted."""

from domain.identifiers import RoleTemplateId
from domain.role_templates import TemplateStatus
from execution.context import Context, Right
from resolvers import naming
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.role_templates import KIND
from resolvers.solution_interests import TemplateNotLive
from store.driver import Document
from store.joint_writes import Gone, Whole
from store.records import Conflict as Raced


async def new_role_template_version(
    ctx: Context, id: str, name: str
) -> RoleTemplateId | Invalid | NameTaken | NotFound | TemplateNotLive | Conflict:
    """Draft the next version of a live template, with its roles to begin with.

    It has a name of its own, so that both can be told apart. Once published it is live beside the
    other; nothing follows it until a solution interest is made for it, or migrated to it.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_text("name", name):
        return fault
    document = await ctx.stores.role_templates.one(id, {"outbox": 0})
    if document is None:
        return NotFound("role template", id)
    if document["status"] != TemplateStatus.LIVE.value:
        return TemplateNotLive(id)
    numbers = [document["template_version"]]

    def look(templates: Whole) -> None:
        same = (each for each in templates if each["template_id"] == document["template_id"])
        numbers.extend(each["template_version"] for each in same)

    def fields(_: str) -> Document:
        return {
            "template_id": document["template_id"],
            "template_version": max(numbers) + 1,
            "revision": 1,
            "description": document["description"],
            "status": TemplateStatus.DRAFT.value,
            "roles": document["roles"],
            "published_at": None,
            "published_by": None,
        }

    made: str | NameTaken | Gone | Raced | None = await naming.create_jointly(
        ctx, ctx.stores.role_templates, KIND, name, fields, check=look
    )
    match made:
        case str():
            return RoleTemplateId(made)
        case NameTaken():
            return made
        case _:
            return Conflict("role template", name)
