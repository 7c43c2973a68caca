/**
 * Elements without markup: text from runs only ever becomes text nodes.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, any>} Attributes `on…` are listeners; `dataset` and `style` take objects;
 *   booleans set or leave out; the rest are attributes.
 */

/**
 * @param {Element} element
 * @param {Attributes} attributes
 */
function apply(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.classList.add(...String(value).split(" ").filter(Boolean));
    else if (name === "dataset") Object.assign(/** @type {HTMLElement} */ (element).dataset, value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) /** @type {HTMLElement} */ (element).style.setProperty(key, String(text));
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, String(value));
  }
}

/**
 * An HTML element.
 * @param {string} tag name, with classes after dots: `div.row.spread`
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {any} the element; `any`, since each tag has properties of its own
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(" ");
  apply(element, attributes);
  put(element, ...children);
  return element;
}

/**
 * An SVG element.
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  apply(element, attributes);
  put(element, ...children);
  return element;
}

/**
 * Appends children.
 * @param {Element | DocumentFragment} parent
 * @param {...(Child | Child[])} children
 */
export function put(parent, ...children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * Replaces everything below an element.
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren();
  put(parent, ...children);
}

/**
 * Sets text only where it differs, so that selections survive.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Calls after a pause in the calls.
 * @template {any[]} A
 * @param {(...args: A) => void} run
 * @param {number} pause ms
 * @returns {(...args: A) => void}
 */
export function debounce(run, pause) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => run(...args), pause);
  };
}

/**
 * Calls soon, and again only after a pause, however often it is asked.
 * @param {() => void} run
 * @param {number} pause ms
 * @returns {() => void}
 */
export function throttle(run, pause) {
  let timer = 0;
  return () => {
    timer ||= window.setTimeout(() => {
      timer = 0;
      run();
    }, pause);
  };
}

/**
 * Calls `see` when an element comes near the visible part, and with false when it leaves.
 * @param {Element} element
 * @param {(visible: boolean) => void} see
 * @returns {() => void} stops watching
 */
export function watchVisible(element, see) {
  const observer = new IntersectionObserver((entries) => see(entries[entries.length - 1].isIntersecting), { rootMargin: "200px" });
  observer.observe(element);
  return () => observer.disconnect();
}
