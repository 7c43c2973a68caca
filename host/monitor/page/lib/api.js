/**
 * What the server is asked. Addresses are relative to the page, which may lie below any path.
 */

/**
 * @typedef {object} Marks
 * @property {string | null} title
 * @property {string[]} tags
 * @property {string[]} [fixed_tags] those that the run was started with
 * @property {string | null} group
 * @property {string} note
 * @property {boolean} bookmarked
 * @property {boolean} trashed
 */

/**
 * A run as the overview has it. Times `_ms` are ms since 1970, `_secs` s; steps are control steps.
 * @typedef {object} Row
 * @property {string} key
 * @property {string} id
 * @property {string} folder
 * @property {string} state
 * @property {string | null} reason
 * @property {string | null} task
 * @property {string | null} brain
 * @property {string | null} body
 * @property {string | null} reward
 * @property {number | null} seed
 * @property {{ name: string, version: string, digest: string }[]} plugins
 * @property {number | null} began_ms
 * @property {number | null} updated_ms
 * @property {number | null} cycle
 * @property {number | null} cycles
 * @property {number | null} steps
 * @property {number | null} segments
 * @property {number | null} last_return
 * @property {number | null} best_return
 * @property {number | null} best_cycle
 * @property {number | null} episode_length
 * @property {number | null} success_rate
 * @property {number | null} progress
 * @property {number | null} secs_left
 * @property {number | null} elapsed_secs
 * @property {number | null} steps_per_second
 * @property {(number | null)[]} sparkline
 * @property {string} config
 * @property {Marks} marks
 * @property {string[]} problems
 * @property {Record<string, any>} [values]
 * @property {any} [group_value]
 */

/** What the server said instead of an answer. */
export class ApiError extends Error {
  /**
   * @param {number} status of HTTP; 0 where there was no answer at all
   * @param {any} error the server's words
   */
  constructor(status, error) {
    super(error?.message ?? (status === 0 ? "The monitor does not answer." : `The monitor answers with status ${status}.`));
    this.status = status;
    this.code = error?.code ?? "failed";
    this.at = error?.at ?? null;
    this.details = error;
  }
}

/**
 * Parameters of a query; lists are repeated.
 * @param {Record<string, any>} parameters
 */
export function query(parameters) {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => (Array.isArray(value) ? value : [value])
    .filter((one) => one !== null && one !== undefined && one !== "")
    .map((one) => `${name}=${encodeURIComponent(String(one))}`));
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/**
 * @param {string} path below `api/`
 * @param {RequestInit} [options]
 */
async function call(path, options) {
  let response;
  try {
    response = await fetch(`./api/${path}`, options);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, null);
  }
  if (response.ok) return response.json();
  const body = await response.json().catch(() => null);
  throw new ApiError(response.status, body?.error ? { ...body, ...body.error } : body);
}

/**
 * @param {string} path below `api/`
 * @param {Record<string, any>} [parameters]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function get(path, parameters = {}, signal) {
  return call(path + query(parameters), { signal });
}

/** @type {Promise<any> | null} */
let session = null;

/** @returns {Promise<{ version: string, csrf: string | null, read_only: boolean, changes: "allowed" | "off" | "with_token", folders: string[], boot: string, host: string }>} */
export function getSession() {
  session ??= get("session").catch((error) => {
    session = null;
    throw error;
  });
  return session;
}

/** Asks again: the server is another one. */
export function forgetSession() {
  session = null;
}

/**
 * @param {string} path below `api/`
 * @param {any} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  const send = async () => {
    const { csrf } = await getSession();
    return call(path, { method: "POST", headers: { "Content-Type": "application/json", "X-Angora-Csrf": csrf ?? "" }, body: JSON.stringify(body) });
  };
  try {
    return await send();
  } catch (error) {
    // A server that was started again has another token.
    if (!(error instanceof ApiError) || error.code !== "forbidden") throw error;
    forgetSession();
    return send();
  }
}

/**
 * Address of a run's part.
 * @param {string} key
 * @param {string} [rest]
 */
export function runPath(key, rest = "") {
  return `runs/${encodeURIComponent(key)}${rest}`;
}

/**
 * Address of a file of a run, for links and pictures.
 * @param {string} key
 * @param {string} path
 */
export function fileUrl(key, path) {
  return `./api/${runPath(key, `/files/${path.split("/").map(encodeURIComponent).join("/")}`)}`;
}
