// Asking the service. A refusal becomes a ProblemError that carries every fault.
import {lang, t} from './i18n.js';

const ROOT = '/api/v1';

export class ProblemError extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

const ask = async (path, options = {}) => (await answered(path, options)).json();

async function answered(path, options) {
  let response;
  try {
    response = await fetch(ROOT + path, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ProblemError({title: t('error.network'), problems: []});
  }
  if (response.ok) return response;
  let problem;
  try {
    problem = await response.json();
  } catch {
    problem = {title: t('error.request', {status: response.status}), problems: []};
  }
  throw new ProblemError(problem);
}

function query(values) {
  const given = Object.entries({lang, ...values}).filter(([, value]) => value !== null && value !== undefined);
  return `?${new URLSearchParams(given)}`;
}

export const get = (path, values = {}, signal = undefined) => ask(path + query(values), {signal});

/** The file itself is the body; its name tells the service what it is. */
export const send = (path, file, values = {}) => ask(path + query(values), {
  method: 'POST', headers: {'Content-Type': 'application/octet-stream'}, body: file,
});

export const post = (path, body, values = {}, signal = undefined) => ask(path + query(values), {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body), signal,
});

/** A file made by the service, with its name and what it could not hold. */
export async function download(path, body, values = {}) {
  const response = await answered(path + query(values), {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
  });
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'fenqu';
  const remarks = JSON.parse(decodeURIComponent(response.headers.get('Fenqu-Remarks') ?? '[]'));
  return {blob: await response.blob(), name, remarks};
}
