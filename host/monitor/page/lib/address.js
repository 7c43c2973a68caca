/**
 * The address after `#` holds the page and everything chosen on it:
 * `#/run/ID?x=time&smooth=10`. So a view can be bookmarked, sent and gone back to.
 */

/**
 * @typedef {object} Address
 * @property {string} page first part of the path, `runs` if there is none
 * @property {string[]} path the other parts, decoded
 * @property {URLSearchParams} query
 */

/**
 * @param {string} hash with or without `#`
 * @returns {Address}
 */
export function parse(hash) {
  const [path, query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const parts = path.split("/").filter((part) => part !== "").map(decode);
  return { page: parts[0] ?? "runs", path: parts.slice(1), query: new URLSearchParams(query) };
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * @param {string} page
 * @param {string[]} [path]
 * @param {Record<string, string | number | null | undefined> | URLSearchParams} [query] nulls and empty texts are left out
 * @returns {string}
 */
export function link(page, path = [], query = {}) {
  const parameters = query instanceof URLSearchParams ? query : new URLSearchParams();
  if (!(query instanceof URLSearchParams)) {
    for (const [name, value] of Object.entries(query)) if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  // Readable in an address, and harmless there.
  const text = parameters.toString().replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/");
  return `#/${[page, ...path].map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

/** @returns {Address} */
export function here() {
  return parse(location.hash);
}

/**
 * Changes choices in the address without a new page in the history, and without opening the page
 * again.
 * @param {Record<string, string | number | null | undefined>} changes null or empty removes
 */
export function remember(changes) {
  const { page, path, query } = here();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  history.replaceState(history.state, "", link(page, path, query));
}

/**
 * A list in the query, separated by commas; empty where there is none.
 * @param {URLSearchParams} query
 * @param {string} name
 * @returns {string[]}
 */
export function list(query, name) {
  const text = query.get(name);
  return text ? text.split(",").filter((part) => part !== "") : [];
}
