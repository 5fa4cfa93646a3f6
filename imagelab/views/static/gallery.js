// The gallery: everything in the ledger. Python writes `found` (ids, the newest first), `offered`
// and `problem`; this page writes what is searched for, `selected` and `opened`. Rows, thumbnails,
// originals and notes are asked for by message, as they come into sight.

const PAGE = 600; // so many places are in the page; a button brings as many again

// ---- pure parts ---------------------------------------------------------------------------

/** Say how many there are, and of what. */
export function summary(found, query) {
  const searched = Object.values(query).some(Boolean);
  return searched ? `${counted(found)} found` : counted(found);
}

/** Lay ids out as a flat place, in their order, for the arrow keys. */
export function placed(ids, across) {
  return ids.map((position, order) => ({ position, row: Math.floor(order / across), column: order % across, order }));
}

// ---- the page -----------------------------------------------------------------------------

function searching(make, set) {
  const select = (name) => make("select", { class: "il-field", tabindex: "0", onchange: (event) => set({ [name]: event.target.value }) });
  const day = (name) => make("input", { type: "date", class: "il-field", tabindex: "0", onchange: (event) => set({ [name]: event.target.value }) });
  const labelled = (words, node) => make("label", { class: "il-choice" }, make("span", {}, words), node);
  const prompt = make("input", { type: "search", class: "il-field il-where", placeholder: "prompt or remark", spellcheck: "false", tabindex: "0" });
  let typing = null;
  prompt.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => set({ prompt: prompt.value }), 250);
  });
  const nodes = { model: select("model"), quality: select("quality"), since: day("since"), until: day("until") };
  const star = make("button", { type: "button", class: "il-small il-onlystar", "aria-pressed": "false", onclick: () => set({ star: star.getAttribute("aria-pressed") !== "true" }) }, "★ starred");
  const problem = make("p", { class: "il-problem", role: "alert" });
  const node = make("div", { class: "il-arranging", role: "search", "aria-label": "Search the ledger" },
    labelled("search", prompt), labelled("model", nodes.model), labelled("tier", nodes.quality), labelled("from", nodes.since), labelled("to", nodes.until), star, problem);
  const put = (one, value) => one.getRootNode().activeElement !== one && (one.value = value);
  return {
    node,
    draw(model) {
      const offered = model.get("offered");
      const choices = (values, now) => ["", ...new Set([...values, ...(now ? [now] : [])])].map((value) => ({ value, words: value || "any" }));
      fill(make, nodes.model, choices(offered.models ?? [], model.get("model")), model.get("model"));
      fill(make, nodes.quality, choices(offered.tiers ?? [], model.get("quality")), model.get("quality"));
      put(prompt, model.get("prompt"));
      put(nodes.since, model.get("since"));
      put(nodes.until, model.get("until"));
      star.setAttribute("aria-pressed", String(model.get("star")));
      problem.textContent = model.get("problem");
    },
    end: () => clearTimeout(typing),
  };
}

