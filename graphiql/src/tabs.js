// Which tabs a visitor finds: the query of the link, then the server's examples, or what was left open.

/**
 * `all` are the tabs of a first visit; `shown` is the one to open now, undefined to go on
 * where the visitor left off. A link is `?query=` (or `?q=`), with `&variables=` as JSON.
 */
export function openingTabs(examples, search, storage) {
  const query = search.get('query') ?? search.get('q');
  const linked = query === null ? [] : [{ query, variables: search.get('variables') ?? '' }];
  const all = [...linked, ...examples.map(exampleTab)];
  const isFirstVisit = storage.getItem('graphiql:tabState') === null;
  return { all: all.length > 0 ? all : undefined, shown: isFirstVisit ? all[0] : linked[0] };
}

function exampleTab({ title, query, variables }) {
  const isEmpty = Object.keys(variables).length === 0;
  return {
    query: `# ${title}\n${query}`,
    variables: isEmpty ? '' : JSON.stringify(variables, null, 2),
  };
}
