// Tiles: pictures with what is written under them, for every view that shows many. Of very many
// only those near the screen are in the page, and their thumbnails are asked for as they come.

const TILE_ICONS = {
  failed: SVG('<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.4v.1"/>'),
  refused: SVG('<circle cx="12" cy="12" r="9"/><path d="M5.8 18.2 18.2 5.8"/>'),
  unknown: SVG('<circle cx="12" cy="12" r="9"/><path d="M9.4 9.6a2.7 2.7 0 1 1 3.8 2.4c-.8.4-1.2.9-1.2 1.8M12 16.6v.1"/>'),
  spoilt: SVG('<path d="M4 5h16v6l-3 3-4-4-4 5-3-3-2 2zM4 18l2-2M20 15v4H8"/>'),
  "not asked": SVG('<circle cx="12" cy="12" r="9"/><path d="M8.5 12h7"/>'),
  star: SVG('<path d="m12 3.6 2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z"/>'),
  note: SVG('<path d="M5 19.5 6 15 16.2 4.8a1.8 1.8 0 0 1 2.6 0l.4.4a1.8 1.8 0 0 1 0 2.6L9 18z"/>'),
  again: SVG('<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9M19.5 4v5h-5"/>'),
  code: SVG('<path d="m8.5 7-5 5 5 5M15.5 7l5 5-5 5"/>'),
  facts: SVG('<circle cx="12" cy="12" r="9"/><path d="M12 11v5.2M12 7.6v.1"/>'),
  reuse: SVG('<path d="M9 14.5 4 9.5l5-5M4.5 9.5H14a6 6 0 0 1 0 12h-3"/>'),
  refer: SVG('<path d="M12 5v14M5 12h14"/>'),
  tick: SVG('<path d="m5.5 12.5 4.2 4.2L18.5 7.5"/>'),
};

const FEW = 96; // so many tiles are drawn at once; of more only what is near the screen
const NEAR = "500px";
const KEPT = 400; // thumbnails that may be far from the screen

/** Leave only the newest of what is kept: names in the order of their use, oldest first. */
export function tooMany(names, most, needed) {
  const spare = names.filter((name) => !needed(name));
  return spare.slice(0, Math.max(0, names.length - most));
}

/** Toggle one of several, or take all from the last one to this one; in the order of `all`. */
export function choose(all, chosen, position, { range = null, only = false } = {}) {
  if (only) return chosen.length === 1 && chosen[0] === position ? [] : [position];
  if (range !== null && range !== position) {
    const [from, to] = [all.indexOf(range), all.indexOf(position)].sort((a, b) => a - b);
    if (from >= 0) return all.filter((one, at) => chosen.includes(one) || (at >= from && at <= to));
  }
  const next = new Set(chosen);
  next.has(position) ? next.delete(position) : next.add(position);
  return all.filter((one) => next.has(one));
}

/** Order tiles as they are read: by row, then column, then as they stand in their place. */
export function readingOrder(tiles) {
  return [...tiles].sort((a, b) => a.row - b.row || a.column - b.column || (a.order ?? a.position) - (b.order ?? b.position));
}

/** Find where an arrow key leads from a tile: sideways in reading order, up and down in a column. */
export function step(tiles, position, key) {
  const ordered = readingOrder(tiles);
  const at = ordered.findIndex((tile) => tile.position === position);
  if (at < 0) return null;
  if (key === "ArrowRight") return ordered[at + 1]?.position ?? null;
  if (key === "ArrowLeft") return ordered[at - 1]?.position ?? null;
  if (key === "Home") return ordered[0].position;
  if (key === "End") return ordered[ordered.length - 1].position;
  const here = ordered[at];
  const rank = (tile) =>
    ordered
      .filter((one) => one.row === tile.row && one.column === tile.column)
      .findIndex((one) => one.position === tile.position);
  const sign = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!sign) return null;
  const column = ordered.filter(
    (tile) => tile.column === here.column && (tile.row - here.row) * sign > 0,
  );
  if (!column.length) return null;
  const row = sign > 0 ? column[0].row : column[column.length - 1].row;
  const places = column.filter((tile) => tile.row === row);
  return places[Math.min(rank(here), places.length - 1)].position;
}

