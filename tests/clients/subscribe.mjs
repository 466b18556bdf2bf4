// Three clients as people use them, each against the server whose address is the argument. Each subscribes,
// makes a role once it has heard where it begins, waits for that event, and then comes back with the position
// it began at. What each was told is printed as JSON.
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const url = process.argv[2];
const query = `subscription ($after: Position) {
  componentEvents(after: $after, filter: { types: [ROLE_CREATED] }) { position events { position actor subjectId } }
}`;
const headers = { 'X-Quorum-Actor': 'sam' };

async function makeRole(name) {
  const mutation = 'mutation ($name: String!) { createRole(input: { name: $name }) { __typename } }';
  const body = JSON.stringify({ query: mutation, variables: { name } });
  await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}

// `subscribe(variables)` gives an async iterator of results.
async function follow(name, subscribe) {
  const told = [];
  let beginning;
  for await (const { data } of subscribe({})) {
    const batch = data.componentEvents;
    told.push(batch);
    if (beginning === undefined) {
      beginning = batch.position;
      await makeRole(name);
    } else if (batch.events.length > 0) {
      break;
    }
  }
  const again = [];
  for await (const { data } of subscribe({ after: beginning })) {
    again.push(data.componentEvents);
    if (data.componentEvents.events.length > 0) {
      break;
    }
  }
  return { told, again };
}

function apolloIterator(client, variables) {
  const waiting = [];
  let wake = () => {};
  const subscription = client.subscribe({ query: gql(query), variables }).subscribe({
    next: result => (waiting.push(result), wake()),
    error: error => (waiting.push(error), wake()),
  });
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        while (waiting.length === 0) {
          await new Promise(resolve => (wake = resolve));
        }
        const value = waiting.shift();
        if (value instanceof Error) throw value;
        if (value.error) throw value.error;
        return { value, done: false };
      },
      async return() {
        subscription.unsubscribe();
        return { done: true };
      },
    }),
  };
}

const sockets = createSocketClient({
  url: url.replace('http', 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: headers,
  retryAttempts: 0,
});
const events = createSseClient({ url, headers, retryAttempts: 0 });
const apollo = new ApolloClient({
  cache: new InMemoryCache(),
  link: new HttpLink({ uri: url, headers }),
});

async function first(results) {
  for await (const result of results) return result;
}

const report = {
  'graphql-ws': await follow('By socket', variables => sockets.iterate({ query, variables })),
  'graphql-sse': await follow('By events', variables => events.iterate({ query, variables })),
  apollo: await follow('By parts', variables => apolloIterator(apollo, variables)),
  queries: [
    await first(sockets.iterate({ query: '{ __typename }' })),
    await first(events.iterate({ query: '{ __typename }' })),
    (await apollo.query({ query: gql('{ __typename }') })).data,
  ],
  refusals: [
    await first(sockets.iterate({ query: 'subscription { nope }' })).catch(
      errors => errors[0].extensions.code,
    ),
    (await first(events.iterate({ query: 'subscription { nope }' }))).errors[0].extensions.code,
  ],
};
await sockets.dispose();
events.dispose();
console.log(JSON.stringify(report));
