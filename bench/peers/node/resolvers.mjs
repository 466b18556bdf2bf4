// What every Node server resolves: roots, relations through DataLoader, lists inside a document.
import DataLoader from 'dataloader';
import { GraphQLScalarType } from 'graphql';
import { assignMembers } from './assigning.mjs';
import { projection } from './selecting.mjs';
import { claimsOf, counts, find, isLean, member, reference, rolesOf, shown } from './stored.mjs';

/** The collection a field leads to, and the key that its parent holds. */
export const relations = {
  BuyingGroup: {
    account: ['accounts', 'account_id'],
    solutionInterest: ['solution_interests', 'solution_interest_id'],
    roleTemplate: ['role_templates', 'role_template_id'],
    stageModel: ['stage_models', 'stage_model_id'],
  },
  BuyingGroupRole: { role: ['roles', 'role_id'] },
  Member: { person: ['people', 'person_id'] },
  Claim: { role: ['roles', 'role_id'] },
  OverviewInterest: { solutionInterest: ['solution_interests', 'solution_interest_id'] },
};
const ORDERS = { NAME: 'folded.name', ENGAGEMENT: 'engagement.raw' };
const SCORED = new Set(['people', 'buying_groups']);

export async function byIds(context, collection, ids, paths) {
  const isScored = SCORED.has(collection) && (!paths || paths.engagement || paths['engagement.raw']);
  const [documents, measure] = await Promise.all([
    find(collection, { _id: { $in: ids } }, paths),
    isScored ? context.reference() : undefined,
  ]);
  const found = new Map();
  for (const document of documents) found.set(document._id, shown[collection](document, measure));
  return found;
}

/** What one request remembers: its loaders, and what scores are measured by. */
export function createContext() {
  const loaders = new Map();
  let measure;
  const context = {
    reference: () => (measure ??= reference()),
    load(collection, id, info) {
      if (id == null) return null;
      const key = isLean ? info.fieldNodes[0] : collection;
      let loader = loaders.get(key);
      if (!loader) {
        const paths = projection(collection, info);
        loader = new DataLoader(async (ids) => {
          const found = await byIds(context, collection, ids, paths);
          return ids.map((each) => found.get(each) ?? null);
        });
        loaders.set(key, loader);
      }
      return loader.load(id);
    },
  };
  return context;
}

function queryOf(filter) {
  const interests = filter?.solutionInterests;
  return interests ? { solution_interest_id: { $in: interests } } : {};
}

async function buyingGroups(_, { first, filter, orderBy }, context, info) {
  const path = ORDERS[orderBy?.field ?? 'NAME'];
  const direction = orderBy?.direction === 'DESC' ? -1 : 1;
  const options = { sort: { [path]: direction, _id: direction }, limit: first + 1 };
  const paths = projection('buying_groups', info, 'nodes');
  const [documents, measure] = await Promise.all([
    find('buying_groups', queryOf(filter), paths, options),
    paths && !paths.score_due ? undefined : context.reference(),
  ]);
  return {
    nodes: documents.slice(0, first).map((document) => shown.buying_groups(document, measure)),
    pageInfo: { hasNextPage: documents.length > first },
  };
}

async function buyingGroup(_, { id }, context, info) {
  const found = await byIds(context, 'buying_groups', [id], projection('buying_groups', info));
  return found.get(id) ?? null;
}

function summed(rows, kind) {
  const sums = new Map();
  for (const { _id, groups } of rows) sums.set(_id[kind], (sums.get(_id[kind]) ?? 0) + groups);
  return sums;
}

function bands(sums) {
  const all = [0, 25, 50, 75].map((atLeast, n) => ({ atLeast, below: atLeast + 25, groups: sums.get(n) ?? 0 }));
  return { bands: all, unscored: sums.get(-1) ?? 0 };
}

function largestFirst(sums) {
  const all = [...sums].sort(([a, m], [b, n]) => n - m || ((a ?? '') < (b ?? '') ? -1 : 1));
  return all.slice(0, 100);
}

async function overview(_, { filter }, context) {
  const measure = await context.reference();
  const rows = await counts(queryOf(filter), measure?.largest_group_raw ?? 0);
  const stages = largestFirst(summed(rows, 'stage'));
  const ids = stages.flatMap(([id]) => id ?? []);
  const models = ids.length ? await find('stage_models', { 'stages.stage_id': { $in: ids } }, { stages: 1 }) : [];
  const names = new Map(models.flatMap((model) => model.stages.map(({ stage_id, name }) => [stage_id, name])));
  return {
    total: rows.reduce((total, row) => total + row.groups, 0),
    byCompleteness: bands(summed(rows, 'completeness')),
    byEngagement: bands(summed(rows, 'engagement')),
    bySolutionInterest: {
      bars: largestFirst(summed(rows, 'interest')).map(([id, groups]) => ({ solution_interest_id: id, groups })),
    },
    byStage: {
      bars: stages
        .sort(([a], [b]) => (a === null) - (b === null))
        .map(([stageId, groups]) => ({ stageId, name: names.get(stageId), groups })),
    },
  };
}

export const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (moment) => moment.toISOString() }),
  Query: { buyingGroup, buyingGroups, overview },
  Mutation: { assignMembers },
  BuyingGroup: {
    roles: ({ document }) => rolesOf(document),
    missingRoles: ({ missing_role_ids }, _, context, info) =>
      Promise.all(missing_role_ids.map((id) => context.load('roles', id, info))),
  },
  BuyingGroupRole: { members: ({ members }, { first }) => ({ nodes: members.slice(0, first).map(member) }) },
  Member: { claims: claimsOf },
};

/** The same with a resolver for each relation. */
export function withRelations() {
  const all = { ...resolvers };
  for (const [type, fields] of Object.entries(relations)) {
    const loading = Object.entries(fields).map(([name, [collection, key]]) => [
      name,
      (parent, _, context, info) => context.load(collection, parent[key], info),
    ]);
    all[type] = { ...all[type], ...Object.fromEntries(loading) };
  }
  return all;
}
