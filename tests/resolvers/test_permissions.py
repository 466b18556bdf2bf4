"""The law of the room: who may do something is asked before anything else is done."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOM: Final = Path(__file__).parents[2] / "resolvers"

FOLLOWS: Final = "follows a change that was permitted, with the right of whoever made it"
SERVES: Final = "answers those who have asked for a right of their own"

ASKS_FOR_NOTHING: Final[dict[str, str]] = {
    "activities.people_named": SERVES,
    "announcing.announce": FOLLOWS,
    "announcing.announce_next": SERVES,
    "asked_thresholds.wanted": SERVES,
    "attaching.attach_awaited": SERVES,
    "attaching.attach_to_known": SERVES,
    "attaching.detach_from_deleted": SERVES,
    "attaching.people_by_identity": SERVES,
    "audience_accounts.accounts_query": SERVES,
    "audience_accounts.belonging": SERVES,
    "audience_accounts.conditional_query": SERVES,
    "audience_accounts.count_accounts": SERVES,
    "audience_accounts.next_accounts": SERVES,
    "audience_members.forget_audience": FOLLOWS,
    "audience_refreshes.live_audiences": SERVES,
    "conditions.check": SERVES,
    "conditions.declared_fields": SERVES,
    "configuration.ids_by_name": SERVES,
    "configuration_names.accounts_named": SERVES,
    "configuration_names.with_accounts": SERVES,
    "configured_fields.configure": FOLLOWS,
    "configured_fields.entries": SERVES,
    "configured_models.configure": FOLLOWS,
    "custom_fields.declared": SERVES,
    "deleting_groups.delete_group": FOLLOWS,
    "engagement.reference_of": SERVES,
    "erased_records.among": SERVES,
    "erased_records.scrub": FOLLOWS,
    "erased_records.scrub_late": FOLLOWS,
    "excluding_activities.follow_rules": SERVES,
    "excluding_activities.ruled": SERVES,
    "first_scores.raised": FOLLOWS,
    "group_names.catch_up": FOLLOWS,
    "group_names.follow_accounts": FOLLOWS,
    "group_names.follow_interest": FOLLOWS,
    "jobs.score_anew": FOLLOWS,
    "jobs.start_members_required_job": FOLLOWS,
    "letting_go.drop_opportunities": FOLLOWS,
    "letting_go.drop_opportunity": FOLLOWS,
    "letting_go.end_relations": FOLLOWS,
    "letting_go.leave_groups": FOLLOWS,
    "letting_go.leave_groups_if_deleted": FOLLOWS,
    "jobs.start_template_migration_job": FOLLOWS,
    "members_required.catch_up": FOLLOWS,
    "migrated_groups.catch_up": FOLLOWS,
    "merged_accounts.known_as": SERVES,
    "merged_accounts.move_in_audiences": FOLLOWS,
    "merged_accounts.move_opportunities": FOLLOWS,
    "merged_accounts.move_relations": FOLLOWS,
    "merged_accounts.widen_webhook_filters": FOLLOWS,
    "merged_groups.move_groups": FOLLOWS,
    "merged_members.move_everywhere": FOLLOWS,
    "merged_records.successors": SERVES,
    "naming.create": FOLLOWS,
    "naming.create_jointly": FOLLOWS,
    "new_groups.interest": SERVES,
    "opportunities.settle_products_of": FOLLOWS,
    "personas.by_ids": SERVES,
    "placements.people_of": SERVES,
    "placements.score_reference": SERVES,
    "readiness.follow_scores": FOLLOWS,
    "readiness.measure": FOLLOWS,
    "readiness.measure_interest": FOLLOWS,
    "readiness.measure_next": FOLLOWS,
    "group_import_lookups.looked_up": SERVES,
    "redating.redate_next": SERVES,
    "related_findings.findings": SERVES,
    "related_findings.of_all_accounts": SERVES,
    "related_findings.of_rules": SERVES,
    "related_references.unknown": SERVES,
    "role_templates.resolve": SERVES,
    "roles.directory": SERVES,
    "roles.spellings": SERVES,
    "scoring.score_first": FOLLOWS,
    "scoring.score_groups": FOLLOWS,
    "signal_moves.follow_deleted": FOLLOWS,
    "signal_moves.follow_person": FOLLOWS,
    "signal_moves.forget_interest": FOLLOWS,
    "weighting_models.active": SERVES,
    "weighting_models.weigh_new_types": FOLLOWS,
}


def entrances() -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    """Every public asynchronous function that is given a context, by module and name."""
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.AsyncFunctionDef) or node.name.startswith("_"):
                continue
            if [argument.arg for argument in node.args.args[:1]] == ["ctx"]:
                yield f"{path.stem}.{node.name}", node


def asks_first(function: ast.AsyncFunctionDef) -> bool:
    """Whether the first thing it does is to ask for a right."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    return bool(statements) and ast.unparse(statements[0]).startswith("ctx.viewer.require(")


def test_whoever_is_called_from_outside_asks_for_a_right_first() -> None:
    silent = {name for name, function in entrances() if not asks_first(function)}

    assert silent == set(ASKS_FOR_NOTHING)
