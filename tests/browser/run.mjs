// Runs one page scenario in headless Chromium and writes what happened as JSON to stdout.
//
//   node run.mjs SCENARIO.mjs BASE_URL FOLDER_FOR_SCREENSHOTS
//
// A scenario is a module whose default export is `async ({page, context, baseUrl, shot}) => result`; the result must be
// JSON. Nothing but loopback is ever asked: such requests are recorded in `external` and aborted before a name is
// looked up. What counts as a failure is decided in runner.py, so that a scenario may expect a 422.
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const SCENARIO_MS = 90_000;
const ARGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  // The cable is pulled: even a preconnect, which no request event shows, finds no host.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;
const LOCAL_SCHEMES = new Set(['data:', 'blob:', 'about:']);

const isExternal = (address) => {
  const url = new URL(address);
  return !LOCAL_SCHEMES.has(url.protocol) && !LOOPBACK.test(url.hostname);
};

/** Record on `seen` all that the pages of `context` ask, are answered and say. */
async function watch(context, seen) {
  context.on('request', (request) => seen.requests.push({method: request.method(), url: request.url()}));
  context.on('response', (response) => {
    if (response.status() >= 400) seen.refused.push({status: response.status(), url: response.url()});
  });
  context.on('requestfailed', (request) => {
    if (!isExternal(request.url())) {
      seen.failed.push({url: request.url(), error: request.failure()?.errorText ?? 'unknown'});
    }
  });
  context.on('console', (message) => seen.console.push({
    type: message.type(), text: message.text(), url: message.location().url,
  }));
  context.on('weberror', (webError) => seen.errors.push(String(webError.error()?.stack ?? webError.error())));
  context.on('page', (page) => page.on('websocket', (socket) => {
    if (isExternal(socket.url())) seen.external.push(socket.url());
  }));
  await context.route((url) => isExternal(url.href), (route) => {
    seen.external.push(route.request().url());
    return route.abort('addressunreachable');
  });
}

async function play(scenarioPath, baseUrl, folder) {
  const seen = {requests: [], external: [], refused: [], failed: [], errors: [], console: [], result: null};
  const {default: scenario} = await import(pathToFileURL(path.resolve(scenarioPath)).href);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ARGS, handleSIGTERM: false,
  });
  let watchdog;
  try {
    const context = await browser.newContext({
      locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: {width: 1280, height: 800}, serviceWorkers: 'block',
    });
    context.setDefaultTimeout(15_000);
    await watch(context, seen);
    const page = await context.newPage();
    const shot = async (name, options = {}) => {
      await mkdir(folder, {recursive: true});
      const file = path.join(folder, `${name}.png`);
      await (options.page ?? page).screenshot({path: file, fullPage: options.fullPage ?? false});
      return file;
    };
    const late = new Promise((_, reject) => {
      watchdog = setTimeout(() => reject(new Error(`the scenario took over ${SCENARIO_MS / 1000} s`)), SCENARIO_MS);
    });
    seen.result = (await Promise.race([scenario({page, context, baseUrl, shot}), late])) ?? null;
  } catch (error) {
    seen.errors.push(String(error.stack ?? error));
  } finally {
    clearTimeout(watchdog);
    await browser.close();
  }
  return seen;
}

const [scenarioPath, baseUrl, folder] = process.argv.slice(2);
console.log = console.error; // stdout carries the one JSON document, whatever a scenario logs
const seen = await play(scenarioPath, baseUrl, folder);
process.stdout.write(JSON.stringify(seen));
