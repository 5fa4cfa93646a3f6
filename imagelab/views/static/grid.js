// The grid: pictures in rows and columns, prices under them, originals on a click.
//
// Python writes `table`, `totals`, `progress`, one `tile_<position>` and one `picture_<position>`
// per picture; this page writes `selected`. Originals and Stop travel as messages.

const ICONS = {
  failed: SVG('<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.4v.1"/>'),
  refused: SVG('<circle cx="12" cy="12" r="9"/><path d="M5.8 18.2 18.2 5.8"/>'),
  unknown: SVG('<circle cx="12" cy="12" r="9"/><path d="M9.4 9.6a2.7 2.7 0 1 1 3.8 2.4c-.8.4-1.2.9-1.2 1.8M12 16.6v.1"/>'),
  spoilt: SVG('<path d="M4 5h16v6l-3 3-4-4-4 5-3-3-2 2zM4 18l2-2M20 15v4H8"/>'),
  "not asked": SVG('<circle cx="12" cy="12" r="9"/><path d="M8.5 12h7"/>'),
  close: SVG('<path d="M6 6l12 12M18 6 6 18"/>'),
  back: SVG('<path d="M14.5 5.5 8 12l6.5 6.5"/>'),
  on: SVG('<path d="M9.5 5.5 16 12l-6.5 6.5"/>'),
};

const SLOW_MS = 4000; // an original that takes longer comes from a busy kernel, or never

// ---- pure parts ---------------------------------------------------------------------------

/** Write the line above the pictures, as parts: the first is the weightiest. */
export function headline(pictures, totals, progress) {
  const running = progress.pictures !== undefined && !progress.finished;
  if (!running) {
    const shown = totals.shown ?? pictures;
    return [
      shown < pictures ? `${shown} of ${counted(pictures)}` : counted(pictures),
      progress.from_ledger && progress.spent !== totals.all ? `${totals.all || "$0"}, ${progress.spent} now` : totals.all,
      progress.from_ledger ? `${progress.from_ledger} from the ledger` : "",
      progress.troubled ? `${progress.troubled} without a picture` : "",
    ].filter(Boolean);
  }
  const spent = progress.spent ?? "";
  return [
    `${progress.landed} of ${counted(pictures)}`,
    progress.quoted ? `${spent} of ${progress.quoted}` : spent,
    progress.from_ledger ? `${progress.from_ledger} from the ledger` : "",
    progress.troubled ? `${progress.troubled} without a picture` : "",
    progress.stopping ? "finishing what is under way" : timeLeft(progress.seconds_left),
  ].filter(Boolean);
}

/** Order tiles as they are read: by row, then column, then as they stand in their place. */
export function readingOrder(tiles) {
  return [...tiles].sort(
    (a, b) => a.row - b.row || a.column - b.column || a.position - b.position,
  );
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

/** Write the line under an original: price, time, size, what sets it apart. */
export function facts(tile) {
  const size = tile.status === "done" ? `${tile.width} × ${tile.height}` : "";
  const state = tile.status === "done" ? "" : tile.status;
  const note = tile.status === "done" ? tile.note : ""; // other notes stand large above this line
  return [state, tile.price, tile.seconds, size, note].filter(Boolean);
}

/** Say of a picture that is not finished what it is: on its way, or all that came. */
export function begunWords(status, unfinished) {
  if (!unfinished) return "";
  return status === "waiting" ? unfinished : `${status}: unfinished`;
}

/** Tell whether a picture is a document that could run scripts if it were opened as a page. */
export function isDocument(mime) {
  return /^(image\/svg|text\/|application\/xhtml)/.test(mime);
}

/** Write bytes as a data URL: a page that is opened from it belongs to nobody. */
export function dataUrl(bytes, mime) {
  let letters = "";
  const view = new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength);
  for (let at = 0; at < view.length; at += 0x8000) letters += String.fromCharCode(...view.subarray(at, at + 0x8000));
  return `data:${mime};base64,${btoa(letters)}`;
}

// ---- the page -----------------------------------------------------------------------------

/** The original of one picture, over everything else. */
class Lightbox {
  #url = null;
  #blob = null;
  #slow = null;
  position = -1;

