// The page: GraphiQL with explorer and history, set up by the JSON that the server put into it.
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { getIntrospectionQuery } from 'graphql';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { storage } from './storage.js';
import { openingTabs } from './tabs.js';

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(new URL(WORKERS[label] ?? WORKERS.editor, import.meta.url), { name: label }),
};

// GraphiQL's own question leaves out what it could show: deprecated inputs and @oneOf.
const introspection = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true });

const config = JSON.parse(document.getElementById('config').textContent);
const endpoint = new URL(config.url, location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol.replace('http', 'ws');

const send = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: socket.href, // what stands in the headers editor travels as connection parameters
  enableIncrementalDelivery: false,
});
const fetcher = (request, options) =>
  send(
    request.operationName === 'IntrospectionQuery' ? { ...request, query: introspection } : request,
    options,
  );

const plugins = [HISTORY_PLUGIN, explorerPlugin()];
const tabs = openingTabs(config.examples, new URLSearchParams(location.search), storage);

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    storage={storage}
    defaultTabs={tabs.all}
    initialQuery={tabs.shown?.query}
    initialVariables={tabs.shown?.variables}
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>Quorum</GraphiQL.Logo>
  </GraphiQL>,
);
