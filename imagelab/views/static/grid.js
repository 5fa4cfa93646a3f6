// The grid: pictures in rows and columns, prices under them, originals on a click.
//
// Python writes `table`, `totals`, `progress`, `problem`, one `tile_<position>` per picture and a
// `picture_<position>` for those that travel with the view; this page writes how they are to be
// arranged, `selected` and `opened`. Originals, notes, new takes and Stop travel as messages.

// ---- pure parts ---------------------------------------------------------------------------

/** Write the line above the pictures, as parts: the first is the weightiest. */
export function headline(pictures, totals, progress) {
  const running = progress.pictures !== undefined && !progress.finished;
  if (!running) {
    const shown = totals.shown ?? pictures;
    return [
      shown < pictures ? `${shown} of ${counted(pictures)}` : counted(pictures),
      totals.all,
      fromLedger(progress),
      progress.troubled ? `${progress.troubled} without a picture` : "",
    ].filter(Boolean);
  }
  const spent = progress.spent ?? "";
  return [
    `${progress.landed} of ${counted(pictures)}`,
    progress.quoted ? `${spent} of ${progress.quoted}` : spent,
    fromLedger(progress),
    progress.troubled ? `${progress.troubled} without a picture` : "",
    waitingFor(progress),
  ].filter(Boolean);
}

/** Say what needed no asking, and what it would have cost. */
function fromLedger({ from_ledger, saved }) {
  if (!from_ledger) return "";
  return `${from_ledger} from the ledger${saved ? `, saved ${saved}` : ""}`;
}

// ---- the page -----------------------------------------------------------------------------

/** The line above the pictures, with the bar and Stop while a run lasts. */
function header(make, stop, ...more) {
  const bar = make("div", { class: "il-bar", role: "progressbar", "aria-label": "Pictures that have come", "aria-valuemin": "0" }, make("div", { class: "il-fill" }));
  const words = make("p", { class: "il-headline" });
  const badge = make("span", { class: "il-badge", title: "No money was spent. The prices are the provider's." });
  const button = make("button", { type: "button", class: "il-stop", onclick: stop }, "Stop");
  const node = make("div", { class: "il-head" }, make("div", { class: "il-top" }, words, badge, make("div", { class: "il-headtools" }, ...more, button)), bar);
  return {
    node,
    draw(table, totals, progress, can) {
      const running = progress.pictures !== undefined && !progress.finished;
      const all = running ? table.everything : table.positions.length;
      words.replaceChildren(...dotted(make, [...headline(all, totals, progress), table.common].filter(Boolean)).filter(Boolean));
      badge.hidden = !(totals.simulated || progress.simulated);
      badge.textContent = totals.badge || "simulated pictures, real prices";
      bar.hidden = !running;
      bar.setAttribute("aria-valuemax", all);
      bar.setAttribute("aria-valuenow", progress.landed ?? 0);
      bar.firstChild.style.width = `${(100 * (progress.landed ?? 0)) / Math.max(1, all)}%`;
      button.hidden = !(running && can.stop);
      button.disabled = Boolean(progress.stopping);
      button.textContent = progress.stopping ? "Stopping …" : "Stop";
    },
  };
}

