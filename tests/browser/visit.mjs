// One visit to GraphiQL in a fresh headless Chromium: opens the explorer, runs the query shown, and prints
// as JSON what the visitor saw. The argument is JSON: { url, headers?, workers?, screenshot? }. The kinds of
// workers named are waited for, because an editor starts its own when it first needs it. The program is
// $QUORUM_BROWSER.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const { url, headers, workers, screenshot } = JSON.parse(process.argv[2]);

const profile = await mkdtemp(join(tmpdir(), 'quorum-browser-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.QUORUM_BROWSER,
  headless: true,
  viewport: { width: 1440, height: 860 },
  colorScheme: 'light',
  args: [
    '--no-sandbox', // Chromium refuses to start as root with one
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1',
  ],
});

try {
  const requests = [];
  const failures = [];
  const complaints = [];
  const page = await context.newPage();
  context.on('request', request => requests.push(request.url()));
  context.on('requestfailed', request =>
    failures.push(`${request.url()}: ${request.failure()?.errorText}`),
  );
  page.on('websocket', socket => requests.push(socket.url()));
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(message.text());
    }
  });

  await page.goto(url);
  const run = page.locator('.graphiql-execute-button');
  await run.waitFor();

  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  const explorer = page.locator('.graphiql-explorer-root');
  await explorer.locator('.graphiql-explorer-field-view').first().waitFor();

  if (headers) {
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
    await page.keyboard.insertText(JSON.stringify(headers));
  }

  await run.click();
  await page.waitForFunction(() => {
    const isRunning = document.querySelector('.graphiql-execute-button[aria-label^="Stop"]');
    return !isRunning && document.querySelector('.graphiql-response .view-lines')?.innerText.trim();
  });
  const isAtWork = kind => page.workers().some(worker => worker.url().includes(`/${kind}.`));
  while (!(workers ?? []).every(isAtWork)) {
    await page.waitForTimeout(50);
  }
  if (screenshot) {
    await page.screenshot({ path: screenshot });
  }

  const text = async locator => (await locator.innerText()).replaceAll('\u00a0', ' ');
  const report = {
    title: await page.title(),
    tabs: await page.locator('.graphiql-tab-button').allInnerTexts(),
    query: await text(page.locator('.graphiql-query-editor .view-lines')),
    response: await text(page.locator('.graphiql-response .view-lines')),
    explorer: await text(explorer),
    workers: page.workers().map(worker => worker.url()),
    requests,
    failures,
    complaints,
  };
  console.log(JSON.stringify(report));
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
