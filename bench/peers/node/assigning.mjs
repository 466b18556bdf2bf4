// People are assigned by hand: load, decide, save where nobody was faster. No event is written.
import { find, groups, shown, tenant } from './stored.mjs';

const TRIES = 20;
const BOOKKEEPING = { outbox: 0, folded: 0, search: 0 };

function saying(group, person, role, at) {
  const place = group.members.findIndex((member) => member.person_id === person);
  const before = group.members[place];
  if (before?.claims.manual?.role_id === role) return 'UNCHANGED';
  const claim = { role_id: role, actor: 'peer', at, version: group.version + 1, reason: null };
  const after = {
    person_id: person, role_id: role, method: 'manual', is_member: true, is_removed: false, since: at,
    unrelated: before?.unrelated ?? false, claims: { ...before?.claims, manual: claim },
  };
  if (before) group.members[place] = after;
  else group.members.push(after);
  return 'APPLIED';
}

function derived({ members, roles }) {
  const present = members.filter((member) => member.is_member);
  const filled = roles.map((role) => {
    const assigned = present.filter((member) => member.role_id === role.role_id).length;
    return { ...role, assigned, completeness: Number(Math.min(100, (assigned * 100) / role.members_required).toFixed(9)) };
  });
  const required = filled.filter((role) => role.required);
  const sum = required.reduce((total, role) => total + Math.min(1, role.assigned / role.members_required), 0);
  return {
    member_ids: present.map((member) => member.person_id),
    removed_ids: members.filter((member) => member.is_removed).map((member) => member.person_id),
    member_count: present.length,
    roles: filled,
    missing_role_ids: required.filter((role) => role.assigned === 0).map((role) => role.role_id),
    completeness: { exact: required.length ? Number(((sum * 100) / required.length).toFixed(9)) : 100 },
  };
}

function decided(group, people, asked, at) {
  return asked.map(({ personId, role }) => {
    const person = people.get(personId);
    const isOurs = person?.relations.some((relation) => relation.account_id === group.account_id);
    const isKnown = group.roles.some((each) => each.role_id === role);
    return isOurs && isKnown ? saying(group, personId, role, at) : 'REFUSED';
  });
}

export async function assignMembers(_, { input: { buyingGroupId, members: asked } }, context) {
  const ids = asked.map(({ personId }) => personId);
  const found = await find('people', { _id: { $in: ids } }, BOOKKEEPING);
  const people = new Map(found.map((person) => [person._id, person]));
  for (let tries = 0; tries < TRIES; tries += 1) {
    const group = await groups.findOne({ _id: buyingGroupId, tenant }, { projection: BOOKKEEPING });
    if (!group) return { __typename: 'NotFound', message: `There is no buying group ${buyingGroupId}.` };
    const { version } = group;
    const at = new Date();
    const outcomes = decided(group, people, asked, at);
    if (outcomes.includes('APPLIED')) {
      const stamps = { version: version + 1, updated_at: at, updated_by: 'peer' };
      Object.assign(group, derived(group), stamps);
      const { member_ids, removed_ids, member_count, roles, missing_role_ids, completeness, members } = group;
      const set = { members, member_ids, removed_ids, member_count, roles, missing_role_ids, completeness, ...stamps };
      const saved = await groups.updateOne({ _id: buyingGroupId, tenant, version }, { $set: set });
      if (!saved.matchedCount) continue;
    }
    const measure = await context.reference();
    return {
      __typename: 'AssignMembersSuccess',
      buyingGroup: shown.buying_groups(group, measure),
      outcomes: outcomes.map((status, n) => {
        const person = people.get(ids[n]);
        return { status, person: person ? shown.people(person, measure) : null };
      }),
    };
  }
  return { __typename: 'Conflict', message: 'The group is being changed too fast; try again.' };
}