/** Thumbnails by position: some travel with the model, the others are asked for when needed. */
class Supply {
  #shown = new Thumbnails();
  #asked = new Set();
  #queue = new Set();
  #timer = null;
  #used = new Map();
  #travelled = new Map(); // what the model held when its address was made

  constructor(model, { needed = () => true, onchange = () => {} } = {}) {
    this.model = model;
    this.needed = needed;
    this.onchange = onchange;
  }

  /** Give a thumbnail's address; one that is not here is asked for, and told of when it comes. */
  get(position, wanted = true) {
    const travelled = this.model.get(`picture_${position}`);
    if (travelled !== undefined) {
      if (travelled !== this.#travelled.get(position)) this.#shown.set(position, travelled);
      this.#travelled.set(position, travelled);
      return this.#shown.get(position);
    }
    const there = this.#shown.get(position);
    if (there) {
      if (this.#used.delete(position)) this.#used.set(position, true);
      return there;
    }
    if (wanted && !this.#asked.has(position)) {
      this.#queue.add(position);
      this.#timer ??= setTimeout(() => this.#ask(), 100); // at most ten questions a second
    }
    return undefined;
  }

  /** Take what has come; an empty one says that there is none to show. */
  take(positions, buffers) {
    positions.forEach((position, at) => {
      this.#asked.add(position);
      this.#queue.delete(position);
      this.#shown.set(position, buffers[at]);
      this.#used.delete(position);
      if (buffers[at]?.byteLength) this.#used.set(position, true);
      this.onchange(position);
    });
    for (const position of tooMany([...this.#used.keys()], KEPT, this.needed)) this.forget(position);
  }

  /** Let go of one: it is read or asked for anew when it is needed again. */
  forget(position) {
    this.#shown.drop(position);
    this.#used.delete(position);
    this.#asked.delete(position);
  }

  #ask() {
    this.#timer = null;
    const positions = [...this.#queue].filter((position) => this.needed(position)).slice(0, 32);
    this.#queue.clear();
    positions.forEach((position) => this.#asked.add(position));
    if (positions.length) this.model.send({ kind: "thumbnails", positions });
  }

  clear() {
    clearTimeout(this.#timer);
    this.#shown.clear();
  }
}

/** Gather what is asked for one by one into a question, at most ten of them a second. */
export function gatherer(ask, every = 100) {
  const asked = new Set();
  let waiting = new Set();
  let timer = null;
  const want = (position) => {
    if (asked.has(position)) return;
    asked.add(position);
    waiting.add(position);
    timer ??= setTimeout(() => {
      timer = null;
      const all = [...waiting];
      waiting = new Set();
      for (let from = 0; from < all.length; from += 64) ask(all.slice(from, from + 64));
    }, every);
  };
  want.end = () => clearTimeout(timer);
  return want;
}

/** Fill what comes near the screen, and empty what goes far from it. */
class Sight {
  #watcher = null;
  #near = new Set();

  constructor(root, fill, empty) {
    if (!root) return;
    const margins = { root, rootMargin: `${NEAR} 0px`, scrollMargin: `${NEAR} 0px` };
    this.#watcher = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting, boundingClientRect } of seen) {
        const position = Number(target.dataset.position);
        if (isIntersecting === this.#near.has(position)) continue;
        isIntersecting ? this.#near.add(position) : this.#near.delete(position);
        isIntersecting ? fill(position) : empty(position, boundingClientRect.height);
      }
    }, margins);
  }
  watch(node) {
    this.#watcher?.observe(node);
  }
  has(position) {
    return !this.#watcher || this.#near.has(position);
  }
  end() {
    this.#watcher?.disconnect();
    this.#near.clear();
  }
}

function trouble(make, status, tile) {
  return make("span", { class: "il-trouble" }, make("span", { class: "il-icon", html: TILE_ICONS[status] ?? TILE_ICONS.spoilt }), make("b", {}, status === "done" ? "cannot be shown" : status), make("span", { class: "il-reason", title: tile.note }, tile.note));
}

/**
 * One picture with its price, its facts and what can be done about it.
 *
 * `does` is what the view does: open, pick, star, note, refer, reuse, copy, again; those it lacks have
 * no button. The tile is an empty frame of the right shape until it is filled.
 */
function tileNode(make, position, does) {
  const node = make("figure", { class: "il-tile", "data-position": position });
  const frame = make("span", { class: "il-frame" });
  let parts = null;

  const act = (name, title, key, run) =>
    make("button", { type: "button", class: `il-act il-act-${name}`, title: `${title} (${key})`, "aria-label": title, tabindex: "-1", onclick: run, html: TILE_ICONS[name] });

  function build() {
    const button = make("button", { type: "button", class: "il-open", "data-position": position, tabindex: "-1", onclick: (event) => does.open(position, event) }, frame);
    const price = make("span", { class: "il-price" });
    const seconds = make("span", { class: "il-seconds" });
    const label = make("span", { class: "il-label" });
    const details = make("span", { class: "il-details" });
    const note = make("span", { class: "il-note" });
    const remark = make("span", { class: "il-remark" });
    const panel = make("div", { class: "il-panel" });
    const pick = does.pick && make("button", { type: "button", class: "il-act il-pick", role: "checkbox", title: "Select (Space)", tabindex: "-1", onclick: (event) => does.pick(position, event), html: TILE_ICONS.tick });
    const star = does.star && act("star", "Star", "s", () => does.star(position));
    const acts = make("div", { class: "il-acts" }, pick, make("span", { class: "il-space" }), star,
      does.note && act("note", "Write a note", "n", () => does.note(position)),
      does.refer && act("refer", "Edit it: have it go along", "e", () => does.refer(position)),
      does.reuse && act("reuse", "Take these settings", "u", () => does.reuse(position)),
      does.facts && act("facts", "Show its row", "i", () => does.facts(position)),
      does.copy && act("code", "Copy the Python", "c", () => does.copy(position)),
      does.again && act("again", "Ask for a new take", "r", () => does.again(position)));
    parts = { button, price, seconds, label, details, note, remark, panel, pick, star, acts };
    node.replaceChildren(
      make("div", { class: "il-hold" }, button, acts),
      make("figcaption", {}, make("span", { class: "il-line1" }, price, seconds), label, details, note, remark, panel),
    );
  }

  return {
    node,
    position,
    get filled() {
      return parts !== null;
    },
    get button() {
      return parts?.button;
    },
    shape(tile) {
      frame.style.aspectRatio = `${tile.width} / ${tile.height}`;
      if (!parts && !node.firstChild) node.append(frame);
      node.classList.toggle("il-empty", !parts);
    },
    empty(height) {
      if (!parts || node.contains(node.getRootNode().activeElement)) return; // the focus stays where it is
      node.style.minHeight = `${height}px`; // what follows shall not jump
      node.classList.add("il-empty");
      frame.replaceChildren();
      node.replaceChildren(frame);
      parts = null;
    },
    draw(tile, url, { over = false, chosen = false, current = false } = {}) {
      if (!parts) build();
      node.style.minHeight = "";
      node.classList.remove("il-empty");
      const { button, price, seconds, label, details, note, remark, pick, star, acts } = parts;
      const status = tile.status === "waiting" && over ? "not asked" : tile.status;
      node.dataset.status = status;
      node.classList.toggle("il-asking", Boolean(tile.asking));
      node.classList.toggle("il-chosen", chosen);
      frame.style.aspectRatio = `${tile.width} / ${tile.height}`;
      const begun = url ? tile.unfinished : "";
      node.classList.toggle("il-begun", Boolean(begun));
      const unfinished = begunWords(status, begun);
      const alt = begun ? `${tile.alt}, ${unfinished}` : tile.alt;
      const image = frame.querySelector("img");
      if (url && (image?.src !== url || image?.alt !== alt)) {
        frame.replaceChildren(make("img", { src: url, alt, draggable: "false" }), begun ? make("span", { class: "il-unfinished" }, unfinished) : "");
      } else if (!url) {
        frame.replaceChildren( status === "waiting" || (status === "done" && url === undefined && tile.fetching) ? "" : trouble(make, status, tile));
      }
      button.disabled = status === "waiting" || status === "not asked";
      button.setAttribute("aria-label", (url || tile.fetching) && !begun ? `Open ${tile.alt}` : `${alt}: ${status}${tile.note ? `, ${tile.note}` : ""}`);
      price.textContent = tile.price;
      seconds.textContent = tile.seconds ?? "";
      label.textContent = tile.label ?? "";
      const said = tile.details ?? [];
      details.replaceChildren(...said.flatMap((one, at) => [make("span", {}, at < said.length - 1 ? `${one} ·` : one), " "]));
      note.textContent = tile.problem || (status === "done" ? tile.note : "");
      note.title = note.textContent;
      note.classList.toggle("il-problem", Boolean(tile.problem));
      note.classList.toggle("il-differs", status === "done" && Boolean(tile.differs) && !tile.problem);
      if (tile.problem) note.setAttribute("role", "alert");
      else note.removeAttribute("role");
      remark.textContent = tile.remark ? `“${tile.remark}”` : "";
      acts.hidden = status === "waiting" || status === "not asked";
      if (pick) pick.setAttribute("aria-checked", String(chosen));
      if (pick) pick.setAttribute("aria-label", `Select ${tile.alt}`);
      if (star) {
        star.classList.toggle("il-starred", Boolean(tile.star));
        star.setAttribute("aria-pressed", String(Boolean(tile.star)));
      }
      this.current(current);
    },
    /** Only one tile is reached by Tab, with its buttons; arrows lead to the others. */
    current(is) {
      if (!parts) return;
      for (const one of [parts.button, ...parts.acts.querySelectorAll("button")]) one.tabIndex = is ? 0 : -1;
    },
    /** Show something in the tile until it is closed: a question, a line to write in. */
    ask(...children) {
      if (!parts) return;
      parts.panel.replaceChildren(...children);
    },
    calm() {
      parts?.panel.replaceChildren();
    },
    get asks() {
      return Boolean(parts?.panel.firstChild);
    },
  };
}

/** Put words on the clipboard, and say so in the tile; where a page may not, show them instead. */
async function copied(make, node, { words, error }, close) {
  try {
    if (error) throw new Error(error);
    await navigator.clipboard.writeText(words);
    node.ask(make("p", { class: "il-quoting", role: "status" }, "Copied"));
    setTimeout(() => node.calm(), 1500);
  } catch {
    const text = make("textarea", { class: "il-field", readonly: "", rows: "3", "aria-label": "The Python that made it", tabindex: "0" });
    text.value = error ?? words;
    node.ask(text, make("button", { type: "button", class: "il-small", onclick: close }, "Close"));
    text.select();
  }
}

/** A line to write a note in: Enter keeps it, Escape does not. */
function noteForm(make, text, keep, leave) {
  const field = make("textarea", { class: "il-field", rows: "2", "aria-label": "Note", placeholder: "What you think of it", maxlength: "10000", tabindex: "0" });
  field.value = text;
  const form = make("div", { class: "il-form" }, field, make("div", { class: "il-formline" },
    make("button", { type: "button", class: "il-small", onclick: () => keep(field.value.trim()) }, "Keep"),
    make("button", { type: "button", class: "il-small", onclick: leave }, "Cancel")));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && !event.shiftKey && event.target === field) keep(field.value.trim());
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { node: form, focus: () => field.focus() };
}

/** What may be told of any tile: a star, a note; and its code, which may be copied. */
function noting(make, model, nodeOf, tileOf) {
  const tell = (position, change) => {
    const { star, remark } = { ...tileOf(position), ...change };
    model.send({ kind: "note", position, star, remark });
  };
  const close = (position) => {
    nodeOf(position)?.calm();
    nodeOf(position)?.button?.focus();
  };
  const note = (position) => {
    const keep = (remark) => (tell(position, { remark }), close(position));
    const form = noteForm(make, tileOf(position).remark ?? "", keep, () => close(position));
    nodeOf(position).ask(form.node);
    form.focus();
  };
  const star = (position) => tell(position, { star: !tileOf(position).star });
  const copy = (position) => model.send({ kind: "code", position });
  return { close, does: { star, note, copy } };
}

/** Offer choices in a select. */
function fill(make, field, choices, value) {
  field.replaceChildren(...choices.map((one) => make("option", { value: one.value }, one.words)));
  field.value = value;
}
