// Mercurius with its just-in-time compiler. Plain: its own loaders. Lean: DataLoader and projections.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { byIds, createContext, relations, resolvers, withRelations } from './resolvers.mjs';
import { address, isLean, schema } from './stored.mjs';

function loader(collection, key) {
  return {
    opts: { cache: false },
    async loader(queries, context) {
      const keys = [...new Set(queries.flatMap(({ obj }) => obj[key] ?? []))];
      const found = await byIds(context, collection, keys);
      return queries.map(({ obj }) => found.get(obj[key]) ?? null);
    },
  };
}

const loaders = Object.fromEntries(
  Object.entries(relations).map(([type, fields]) => [
    type,
    Object.fromEntries(Object.entries(fields).map(([name, relation]) => [name, loader(...relation)])),
  ]),
);

const app = Fastify();
app.register(mercurius, {
  schema,
  jit: 1,
  graphiql: false,
  context: createContext,
  ...(isLean ? { resolvers: withRelations() } : { resolvers, loaders }),
});
await app.listen(address);
