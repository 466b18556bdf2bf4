// Apollo Server. Plain: on Express, whole documents. Lean: on Fastify, with projections.
import { ApolloServer } from '@apollo/server';
import { createContext, withRelations } from './resolvers.mjs';
import { address, isLean, schema } from './stored.mjs';

const server = new ApolloServer({ typeDefs: schema, resolvers: withRelations() });
await server.start();
const context = async () => createContext();

if (isLean) {
  const { default: Fastify } = await import('fastify');
  const { default: apollo } = await import('@as-integrations/fastify');
  const app = Fastify();
  await app.register(apollo(server), { path: '/graphql', context });
  await app.listen(address);
} else {
  const { default: express } = await import('express');
  const { expressMiddleware } = await import('@as-integrations/express5');
  const app = express();
  app.use('/graphql', express.json(), expressMiddleware(server, { context }));
  app.listen(address.port, address.host);
}
