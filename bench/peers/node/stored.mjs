// The documents as Quorum stores them, one tenant's, and as GraphQL shows them.
import { readFileSync } from 'node:fs';
import { MongoClient } from 'mongodb';

export const schema = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
/** The lean build fetches only what an operation selects; the plain one fetches documents whole. */
export const isLean = process.env.PEER_BUILD === 'lean';
export const address = { port: Number(process.env.PORT), host: '127.0.0.1' };
export const tenant = process.env.PEER_TENANT;

const client = new MongoClient(process.env.MONGODB_URI, { writeConcern: { w: 'majority', journal: true } });
await client.connect();
const database = client.db(process.env.PEER_DATABASE);
export const groups = database.collection('buying_groups');
const batchSize = 10_000;

export async function find(collection, query, projection, more = {}) {
  const options = isLean ? { projection, batchSize, ...more } : more;
  return database.collection(collection).find({ tenant, ...query }, options).toArray();
}

export async function reference() {
  const found = await database.collection('tenants').findOne({ _id: tenant }, { projection: { scoring: 1 } });
  return found?.scoring?.reference;
}

function score(raw, largest) {
  return raw > 0 && largest > 0 ? Number(Math.min(100, 100 * Math.sqrt(raw / largest)).toFixed(9)) : 0;
}

function percent(exact) {
  return { score: Math.round(exact), exact };
}

function ofPerson(stored, measure) {
  return measure ? percent(score(stored?.raw ?? 0, measure.largest_person_raw)) : null;
}

function ofGroup(document, measure) {
  const stored = document.engagement;
  if (!stored) return null;
  return {
    ...percent(score(stored.raw, measure?.largest_group_raw ?? 0)),
    computedAt: stored.computed_at,
    isStale: document.score_due != null,
  };
}

function role(stored, members) {
  return {
    role_id: stored.role_id,
    weighting: stored.weighting.toUpperCase(),
    isRequired: stored.required,
    membersRequired: stored.members_required,
    assigned: stored.assigned,
    isMissing: stored.required && stored.assigned === 0,
    completeness: percent(stored.completeness),
    members,
  };
}

/** The roles of a group with their members, in the order in which these became known to it. */
export function rolesOf({ roles, members }) {
  const byRole = new Map(roles.map(({ role_id }) => [role_id, []]));
  for (const each of members ?? []) {
    if (each.is_member) byRole.get(each.role_id)?.push(each);
  }
  return roles.map((stored) => role(stored, byRole.get(stored.role_id)));
}

export function member({ person_id, method, since, claims }) {
  return { person_id, method: method?.toUpperCase(), since, claims };
}

/** What each method last said, strongest first. */
export function claimsOf({ claims }) {
  return ['manual', 'journey', 'system']
    .filter((method) => claims[method])
    .map((method) => ({ ...claims[method], method: method.toUpperCase() }));
}

/** Documents as objects of the schema; keys of other documents keep their stored names. */
export const shown = {
  accounts: ({ _id, name, industry, employees, website, address: postal }) => ({
    id: _id, name, industry, employees, website, address: postal,
  }),
  people: ({ _id, name, email, job_title, engagement }, measure) => ({
    id: _id, name, email, jobTitle: job_title, engagement: ofPerson(engagement, measure),
  }),
  roles: ({ _id, name }) => ({ id: _id, name }),
  role_templates: ({ _id, name, template_version }) => ({ id: _id, name, templateVersion: template_version }),
  solution_interests: ({ _id, name, description }) => ({ id: _id, name, description }),
  stage_models: ({ _id, name }) => ({ id: _id, name }),
  buying_groups: (document, measure) => ({
    id: document._id,
    name: document.name,
    status: document.status,
    createdAt: document.created_at,
    updatedAt: document.updated_at,
    memberCount: document.member_count,
    completeness: document.completeness && percent(document.completeness.exact),
    engagement: ofGroup(document, measure),
    stage: document.stage && { ...document.stage, id: document.stage.stage_id },
    readiness: document.readiness && { isReady: document.readiness.is_ready, since: document.readiness.since },
    account_id: document.account_id,
    solution_interest_id: document.solution_interest_id,
    role_template_id: document.role_template_id,
    stage_model_id: document.stage_model_id,
    missing_role_ids: document.missing_role_ids,
    document,
  }),
};

/** Groups counted by bands of both scores, solution interest and stage: one command. */
export async function counts(query, largest) {
  const band = (path, bounds) => ({
    $switch: { branches: bounds.map((bound, n) => ({ case: { $lt: [path, bound] }, then: n })), default: bounds.length },
  });
  const bounds = [25, 50, 75];
  const raws = bounds.map((bound) => largest * (bound / 100) ** 2);
  const isUnscored = { $eq: [{ $ifNull: ['$engagement.raw', null] }, null] };
  const kind = {
    completeness: band('$completeness.exact', bounds),
    engagement: { $cond: [isUnscored, -1, band('$engagement.raw', raws)] },
    interest: '$solution_interest_id',
    stage: { $ifNull: ['$stage.stage_id', null] },
  };
  return groups.aggregate([{ $match: { tenant, ...query } }, { $group: { _id: kind, groups: { $sum: 1 } } }]).toArray();
}
