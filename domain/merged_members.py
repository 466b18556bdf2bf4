"""Merged members: what was said about two people in a group, once they are one person.

Of each method's two claims the later one stands; then the strongest method's decides, as ever.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeAlias

from domain.buying_groups import BuyingGroup, Member, MemberChange
from domain.identifiers import PersonId, RoleId
from domain.membership import Claim, Claims

Moment: TypeAlias = Callable[[Claim], float]


def in_commit_order(claim: Claim) -> float:
    """When a claim was made, among those of one group: the group version that wrote it."""
    return claim.version


def by_the_clock(claim: Claim) -> float:
    """When a claim was made, among those of different groups, whose versions say nothing."""
    return claim.at.timestamp()


def later_claims(survivor: Claims, merged: Claims, moment: Moment) -> Claims:
    """The later claim of each method; of two of one moment the survivor's stands."""
    later = {
        method: claim
        for method, claim in merged.items()
        if method not in survivor or moment(claim) > moment(survivor[method])
    }
    return {**survivor, **later}


def merge_people(
    group: BuyingGroup, merged: PersonId, survivor: PersonId
) -> tuple[BuyingGroup, list[MemberChange]]:
    """The group once all that was said about one person was said about another, and the changes.

    The one who is no more keeps a place among the members, where nothing is said; a survivor of
    whom nothing was known is put behind the others. A second time nothing changes.
    """
    places = {member.person: place for place, member in enumerate(group.members)}
    place = places.get(merged)
    if place is None or not group.members[place].claims:
        return group, []
    members = list(group.members)
    gone = members[place]
    members[place] = Member(merged, {})
    changes = [MemberChange(place, gone.claims, members[place])]
    if survivor in places:
        known = members[places[survivor]]
        claims = later_claims(known.claims, gone.claims, in_commit_order)
        members[places[survivor]] = replace(
            known, claims=claims, unrelated=known.unrelated and gone.unrelated
        )
        if claims != known.claims:
            changes.append(MemberChange(places[survivor], known.claims, members[places[survivor]]))
    else:
        members.append(Member(survivor, gone.claims, gone.unrelated))
        changes.append(MemberChange(len(members) - 1, {}, members[-1]))
    return replace(group, members=tuple(members)), changes


def merge_groups(
    group: BuyingGroup, merged: BuyingGroup, roles: Collection[RoleId]
) -> tuple[BuyingGroup, list[MemberChange]]:
    """The group once another account's group for the same solution interest was merged into it.

    Person by person and method by method the claim of the later moment stands. A claim that is
    taken over is one of the version that takes it; one for a role that is not among `roles`, those
    of the group's template, is not.
    """
    version = group.version + 1
    members = list(group.members)
    places = {member.person: place for place, member in enumerate(members)}
    changes = []
    for other in merged.members:
        place = places.get(other.person)
        known = Member(other.person, {}, other.unrelated) if place is None else members[place]
        said = {
            method: claim
            for method, claim in other.claims.items()
            if claim.role is None or claim.role in roles
        }
        later = later_claims(known.claims, said, by_the_clock)
        claims = {
            method: claim if claim is known.claims.get(method) else replace(claim, version=version)
            for method, claim in later.items()
        }
        if claims == known.claims:
            continue
        after = replace(known, claims=claims)
        if place is None:
            members.append(after)
            place = len(members) - 1
        else:
            members[place] = after
        changes.append(MemberChange(place, known.claims, after))
    return replace(group, members=tuple(members)), changes
