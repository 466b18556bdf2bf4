"""The pipelines that compute raws in MongoDB and merge them onto people and groups.

They write the engagement paths alone, never a document's version: a score is no decision, and it
must not make one start over. They carry the tenant, so that a merge knows which shard to go to: it
is by the shard key, unless it is told otherwise, and the id. The rules are those of
`domain/engagement.py`; a test holds the two together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from bson.decimal128 import Decimal128

from domain.engagement import PLACES, Window
from domain.identifiers import BuyingGroupId, PersonId, ScoringRunId, TenantId
from domain.role_templates import WEIGHTS
from domain.weighting_models import TypeWeight
from store.driver import Document

Pipeline = list[Mapping[str, Any]]

_WEIGHTINGS: Final = [weighting.value for weighting in WEIGHTS]
_WEIGHTS: Final = list(WEIGHTS.values())


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every raw carries: the run it was computed in, or since, and the moment.

    `slice` tells a run's own work from place to place: what is done again is found again.
    """

    run: ScoringRunId | None
    number: int
    at: datetime
    slice: str | None = None


def people_pipeline(
    tenant: TenantId,
    people: Sequence[PersonId],
    window: Window,
    spellings: Mapping[str, TypeWeight],
    factors: Mapping[date, Decimal],
    stamp: Stamp,
) -> Pipeline:
    """From activity days to people's raws; `spellings` says what each counts as.

    `factors` says what an act of each day counts; without any, each counts whole.
    """
    return [
        *_counted(tenant, people, window, spellings),
        *([_decayed(factors)] if factors else []),
        {"$unionWith": {"coll": "people", "pipeline": _scored_before(tenant, people)}},
        *_of_people(tenant, stamp, is_decayed=bool(factors)),
    ]


def groups_pipeline(tenant: TenantId, groups: Sequence[BuyingGroupId], stamp: Stamp) -> Pipeline:
    """From the members' raws to both figures of these groups."""
    found = {"_id": {"$in": list(groups)}, "tenant": tenant}
    return [{"$match": found}, *_of_groups(tenant, stamp), _merge_into_groups()]


def _counted(
    tenant: TenantId,
    people: Sequence[PersonId],
    window: Window,
    spellings: Mapping[str, TypeWeight],
) -> Pipeline:
    """Per person, day and type: the weight and the count up to the cap.

    The spellings of a type are added up before the cap is applied.
    """
    names = list(spellings)
    entries = [
        {"type": entry.activity_type, "weight": entry.weight, "cap": entry.daily_cap}
        for entry in spellings.values()
    ]
    place = {"$indexOfArray": [{"$literal": names}, "$counts.type"]}
    days = {"$gte": window.first_day.isoformat(), "$lte": window.last_day.isoformat()}
    return [
        {"$match": {"tenant": tenant, "person_id": {"$in": list(people)}, "day": days}},
        {"$unwind": "$counts"},
        {"$match": {"counts.type": {"$in": names}}},
        {"$set": {"entry": {"$arrayElemAt": [{"$literal": entries}, place]}}},
        {
            "$group": {
                "_id": {"person": "$person_id", "day": "$day", "type": "$entry.type"},
                "count": {"$sum": "$counts.count"},
                "weight": {"$first": "$entry.weight"},
                "cap": {"$first": "$entry.cap"},
            }
        },
        {"$set": {"capped": {"$min": ["$count", "$cap"]}}},
    ]


def _decayed(factors: Mapping[date, Decimal]) -> Document:
    """The weight of a row by the factor of its day: decimals, whose sum is exact."""
    days = [day.isoformat() for day in factors]
    place = {"$indexOfArray": [{"$literal": days}, "$_id.day"]}
    values = [Decimal128(value) for value in factors.values()]
    factor = {"$arrayElemAt": [{"$literal": values}, place]}
    return {"$set": {"share": {"$multiply": ["$weight", factor]}}}