  constructor(make, ask, neighbour) {
    this.ask = ask;
    this.neighbour = neighbour;
    this.make = make;
    const button = (word, title, act, html) =>
      make("button", { type: "button", class: "il-tool", title, "aria-label": html ? title : null, onclick: act, ...(html ? { html } : {}) }, ...(html ? [] : [word]));
    this.image = make("img", { class: "il-original", alt: "" });
    this.message = make("p", { class: "il-message", role: "status" });
    this.words = make("p", { class: "il-words" });
    this.facts = make("p", { class: "il-facts" });
    this.save = make("a", { class: "il-tool il-save", title: "Save the picture as it was received" }, "Save");
    this.copy = button("Copy", "Copy the picture", () => this.#copy());
    this.back = button("", "Previous picture", () => this.#go("ArrowLeft"), ICONS.back);
    this.on = button("", "Next picture", () => this.#go("ArrowRight"), ICONS.on);
    this.back.classList.add("il-back");
    this.on.classList.add("il-on");
    const close = button("", "Close", () => this.node.close(), ICONS.close);
    this.stage = make("div", { class: "il-stage", onclick: (event) => event.target === this.stage && this.node.close() }, this.image, this.message);
    this.node = make(
      "dialog",
      { class: "il-box", "aria-label": "Original picture", onclose: () => this.#closed(), onkeydown: (event) => this.#key(event) },
      this.back,
      this.stage,
      this.on,
      make("div", { class: "il-caption" }, make("div", { class: "il-about" }, this.words, this.facts), make("div", { class: "il-tools" }, this.save, this.copy, close)),
    );
  }

  show(tile, thumbnail) {
    this.#free();
    this.position = tile.position;
    this.tile = tile;
    this.words.textContent = tile.alt;
    this.facts.replaceChildren(...dotted(this.make, facts(tile)).filter(Boolean));
    this.image.alt = tile.alt;
    this.image.style.aspectRatio = `${tile.width} / ${tile.height}`;
    this.image.style.setProperty("--il-w", tile.width);
    this.image.style.setProperty("--il-h", tile.height);
    this.image.hidden = !thumbnail;
    if (thumbnail) this.image.src = thumbnail;
    this.node.classList.toggle("il-begun", Boolean(thumbnail && tile.unfinished));
    this.back.disabled = this.neighbour(tile.position, "ArrowLeft") === null;
    this.on.disabled = this.neighbour(tile.position, "ArrowRight") === null;
    if (!this.node.open) this.node.showModal();
    if (tile.status !== "done") return this.#state(thumbnail ? "small" : "none", `${tile.status}${tile.note ? `: ${tile.note}` : ""}`);
    if (!this.ask(tile.position)) return this.#state("small", "");
    this.#state("asked", "");
    this.#slow = setTimeout(() => this.#state("asked", "The kernel is busy or gone; the original comes when it answers."), SLOW_MS);
  }

  /** Take an answer from Python: an original, or why there is none. */
  async take(answer, buffer) {
    if (answer.position !== this.position) return;
    clearTimeout(this.#slow);
    if (answer.error) return this.#state("none", answer.error);
    this.#free();
    // A page opened from a blob's address would be one of the notebook's own: an svg could run scripts there.
    const document = isDocument(answer.mime);
    this.#blob = new Blob([buffer], { type: document ? "application/octet-stream" : answer.mime });
    const url = (this.#url = URL.createObjectURL(this.#blob));
    const shown = document ? dataUrl(buffer, answer.mime) : url;
    const decoded = new Image();
    decoded.src = shown;
    await decoded.decode().catch(() => {});
    if (url !== this.#url) return; // somebody moved on while it was decoded
    if (!decoded.naturalWidth) return this.#state("none", "What is kept is no picture that this browser can show.");
    this.image.src = shown;
    this.image.hidden = false;
    this.save.href = url;
    this.save.download = answer.name;
    this.#state("ready", "");
  }

  #state(state, message) {
    this.node.dataset.state = state;
    this.message.textContent = message;
    this.copy.disabled = state !== "ready";
    this.save.toggleAttribute("aria-disabled", state !== "ready");
  }

  async #copy() {
    const blob = this.#blob;
    try {
      // Clipboards take PNG only: other kinds are redrawn, at full size.
      const png = blob.type === "image/png" ? blob : asPng(this.image);
      await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
      this.copy.textContent = "Copied";
    } catch {
      this.#state("ready", "This browser does not let pages copy pictures. Save it instead.");
    }
  }

  #go(key) {
    const next = this.neighbour(this.position, key);
    if (next !== null) this.onmove(next);
  }

  #key(event) {
    if (belongsToNotebook(event)) return;
    if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") {
      event.preventDefault();
      this.#go(event.key);
    }
  }

  #free() {
    clearTimeout(this.#slow);
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = this.#blob = null;
    this.save.removeAttribute("href");
    this.copy.textContent = "Copy";
  }

  #closed() {
    const from = this.position;
    this.position = -1;
    this.#free();
    this.image.removeAttribute("src");
    this.onclosed?.(from);
  }

  destroy() {
    this.#free();
    if (this.node.open) this.node.close();
  }
}

/** The line above the pictures, with the bar and Stop while a run lasts. */
function header(make, stop) {
  const bar = make("div", { class: "il-bar", role: "progressbar", "aria-label": "Pictures that have come", "aria-valuemin": "0" }, make("div", { class: "il-fill" }));
  const words = make("p", { class: "il-headline" });
  const badge = make("span", { class: "il-badge", title: "No money was spent. The prices are the provider's." });
  const button = make("button", { type: "button", class: "il-stop", onclick: stop }, "Stop");
  const node = make("div", { class: "il-head" }, make("div", { class: "il-top" }, words, badge, button), bar);
  return {
    node,
    draw(table, totals, progress) {
      const running = progress.pictures !== undefined && !progress.finished;
      const all = table.positions.length;
      words.replaceChildren(...dotted(make, [...headline(all, totals, progress), table.common].filter(Boolean)).filter(Boolean));
      badge.hidden = !(totals.simulated || progress.simulated);
      badge.textContent = totals.badge || "simulated pictures, real prices";
      bar.hidden = !running;
      bar.setAttribute("aria-valuemax", all);
      bar.setAttribute("aria-valuenow", progress.landed ?? 0);
      bar.firstChild.style.width = `${(100 * (progress.landed ?? 0)) / Math.max(1, all)}%`;
      button.hidden = !(running && table.stop);
      button.disabled = Boolean(progress.stopping);
      button.textContent = progress.stopping ? "Stopping …" : "Stop";
    },
  };
}

/** One picture with its price, seconds and label. */
function tileNode(make, position, open) {
  const frame = make("span", { class: "il-frame" });
  const button = make("button", { type: "button", class: "il-open", "data-position": position, onclick: () => open(position) }, frame);
  const price = make("span", { class: "il-price" });
  const seconds = make("span", { class: "il-seconds" });
  const label = make("span", { class: "il-label" });
  const note = make("span", { class: "il-note" });
  const unfinished = make("span", { class: "il-unfinished" });
  const node = make("figure", { class: "il-tile" }, button, make("figcaption", {}, make("span", { class: "il-line1" }, price, seconds), label, note));
  return {
    node,
    button,
    draw(tile, url, over) {
      const status = tile.status === "waiting" && over ? "not asked" : tile.status;
      node.dataset.status = status;
      frame.style.aspectRatio = `${tile.width} / ${tile.height}`;
      const begun = url ? tile.unfinished : "";
      node.classList.toggle("il-begun", Boolean(begun));
      unfinished.textContent = begunWords(status, begun);
      const alt = begun ? `${tile.alt}, ${unfinished.textContent}` : tile.alt;
      frame.replaceChildren(...(url ? [make("img", { src: url, alt, draggable: "false" }), begun ? unfinished : ""] : [status === "waiting" ? "" : trouble(make, status, tile)]));
      button.disabled = status === "waiting" || status === "not asked";
      button.setAttribute("aria-label", url && !begun ? `Open ${tile.alt}` : `${alt}: ${status}${tile.note ? `, ${tile.note}` : ""}`);
      price.textContent = tile.price;
      seconds.textContent = tile.seconds;
      label.textContent = tile.label;
      note.textContent = status === "done" ? tile.note : "";
      note.classList.toggle("il-differs", status === "done" && Boolean(tile.differs));
      note.title = note.textContent;
    },
  };
}

function trouble(make, status, tile) {
  return make("span", { class: "il-trouble" }, make("span", { class: "il-icon", html: ICONS[status] ?? ICONS.spoilt }), make("b", {}, status === "done" ? "cannot be shown" : status), make("span", { class: "il-reason", title: tile.note }, tile.note));
}

/** The rows and columns: CSS lays them out, roles say what they are. */
function board(make, table, tiles) {
  const many = table.columns.length > 1 || table.rows.length === 1;
  const columns = table.columns.map((name) =>
    make("div", { class: "il-column", role: "columnheader" }, make("span", { class: "il-name" }, name), make("span", { class: "il-sum" })),
  );
  const rows = table.rows.map((name) =>
    make("div", { class: "il-row", role: "rowheader", title: name }, make("span", { class: "il-name" }, name), make("span", { class: "il-sum" })),
  );
  const ordered = readingOrder(tiles.map(({ position, tile }) => ({ position, ...tile })));
  const body = table.rows.map((_, row) =>
    make("div", { class: "il-band", role: "row" }, rows[row], ...table.columns.map((_, column) =>
      make("div", { class: "il-place", role: "cell" }, ...ordered.filter((tile) => tile.row === row && tile.column === column).map((tile) => tiles.find((one) => one.position === tile.position).node)),
    )),
  );
  const head = make("div", { class: "il-columns", role: "row" }, make("div", { class: "il-corner", role: "columnheader" }, table.row_name), ...columns);
  const node = make("div", { class: "il-table", role: "table", "aria-label": `${table.row_name || "pictures"} down, ${table.column_name || "one column"} across` }, head, ...body);
  node.classList.toggle("il-many", many);
  node.style.setProperty("--il-columns", table.columns.length);
  node.style.setProperty("--il-abreast", table.abreast);
  return {
    node,
    draw(totals) {
      // With one row or one column its sums would only repeat what stands beside them.
      const crossed = table.rows.length > 1 && table.columns.length > 1;
      columns.forEach((one, index) => (one.lastChild.textContent = crossed ? totals.columns[index] : ""));
      rows.forEach((one, index) => (one.lastChild.textContent = table.columns.length > 1 ? totals.rows[index] : ""));
    },
  };
}

function render({ model, el }) {
  const ending = new AbortController();
  const make = maker(ending.signal);
  const watched = [];
  const watch = (event, act) => {
    model.on(event, act);
    watched.push([event, act]);
  };
  const table = model.get("table");
  const thumbnails = new Thumbnails();
  const tileOf = (position) => ({ ...model.get(`tile_${position}`), position });
  const finished = () => Boolean(model.get("progress").finished);
  const openable = () => table.positions.map(tileOf).filter((tile) => tile.status !== "waiting" && tile.status !== "not asked");

  const box = new Lightbox(
    make,
    (position) => {
      if (table.originals) model.send({ kind: "original", position });
      return table.originals;
    },
    (position, key) => step(openable(), position, key),
  );
  const open = (position) => {
    model.set("selected", position);
    model.save_changes();
    box.show(tileOf(position), thumbnails.get(position));
  };
  const tiles = table.positions.map((position) => ({ position, tile: tileOf(position), ...tileNode(make, position, open) }));
  const byPosition = new Map(tiles.map((one) => [one.position, one]));
  box.onmove = open;
  box.onclosed = (position) => byPosition.get(position)?.button.focus({ preventScroll: true });

  const top = header(make, () => model.send({ kind: "stop" }));
  const middle = board(make, table, tiles);
  const root = make(
    "div",
    { class: "il-live", "data-lm-suppress-shortcuts": "true" },
    top.node,
    make("div", { class: "il-scroll" }, middle.node),
    box.node,
  );
  root.classList.toggle("il-run", Boolean(table.run));
  root.classList.toggle("il-tall", table.rows.length > 4 && table.columns.length > 1);

  const drawTile = (position) => byPosition.get(position).draw(tileOf(position), thumbnails.get(position), finished());
  const drawHead = () => {
    top.draw(table, model.get("totals"), model.get("progress"));
    middle.draw(model.get("totals"));
  };
  const drawSelected = () => {
    for (const one of tiles) one.node.classList.toggle("il-selected", one.position === model.get("selected"));
  };
  for (const position of table.positions) {
    thumbnails.set(position, model.get(`picture_${position}`));
    drawTile(position);
    watch(`change:tile_${position}`, () => drawTile(position));
    watch(`change:picture_${position}`, () => {
      thumbnails.set(position, model.get(`picture_${position}`));
      drawTile(position);
    });
  }
  drawHead();
  drawSelected();
  watch("change:totals", drawHead);
  watch("change:selected", drawSelected);
  watch("change:progress", () => {
    drawHead();
    if (finished()) table.positions.forEach(drawTile);
  });
  watch("msg:custom", (message, buffers) => {
    if (message.kind === "original") box.take(message, buffers[0]);
  });
  root.addEventListener(
    "keydown",
    (event) => {
      if (belongsToNotebook(event)) return;
      event.stopPropagation(); // or the notebook takes x for "cut this cell"
      const from = event.target.closest?.(".il-open");
      if (!from) return;
      const next = step(openable(), Number(from.dataset.position), event.key);
      if (next === null) return;
      event.preventDefault();
      byPosition.get(next).button.focus();
    },
    { signal: ending.signal },
  );
  el.append(root);
  return () => {
    ending.abort();
    for (const [event, act] of watched) model.off(event, act);
    box.destroy();
    thumbnails.clear();
    root.remove();
  };
}

export default { render };
