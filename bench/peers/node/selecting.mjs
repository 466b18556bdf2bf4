// Which paths of a document an operation selects, read off its text once and remembered by node.
import { isLean } from './stored.mjs';

const MEMBER = ['members.is_member', 'members.role_id'];
const OF_MEMBER = { person: 'members.person_id', method: 'members.method', since: 'members.since', claims: 'members.claims' };
const PATHS = {
  accounts: { industry: 'industry', employees: 'employees', website: 'website', address: 'address' },
  people: { email: 'email', jobTitle: 'job_title', engagement: 'engagement' },
  roles: {},
  role_templates: { templateVersion: 'template_version' },
  solution_interests: { description: 'description' },
  stage_models: {},
  buying_groups: {
    status: 'status', createdAt: 'created_at', updatedAt: 'updated_at', memberCount: 'member_count',
    completeness: 'completeness', stage: 'stage', readiness: 'readiness', account: 'account_id',
    solutionInterest: 'solution_interest_id', roleTemplate: 'role_template_id', stageModel: 'stage_model_id',
    missingRoles: 'missing_role_ids',
  },
};
const remembered = new WeakMap();

function fieldsOf(node, info) {
  return (node?.selectionSet?.selections ?? []).flatMap((part) => {
    if (part.kind === 'Field') return [part];
    return fieldsOf(part.kind === 'InlineFragment' ? part : info.fragments[part.name.value], info);
  });
}

function below(node, name, info) {
  return fieldsOf(node, info).find((field) => field.name.value === name);
}

function pathsOf(collection, node, info) {
  const paths = { name: 1 };
  for (const field of fieldsOf(node, info)) {
    const name = field.name.value;
    const path = PATHS[collection][name];
    if (path) paths[path] = 1;
    if (collection !== 'buying_groups') continue;
    if (name === 'engagement') Object.assign(paths, { 'engagement.raw': 1, 'engagement.computed_at': 1, score_due: 1 });
    if (name === 'roles') {
      paths.roles = 1;
      const members = below(field, 'members', info);
      if (members) {
        for (const each of MEMBER) paths[each] = 1;
        for (const each of fieldsOf(below(members, 'nodes', info), info)) {
          if (OF_MEMBER[each.name.value]) paths[OF_MEMBER[each.name.value]] = 1;
        }
      }
    }
  }
  return paths;
}

/** The projection of what a field leads to; `through` names the field of a connection that holds its rows. */
export function projection(collection, info, through) {
  if (!isLean) return undefined;
  const node = info.fieldNodes[0];
  let found = remembered.get(node);
  if (!found) {
    found = pathsOf(collection, through ? below(node, through, info) : node, info);
    remembered.set(node, found);
  }
  return found;
}
