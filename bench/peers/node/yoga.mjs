// GraphQL Yoga on Node's own server. Lean: compiled by graphql-jit, with projections.
import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createSchema, createYoga } from 'graphql-yoga';
import { createContext, withRelations } from './resolvers.mjs';
import { address, isLean, schema } from './stored.mjs';

const yoga = createYoga({
  schema: createSchema({ typeDefs: schema, resolvers: withRelations() }),
  context: createContext,
  graphiql: false,
  logging: false,
  plugins: isLean ? [useGraphQlJit()] : [],
});
createServer(yoga).listen(address.port, address.host);