def _scored_before(tenant: TenantId, people: Sequence[PersonId]) -> Pipeline:
    """A row of zeros for everybody who has a raw: it stands if nothing is left in the window."""
    found = {"_id": {"$in": list(people)}, "tenant": tenant, "engagement.raw": {"$gt": 0}}
    nothing = {"$literal": 0}
    rows = {"_id": {"person": "$_id"}, "weight": nothing, "capped": nothing}
    return [{"$match": found}, {"$project": rows}]


def _of_people(tenant: TenantId, stamp: Stamp, *, is_decayed: bool) -> Pipeline:
    is_ours = {"$eq": ["$tenant", {"$literal": tenant}]}
    is_newer = {"$gt": ["$engagement.run_number", "$$new.engagement.run_number"]}
    replaces = {"$and": [is_ours, {"$not": [is_newer]}]}
    engagement = {"$cond": [replaces, "$$new.engagement", "$engagement"]}
    share = "$share" if is_decayed else "$weight"
    return [
        {
            "$group": {
                "_id": "$_id.person",
                "raw": {"$sum": {"$multiply": [share, "$capped"]}},
                "counted": {"$sum": "$capped"},
                "largest_weight": {"$max": "$weight"},
            }
        },
        {
            "$project": {
                "tenant": {"$literal": tenant},
                "engagement": {
                    "raw": {"$toDouble": "$raw"} if is_decayed else "$raw",
                    "counted": "$counted",
                    "largest_weight": "$largest_weight",
                    "run_id": {"$literal": stamp.run},
                    "run_number": {"$literal": stamp.number},
                    "computed_at": {"$literal": stamp.at},
                },
            }
        },
        {
            "$merge": {
                "into": "people",
                "whenMatched": [{"$set": {"engagement": engagement}}],
                "whenNotMatched": "discard",
            }
        },
    ]


def _of_groups(tenant: TenantId, stamp: Stamp) -> Pipeline:
    raw = {"$ifNull": ["$members.scored.raw", 0]}
    counted = {"$ifNull": ["$members.scored.counted", 0]}
    is_filled = {"$gt": ["$members", 0]}
    return [
        {
            "$project": {
                "version": 1,
                "roles": {
                    "$map": {
                        "input": "$roles",
                        "in": {"id": "$$this.role_id", "weight": _weight("$$this.weighting")},
                    }
                },
                "members": {"$filter": {"input": "$members", "cond": "$$this.is_member"}},
            }
        },
        # All members of a group are looked up at once: a lookup costs more than what it finds.
        {
            "$lookup": {
                "from": "people",
                "localField": "members.person_id",
                "foreignField": "_id",
                "pipeline": [
                    {"$match": {"tenant": tenant}},
                    {"$project": {"raw": "$engagement.raw", "counted": "$engagement.counted"}},
                ],
                "as": "people",
            }
        },
        {"$set": {"members": _with_figures(), "people": "$$REMOVE"}},
        {"$unwind": {"path": "$members", "preserveNullAndEmptyArrays": True}},
        {
            "$group": {
                "_id": {"group": "$_id", "role": "$members.role_id"},
                "version": {"$first": "$version"},
                "roles": {"$first": "$roles"},
                "members": {"$sum": {"$cond": [{"$ifNull": ["$members.role_id", False]}, 1, 0]}},
                "roots": {"$sum": {"$sqrt": {"$toDecimal": raw}}},
                "counted": {"$sum": counted},
            }
        },
        {"$set": {"weight": _weight_of_role("$_id.role")}},
        {
            "$group": {
                "_id": "$_id.group",
                "version": {"$first": "$version"},
                "all_weights": {"$first": {"$sum": "$roles.weight"}},
                "filled_weights": {"$sum": {"$cond": [is_filled, "$weight", 0]}},
                "roots": {"$sum": {"$multiply": ["$roots", "$weight"]}},
                "counted": {"$sum": {"$multiply": ["$counted", "$weight"]}},
            }
        },
        {
            "$project": {
                "version": 1,
                "tenant": {"$literal": tenant},
                "engagement": {
                    "raw": _quotient("$roots", "$filled_weights"),
                    "role_weighted_count": _quotient("$counted", "$all_weights"),
                    "run_id": {"$literal": stamp.run},
                    "run_number": {"$literal": stamp.number},
                    "computed_at": {"$literal": stamp.at},
                    "version": "$version",
                    **({"slice": {"$literal": stamp.slice}} if stamp.slice is not None else {}),
                },
            }
        },
    ]