function render({ model, el }) {
  const tied = ties(model);
  const { make, watch, set, signal } = tied;
  const QUERY = ["prompt", "model", "quality", "since", "until", "star"];
  const rows = new Map();
  let ids = [];
  let shown = PAGE;
  let nodes = new Map();
  let sight = new Sight(null);
  let drawn = new Set();
  let current = null;
  let last = null;

  const supply = new Supply(model, { needed: (id) => sight.has(id) && nodes.has(id), onchange: (id) => drawTile(id) });
  const wanted = gatherer((positions) => model.send({ kind: "rows", positions }));
  const across = () => Math.max(1, getComputedStyle(place).gridTemplateColumns.split(" ").length);
  const openable = () => placed(ids.slice(0, shown), across());
  const box = new Lightbox(make, (position) => (model.send({ kind: "original", position }), true), (position, key) => step(openable(), position, key));
  const tileOf = (id) => ({ status: "waiting", alt: `picture ${id}`, price: "", width: 1024, height: 1024, ...rows.get(id), position: id });
  const open = (id, event) => {
    if (event && (event.shiftKey || event.ctrlKey || event.metaKey)) return pick(id, event);
    goTo(id);
    set({ opened: id });
    if (!rows.has(id)) wanted(id);
    box.show(tileOf(id), supply.get(id));
  };
  const pick = (id, event) => {
    set({ selected: choose(ids, model.get("selected"), id, { range: event?.shiftKey ? last : null }) });
    last = id;
    goTo(id);
    drawSelected();
    if (event?.type === "click") nodes.get(id)?.button.focus({ preventScroll: true });
  };
  const notes = noting(make, model, (id) => nodes.get(id), tileOf);
  const does = {
    open,
    pick,
    ...notes.does,
    facts: (id) => (goTo(id), set({ opened: id }), model.send({ kind: "facts", position: id })),
  };
  box.onmove = open;
  box.onclosed = (id) => nodes.get(id)?.button?.focus({ preventScroll: true });

  const search = searching(make, set);
  const words = make("p", { class: "il-headline", role: "status" });
  const chosen = make("button", { type: "button", class: "il-small il-count", title: "Select nothing", onclick: () => set({ selected: [] }) });
  const place = make("div", { class: "il-shelf", role: "list", "aria-label": "Pictures" });
  const more = make("button", { type: "button", class: "il-small il-moreof", onclick: () => ((shown += PAGE), lay()) });
  const scroll = make("div", { class: "il-scroll" }, place, more);
  const nothing = make("p", { class: "il-nothing" }, "Nothing in the ledger fits.");
  const row = make("section", { class: "il-rowof", "aria-label": "Row of the ledger", tabindex: "-1" });
  row.hidden = true;
  const root = make("div", { class: "il-live il-gallery il-tall il-virtual", "data-lm-suppress-shortcuts": "true" }, make("div", { class: "il-top" }, words, chosen), search.node, row, nothing, scroll, box.node);

  function drawTile(id) {
    const node = nodes.get(id);
    if (!node || !sight.has(id)) return;
    if (!rows.has(id)) wanted(id);
    const tile = tileOf(id);
    const url = supply.get(id, tile.status === "done");
    node.draw({ ...tile, fetching: url === undefined && tile.status === "done" }, url, { chosen: drawn.has(id), current: id === current });
    node.node.classList.toggle("il-selected", id === model.get("opened"));
  }
  function goTo(id) {
    nodes.get(current)?.current(false);
    current = id;
    nodes.get(current)?.current(true);
  }
  function focus(id) {
    const node = nodes.get(id);
    node.node.scrollIntoView({ block: "nearest" });
    if (!node.filled) node.draw(tileOf(id), supply.get(id));
    goTo(id);
    node.button.focus();
  }
  /** Lay out what was found; tiles that are there already stay. */
  function lay() {
    ids = model.get("found");
    const inPage = ids.slice(0, shown);
    const before = nodes;
    sight.end();
    sight = new Sight(scroll, drawTile, (id, height) => nodes.get(id)?.empty(height));
    nodes = new Map(inPage.map((id) => [id, before.get(id) ?? tileNode(make, id, does)]));
    if (!nodes.has(current)) current = inPage[0] ?? null;
    for (const [id, node] of nodes) {
      node.node.setAttribute("role", "listitem");
      node.shape(tileOf(id));
    }
    place.replaceChildren(...[...nodes.values()].map((one) => one.node));
    for (const node of nodes.values()) sight.watch(node.node);
    more.hidden = ids.length <= shown;
    more.textContent = `Show ${Math.min(PAGE, ids.length - shown)} more of ${ids.length}`;
    nothing.hidden = ids.length > 0;
    drawWords();
  }
  const drawWords = () => (words.textContent = summary(ids.length, Object.fromEntries(QUERY.map((name) => [name, model.get(name)]))));
  function drawSelected() {
    const before = drawn;
    drawn = new Set(model.get("selected"));
    for (const id of new Set([...before, ...drawn])) drawTile(id);
    chosen.hidden = !drawn.size;
    chosen.textContent = `${drawn.size} selected ✕`;
  }
  /** Show the row behind a picture, and the Python that asks for it. */
  function drawRow({ position, facts, code }) {
    const leave = () => {
      row.hidden = true;
      nodes.get(position)?.button?.focus();
    };
    row.replaceChildren(
      make("div", { class: "il-rowtop" }, make("b", {}, `Row ${position}`), make("button", { type: "button", class: "il-small", "aria-label": "Close the row", onclick: leave }, "Close")),
      make("dl", { class: "il-facts-of" }, ...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
      make("pre", { class: "il-python", tabindex: "0", "aria-label": "The Python that asks for it" }, code),
    );
    row.hidden = false;
    row.onkeydown = (event) => event.key === "Escape" && leave();
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  for (const name of [...QUERY, "offered", "problem"]) watch(`change:${name}`, () => search.draw(model));
  watch("change:found", lay);
  watch("change:selected", drawSelected);
  watch("change:opened", () => [model.previous?.("opened"), model.get("opened")].forEach((id) => drawTile(id)));
  watch("msg:custom", (message, buffers) => {
    if (message.kind === "original") box.take(message, buffers[0]);
    if (message.kind === "thumbnails") supply.take(message.positions, buffers);
    if (message.kind === "code" && nodes.has(message.position)) copied(make, nodes.get(message.position), message, () => notes.close(message.position));
    if (message.kind === "facts") drawRow(message);
    if (message.kind === "rows") {
      for (const one of message.rows) {
        rows.set(one.position, one);
        nodes.get(one.position)?.shape(tileOf(one.position));
        drawTile(one.position);
        if (box.position === one.position) box.show(tileOf(one.position), supply.get(one.position));
      }
    }
  });
  const KEYS = { " ": pick, s: does.star, n: does.note, c: does.copy, i: does.facts };
  root.addEventListener("keydown", (event) => {
    if (belongsToNotebook(event)) return;
    event.stopPropagation();
    const asking = event.key === "Escape" && event.target.closest?.(".il-panel");
    if (asking) return notes.close(Number(asking.closest(".il-tile").dataset.position));
    const from = event.target.closest?.(".il-open, .il-act");
    if (!from || event.defaultPrevented) return;
    if (from.matches(".il-act") && (event.key === " " || event.key === "Enter")) return;
    const id = Number(from.closest(".il-tile").dataset.position);
    if (event.key === "Escape" && drawn.size) set({ selected: [] });
    else if (KEYS[event.key]) KEYS[event.key](id, event);
    else {
      const next = step(openable(), id, event.key);
      if (next === null) return;
      if (event.shiftKey) pick(next, { shiftKey: true });
      focus(next);
    }
    event.preventDefault();
  }, { signal });
  root.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target.closest?.(".il-open")) event.preventDefault();
  }, { signal });
  root.addEventListener("focusin", (event) => {
    const at = event.target.closest?.(".il-tile")?.dataset.position;
    if (at !== undefined && Number(at) !== current) goTo(Number(at));
  }, { signal });
  search.draw(model);
  settle(el, root);
  lay();
  drawSelected();
  return () => {
    tied.end();
    search.end();
    wanted.end();
    sight.end();
    box.destroy();
    supply.clear();
    root.remove();
  };
}

export default { render };