/** The rows and columns: CSS lays them out, roles say what they are. */
function board(make, table, tiles, nodes, diff) {
  const many = table.columns.length > 1 || table.rows.length === 1;
  const flat = table.columns.length === 1 && table.rows.length === 1 && table.abreast > 6;
  const columns = table.columns.map((name) =>
    make("div", { class: "il-column", role: "columnheader" }, make("span", { class: "il-name" }, name), make("span", { class: "il-sum" })),
  );
  const rows = table.rows.map((name, index) =>
    make("div", { class: "il-row", role: "rowheader", title: name, "aria-label": name }, make("span", { class: "il-name" }, ...rowName(make, name, table.rows[0], diff && index > 0)), make("span", { class: "il-sum" })),
  );
  const places = new Map();
  for (const tile of readingOrder(tiles)) {
    const at = `${tile.row} ${tile.column}`;
    places.set(at, [...(places.get(at) ?? []), nodes.get(tile.position).node]);
  }
  const body = table.rows.map((_, row) =>
    make("div", { class: "il-band", role: "row" }, rows[row], make("div", { class: "il-places", role: "presentation" }, ...table.columns.map((_, column) =>
      make("div", { class: "il-place", role: "cell" }, ...(places.get(`${row} ${column}`) ?? [])),
    ))),
  );
  const head = make("div", { class: "il-columns", role: "row" }, make("div", { class: "il-corner", role: "columnheader" }, table.row_name), ...columns);
  const node = make("div", { class: "il-table", role: "table", "aria-label": `${table.row_name || "pictures"} down, ${table.column_name || "one column"} across` }, head, ...body);
  node.classList.toggle("il-many", many);
  node.classList.toggle("il-flat", flat);
  node.style.setProperty("--il-columns", table.columns.length);
  node.style.setProperty("--il-abreast", flat ? 1 : table.abreast);
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

const NO_TILES = "No picture fits this search.";

function render({ model, el }) {
  const tied = ties(model);
  const { make, watch, set, signal } = tied;
  const can = model.get("can");
  const finished = () => Boolean(model.get("progress").finished);
  let table, tiles, nodes, sight, middle, drawn;
  let current = null;
  let last = null;
  let diff = true;

  const tileOf = (position) => ({ ...tiles.get(position), ...model.get(`tile_${position}`), position });
  const openable = () => table.positions.map(tileOf).filter((tile) => tile.status !== "waiting" && tile.status !== "not asked");
  const supply = new Supply(model, { needed: (position) => Boolean(sight?.has(position)) && nodes.has(position), onchange: (position) => drawTile(position) });

  const box = new Lightbox(
    make,
    (position) => {
      if (can.originals) model.send({ kind: "original", position });
      return can.originals;
    },
    (position, key) => step(openable(), position, key),
  );
  const open = (position, event) => {
    if (event && (event.shiftKey || event.ctrlKey || event.metaKey)) return pick(position, event);
    goTo(position);
    set({ opened: position });
    box.show(tileOf(position), supply.get(position));
  };
  const pick = (position, event) => {
    const chosen = choose(table.positions, model.get("selected"), position, { range: event?.shiftKey ? last : null });
    last = position;
    goTo(position);
    set({ selected: chosen });
    drawSelected();
    // JupyterLab keeps a press with Shift from giving the focus.
    if (event?.type === "click") nodes.get(position).button.focus({ preventScroll: true });
  };
  const notes = noting(make, model, (position) => nodes.get(position), tileOf);
  const again = (position) => {
    nodes.get(position).ask(make("p", { class: "il-quoting", role: "status" }, "Quoting …"));
    model.send({ kind: "quote", position });
  };
  const does = { open, pick, ...(can.act ? { ...notes.does, again } : {}) };
  box.onmove = open;
  box.onclosed = (position) => nodes.get(position)?.button?.focus({ preventScroll: true });

  const arrange = arranging(make, set);
  const tabs = tabStrip(make, set);
  const more = make("button", { type: "button", class: "il-small il-more", "aria-expanded": "false", onclick: () => showArranging(arrange.node.hidden) }, "Arrange");
  const changes = make("button", { type: "button", class: "il-small il-diff", title: "Show what sets each prompt apart from the first", "aria-pressed": "true", onclick: () => {
    diff = !diff;
    changes.setAttribute("aria-pressed", String(diff));
    lay();
  } }, "Differences");
  const chosen = make("button", { type: "button", class: "il-small il-count", title: "Select nothing", onclick: () => set({ selected: [] }) });
  const top = header(make, () => model.send({ kind: "stop" }), chosen, changes, more);
  const nothing = make("p", { class: "il-nothing", role: "status" }, NO_TILES);
  const scroll = make("div", { class: "il-scroll" });
  const root = make("div", { class: "il-live", "data-lm-suppress-shortcuts": "true" }, top.node, arrange.node, tabs.node, nothing, scroll, box.node);
  root.classList.toggle("il-run", Boolean(can.run));

  function showArranging(on) {
    arrange.node.hidden = !on;
    more.setAttribute("aria-expanded", String(on));
  }

  function drawTile(position) {
    const node = nodes.get(position);
    if (!node || !sight.has(position)) return;
    const tile = tileOf(position);
    const url = supply.get(position, tile.status === "done" && can.thumbnails);
    tile.fetching = url === undefined && can.thumbnails && model.get(`picture_${position}`) === undefined;
    node.draw(tile, url, { over: finished(), chosen: drawn.has(position), current: position === current });
  }

  /** Make one tile the one that Tab reaches. */
  function goTo(position) {
    nodes.get(current)?.current(false);
    current = position;
    nodes.get(current)?.current(true);
  }

  function focus(position) {
    const node = nodes.get(position);
    node.node.scrollIntoView({ block: "nearest" });
    if (!node.filled) node.draw(tileOf(position), supply.get(position), { over: finished() });
    goTo(position);
    node.button.focus();
  }

  /** Lay everything out as `table` says; thumbnails that are here stay. */
  function lay() {
    const held = root.contains(root.getRootNode().activeElement) && root.getRootNode().activeElement.closest?.(".il-tile");
    sight?.end();
    table = model.get("table");
    tiles = new Map(table.positions.map((position, order) => [position, { order, row: table.row_of[order], column: table.column_of[order], label: table.labels[order] }]));
    nodes = new Map(table.positions.map((position) => [position, tileNode(make, position, does)]));
    drawn = new Set(model.get("selected"));
    if (!nodes.has(current)) current = openable()[0]?.position ?? table.positions[0] ?? null;
    root.classList.toggle("il-tall", (table.rows.length > 4 && table.columns.length > 1) || table.positions.length > 40);
    const virtual = table.positions.length > FEW;
    root.classList.toggle("il-virtual", virtual);
    sight = new Sight(virtual ? scroll : null, drawTile, (position, height) => nodes.get(position)?.empty(height));
    const all = table.positions.map(tileOf);
    for (const tile of all) nodes.get(tile.position).shape(tile);
    middle = board(make, table, all, nodes, diff && table.prompts);
    scroll.replaceChildren(middle.node);
    requestAnimationFrame(() => root.style.setProperty("--il-head", `${middle.node.firstChild.offsetHeight}px`));
    nothing.hidden = table.positions.length > 0;
    changes.hidden = !table.prompts;
    for (const position of table.positions) {
      if (virtual) sight.watch(nodes.get(position).node);
      else drawTile(position);
    }
    tabs.draw(table);
    drawChoices();
    drawHead();
    if (held && nodes.has(current)) focus(current);
  }

  function drawChoices() {
    const now = Object.fromEntries(["rows", "columns", "tabs", "sort", "where", "problem"].map((name) => [name, model.get(name)]));
    arrange.draw(table, now);
    if (now.sort || now.where || now.tabs.length) showArranging(true);
  }
  function drawHead() {
    top.draw(table, model.get("totals"), model.get("progress"), can);
    middle.draw(model.get("totals"));
    more.hidden = table.everything < 2;
  }
  function drawSelected() {
    const before = drawn;
    drawn = new Set(model.get("selected"));
    for (const position of new Set([...before, ...drawn])) drawTile(position);
    chosen.hidden = !drawn.size;
    chosen.textContent = `${drawn.size} selected ✕`;
  }
  function drawOpened() {
    for (const one of nodes.values()) one.node.classList.toggle("il-selected", one.position === model.get("opened"));
  }

  showArranging(false);
  lay();
  drawSelected();
  drawOpened();
  for (const position of can.positions) {
    watch(`change:tile_${position}`, () => drawTile(position));
    watch(`change:picture_${position}`, () => drawTile(position));
  }
  watch("change:table", () => {
    lay();
    drawOpened();
  });
  for (const name of ["rows", "columns", "tabs", "sort", "where", "problem"]) watch(`change:${name}`, drawChoices);
  watch("change:totals", drawHead);
  watch("change:selected", drawSelected);
  watch("change:opened", drawOpened);
  watch("change:progress", () => {
    drawHead();
    if (finished()) table.positions.forEach(drawTile);
  });
  watch("msg:custom", (message, buffers) => {
    const node = nodes.get(message.position);
    if (message.kind === "original") box.take(message, buffers[0]);
    if (message.kind === "thumbnails") supply.take(message.positions, buffers);
    if (message.kind === "quote" && node?.asks) sure(node, message);
    if (message.kind === "code" && node) copied(make, node, message, () => notes.close(message.position));
  });

  /** Ask once more, with the price, before money is spent. */
  function sure(node, { position, words, error }) {
    if (error) return node.ask(make("p", { class: "il-problem", role: "alert" }, error));
    const yes = make("button", { type: "button", class: "il-small il-yes", onclick: () => {
      notes.close(position);
      model.send({ kind: "again", position });
    } }, `Ask for ${words}`);
    node.ask(make("div", { class: "il-formline", role: "group", "aria-label": "A new take" }, yes, make("button", { type: "button", class: "il-small", onclick: () => notes.close(position) }, "Cancel")));
    yes.focus();
  }

  const KEYS = { " ": pick, s: notes.does.star, n: notes.does.note, r: again, c: notes.does.copy };
  root.addEventListener(
    "keydown",
    (event) => {
      if (belongsToNotebook(event)) return;
      event.stopPropagation(); // or the notebook takes x for "cut this cell"
      tabs.key(event);
      const asking = event.key === "Escape" && event.target.closest?.(".il-panel");
      if (asking) return notes.close(Number(asking.closest(".il-tile").dataset.position));
      const from = event.target.closest?.(".il-open, .il-act");
      if (!from || event.defaultPrevented) return;
      if (from.matches(".il-act") && (event.key === " " || event.key === "Enter")) return;
      const position = Number(from.closest(".il-tile").dataset.position);
      const act = KEYS[event.key] ?? (event.key === "a" ? () => set({ selected: openable().map((tile) => tile.position) }) : null);
      if (event.key === "Escape" && drawn.size) set({ selected: [] });
      else if (act && (event.key === " " || event.key === "a" || can.act)) act(position, event);
      else {
        const next = step(openable(), position, event.key);
        if (next === null) return;
        if (event.shiftKey) pick(next, { shiftKey: true });
        focus(next);
      }
      event.preventDefault();
    },
    { signal },
  );
  root.addEventListener("focusin", (event) => {
    const at = event.target.closest?.(".il-tile")?.dataset.position;
    if (at !== undefined && Number(at) !== current) goTo(Number(at));
  }, { signal });
  root.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target.closest?.(".il-open")) event.preventDefault(); // Space selects, Enter opens
  }, { signal });
  settle(el, root);
  return () => {
    tied.end();
    arrange.end();
    sight.end();
    box.destroy();
    supply.clear();
    root.remove();
  };
}

export default { render };