def _with_figures() -> Document:
    """The members' roles, each with what was found of the person; nothing if nobody was.

    Both lists are brought into the order of the people and stand side by side: to look in one for
    each of the other is quadratic. A person is in a group's list of members once.
    """
    missing = {"$setDifference": ["$members.person_id", "$people._id"]}
    nobody = {"$map": {"input": missing, "in": {"_id": "$$this"}}}
    people = {"$concatArrays": ["$people", nobody]}
    pairs = {"$zip": {"inputs": [_sorted("$members", "person_id"), _sorted(people, "_id")]}}
    member, scored = ({"$arrayElemAt": ["$$this", place]} for place in (0, 1))
    each = {"role_id": "$$member.role_id", "scored": scored}
    return {"$map": {"input": pairs, "in": {"$let": {"vars": {"member": member}, "in": each}}}}


def _sorted(rows: object, field: str) -> Document:
    return {"$sortArray": {"input": rows, "sortBy": {field: 1}}}


def _merge_into_groups() -> Document:
    """Figures of an older membership, or of the same one in an older run, replace nothing.

    A raw that has become another is untold, and stays due, until it is looked at what to tell.
    """
    new = "$$new.engagement"
    is_newer_version = {"$gt": ["$engagement.version", f"{new}.version"]}
    is_newer_run = {
        "$and": [
            {"$eq": ["$engagement.version", f"{new}.version"]},
            {"$gt": ["$engagement.run_number", f"{new}.run_number"]},
        ]
    }
    keeps = {"$or": [is_newer_version, is_newer_run]}
    is_another = {"$ne": [{"$ifNull": ["$engagement.raw", 0]}, f"{new}.raw"]}
    is_untold = {"$or": [is_another, {"$ifNull": ["$engagement.untold", False]}]}
    untold = {"untold": {"$cond": [is_untold, True, "$$REMOVE"]}}
    replaced = {"$mergeObjects": ["$engagement", new, untold]}
    return {
        "$merge": {
            "into": "buying_groups",
            "whenMatched": [
                {
                    "$set": {
                        "engagement": {"$cond": [keeps, "$engagement", replaced]},
                        "score_due": {
                            "$cond": [
                                {"$or": [{"$gt": ["$score_due", f"{new}.version"]}, is_untold]},
                                "$score_due",
                                "$$REMOVE",
                            ]
                        },
                    }
                }
            ],
            "whenNotMatched": "discard",
        }
    }


def _weight(weighting: str) -> Document:
    place = {"$indexOfArray": [_WEIGHTINGS, weighting]}
    return {"$arrayElemAt": [_WEIGHTS, place]}


def _weight_of_role(role: str) -> Document:
    place = {"$indexOfArray": ["$roles.id", role]}
    return {"$cond": [{"$in": [role, "$roles.id"]}, {"$arrayElemAt": ["$roles.weight", place]}, 0]}


def _quotient(total: str, weights: str) -> Document:
    """At nine decimals, computed with 34 digits; 0 where there is nothing to divide by."""
    exact = {"$divide": [{"$toDecimal": total}, weights]}
    return {"$cond": [{"$gt": [weights, 0]}, {"$toDouble": {"$round": [exact, PLACES]}}, 0.0]}
