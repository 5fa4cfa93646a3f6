// What the scripts of all views share. Each view's script is this text followed by its own, so
// that every view stays one module without imports; nothing here belongs to one view alone.

const SVG = (path) =>
  `<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="1.7" ` +
  `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;

/** Say how long something will still take. */
export function timeLeft(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 1) return "nearly done";
  if (seconds < 90) return `about ${Math.ceil(seconds)} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}

/** Say what a run that goes on still waits for. */
export function waitingFor({ stopping, seconds_left, limited }) {
  if (stopping) return "finishing what is under way";
  return timeLeft(seconds_left) + (limited ? " at the provider's limit" : "");
}

/** Count in words: "1 picture", "6 pictures". */
export function counted(number) {
  return `${number} picture${number === 1 ? "" : "s"}`;
}

/** Tell whether a key press is the notebook's to have: those with a modifier are. */
export function belongsToNotebook(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** Make an element; keys that start with "on" are listeners that end with the view. */
function maker(signal) {
  return function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value, { signal });
      else if (name === "html") node.innerHTML = value; // only ever an icon from above
      else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value);
    }
    // JupyterLab looks for this on the focused element itself, not on what holds it.
    if (tag === "button" || tag === "a" || tag === "dialog" || "tabindex" in attributes) {
      node.setAttribute("data-lm-suppress-shortcuts", "true");
    }
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  };
}

/** Write parts in a line, with dots between them. */
function dotted(make, parts) {
  return parts.flatMap((part, index) => [
    index ? make("span", { class: "il-dot", "aria-hidden": "true" }, " · ") : null,
    make("span", {}, part),
  ]);
}

/** Keep one object URL per thumbnail, and let go of those that are replaced. */
class Thumbnails {
  #urls = new Map();
  set(position, view) {
    this.drop(position);
    if (!view || !view.byteLength) return;
    this.#urls.set(position, URL.createObjectURL(new Blob([view], { type: "image/webp" })));
  }
  get(position) {
    return this.#urls.get(position);
  }
  drop(position) {
    if (this.#urls.has(position)) URL.revokeObjectURL(this.#urls.get(position));
    this.#urls.delete(position);
  }
  clear() {
    for (const position of [...this.#urls.keys()]) this.drop(position);
  }
}

/** Redraw a picture as PNG, at its own size. */
function asPng(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Listen to a model, and stop listening with one call when the view ends. */
function watcher(model) {
  const watched = [];
  const watch = (event, act) => {
    model.on(event, act);
    watched.push([event, act]);
  };
  watch.end = () => watched.splice(0).forEach(([event, act]) => model.off(event, act));
  return watch;
}

/** Save what was set on a model: at once, and then at most ten times a second. */
export function gently(model, every = 100) {
  let timer = null;
  let again = false;
  const save = () => {
    if (timer) return (again = true);
    model.save_changes();
    timer = setTimeout(() => {
      timer = null;
      if (again) save((again = false));
    }, every);
  };
  save.end = () => {
    clearTimeout(timer);
    if (again) model.save_changes();
    timer = null;
    again = false;
  };
  return save;
}

/** What ties a view to its page and its kernel, and one end to all of it. */
function ties(model) {
  const ending = new AbortController();
  const watch = watcher(model);
  const save = gently(model);
  return {
    make: maker(ending.signal),
    signal: ending.signal,
    watch,
    save,
    set(values) {
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      save();
    },
    end() {
      ending.abort();
      watch.end();
      save.end();
    },
  };
}

/** Put a view into its place; beside other widgets in a row it takes what room there is. */
function settle(el, root) {
  el.append(root);
  // Later, since a widget's own layout is written over it when it is put into its box.
  requestAnimationFrame(() => {
    const item = el.closest(".widget-hbox > *, .jupyter-widget-hbox > *");
    if (item) Object.assign(item.style, { flex: "1 1 auto", minWidth: "0" });
  });
}
