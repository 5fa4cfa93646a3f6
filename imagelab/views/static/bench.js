// The bench: a prompt pad with its price, Generate and Stop, and what came of every press.
//
// Python writes `choices`, `quote`, `problem`, `progress`, `along` and `history`; this page writes
// the settings and `opened`. Presses, notes, pictures and thumbnails travel as messages.

// ---- pure parts ---------------------------------------------------------------------------

/** Keep a value that a model takes too; else take what is nearest to its usual. */
export function fitting(value, offered) {
  if (offered.includes(value) || !offered.length) return value;
  return offered.includes("medium") && ["high", "xhigh", "max"].includes(value) ? offered.filter((one) => one !== "auto").at(-1) : offered[0];
}

/** Say how a press goes, as parts. */
export function pressed(progress) {
  if (progress.pictures === undefined) return [];
  if (progress.finished) return [];
  return [`${progress.landed ?? 0} of ${counted(progress.pictures)}`, waitingFor(progress)].filter(Boolean);
}

// ---- the page -----------------------------------------------------------------------------

const TYPING_MS = 200;

function pad(make, set, press, stop, along) {
  const field = (name, title, node) => [name, make("label", { class: `il-choice il-of-${name}` }, make("span", {}, title), node), node];
  const select = (name) => make("select", { class: "il-field", tabindex: "0", onchange: (event) => set({ [name]: event.target.value }) });
  const prompt = make("textarea", { class: "il-field il-prompt", rows: "3", "aria-label": "Prompt", placeholder: "What the picture shows", tabindex: "0" });
  const list = `il-sizes-${Math.random().toString(36).slice(2)}`;
  const sizes = make("datalist", { id: list });
  const size = make("input", { class: "il-field", list, size: "10", spellcheck: "false", tabindex: "0" });
  const samples = make("input", { class: "il-field", type: "number", min: "1", max: "10", tabindex: "0" });
  const partials = make("input", { class: "il-field", type: "number", min: "0", max: "3", title: "Unfinished pictures on the way; each costs some tokens", tabindex: "0" });
  const fields = [field("model", "model", select("model")), field("quality", "tier", select("quality")), field("size", "size", size), field("background", "background", select("background")), field("samples", "samples", samples), field("partial_images", "previews", partials)];
  const nodes = Object.fromEntries(fields.map(([name, , node]) => [name, node]));
  let typing = null;
  const later = (values) => {
    clearTimeout(typing);
    typing = setTimeout(() => set(values()), TYPING_MS);
  };
  const typed = () => ({ prompt: prompt.value, size: size.value.trim(), samples: Math.max(1, Math.min(10, Math.round(Number(samples.value)) || 1)), partial_images: Math.max(0, Math.min(3, Math.round(Number(partials.value)) || 0)) });
  for (const node of [prompt, size, samples, partials]) node.addEventListener("input", () => later(typed));
  const go = () => {
    clearTimeout(typing);
    set(typed());
    press();
  };
  const button = make("button", { type: "button", class: "il-small il-yes il-go", title: "Generate (Ctrl+Enter in the prompt)", onclick: go }, "Generate");
  const halt = make("button", { type: "button", class: "il-stop", onclick: stop }, "Stop");
  const quote = make("output", { class: "il-price il-quote", "aria-label": "What it will cost", role: "status" });
  const how = make("span", { class: "il-headline", role: "status" });
  const bar = make("div", { class: "il-bar", role: "progressbar", "aria-label": "Pictures that have come", "aria-valuemin": "0" }, make("div", { class: "il-fill" }));
  const problem = make("p", { class: "il-problem", role: "alert" });
  prompt.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation(); // or the notebook runs the cell
    if (!button.disabled) go();
  });
  const node = make("div", { class: "il-pad" }, prompt, along, sizes, make("div", { class: "il-padline" }, ...fields.map(([, label]) => label)), make("div", { class: "il-padline" }, button, halt, quote, how), bar, problem);
  const put = (one, value) => one.getRootNode().activeElement !== one && (one.value = value);
  return {
    node,
    prompt,
    draw(model) {
      const choices = model.get("choices");
      const chosen = choices.find((one) => one.id === model.get("model"));
      const offer = (name, values) => fill(make, nodes[name], values.map((one) => ({ value: one, words: one || "as it likes" })), model.get(name));
      const with_ = (value, values) => (values.includes(value) ? values : [...values, value]);
      offer("model", with_(model.get("model"), choices.map((one) => one.id)));
      offer("quality", with_(model.get("quality"), chosen?.tiers ?? []));
      offer("background", with_(model.get("background"), ["", ...(chosen?.backgrounds ?? [])]));
      sizes.replaceChildren(...(chosen?.sizes ?? []).map((one) => make("option", { value: one })));
      put(prompt, model.get("prompt"));
      put(size, model.get("size"));
      put(samples, model.get("samples"));
      put(partials, model.get("partial_images"));
    },
    tell(model) {
      const progress = model.get("progress");
      const running = progress.pictures !== undefined && !progress.finished;
      const price = model.get("quote");
      quote.textContent = price;
      problem.textContent = model.get("problem");
      button.disabled = running || !price;
      button.textContent = price && !running ? "Generate" : running ? "Asking …" : "Generate";
      halt.hidden = bar.hidden = !running;
      halt.disabled = Boolean(progress.stopping);
      how.replaceChildren(...dotted(make, pressed(progress)).filter(Boolean));
      bar.setAttribute("aria-valuemax", progress.pictures ?? 1);
      bar.setAttribute("aria-valuenow", progress.landed ?? 0);
      bar.firstChild.style.width = `${(100 * (progress.landed ?? 0)) / Math.max(1, progress.pictures ?? 1)}%`;
    },
    end: () => clearTimeout(typing),
  };
}

function render({ model, el }) {
  const tied = ties(model);
  const { make, watch, save, signal } = tied;
  const set = (values) => {
    if ("model" in values) {
      const chosen = model.get("choices").find((one) => one.id === values.model);
      if (chosen) values = { ...values, quality: fitting(model.get("quality"), chosen.tiers), size: chosen.free ? model.get("size") : fitting(model.get("size"), chosen.sizes) };
    }
    tied.set(values);
  };
  let tiles = new Map();
  let nodes = new Map();
  let current = null;

  const supply = new Supply(model, { onchange: (number) => drawTile(number) });
  const openable = () => [...tiles.values()].filter((tile) => tile.status !== "waiting").map((tile, order) => ({ ...tile, position: tile.number, row: 0, column: 0, order }));
  const box = new Lightbox(make, (position) => (model.send({ kind: "original", position }), true), (position, key) => step(openable(), position, key));
  const open = (number) => {
    goTo(number);
    set({ opened: number });
    box.show({ ...tiles.get(number), position: number }, supply.get(number));
  };
  const notes = noting(make, model, (number) => nodes.get(number), (number) => tiles.get(number));
  const does = {
    open,
    ...notes.does,
    refer: (number) => model.send({ kind: "refer", position: number }),
    reuse: (number) => {
      const { samples: _, ...settings } = tiles.get(number).settings;
      model.send({ kind: "reuse", position: number });
      form.end(); // what was still being typed is not meant any more
      tied.set(settings);
      form.draw(model); // what was typed and not yet told has changed nothing that would tell it
      form.prompt.focus();
    },
  };
  box.onmove = open;
  box.onclosed = (number) => nodes.get(number)?.button?.focus({ preventScroll: true });

  const root = make("div", { class: "il-live il-benchtop", "data-lm-suppress-shortcuts": "true" });
  const along = goingAlong(make, model, root, signal);
  // The settings go first: what is pressed is what is seen.
  const form = pad(make, set, () => (save.end(), model.save_changes(), model.send({ kind: "generate" })), () => model.send({ kind: "stop" }), along.node);
  const latest = make("div", { class: "il-latest", role: "list", "aria-label": "The latest press" });
  const earlier = make("div", { class: "il-earlier", role: "list", "aria-label": "Earlier" });
  const title = make("p", { class: "il-headline" }, "Earlier");
  root.append(form.node, latest, title, earlier, box.node);

  function drawTile(number) {
    const node = nodes.get(number);
    const tile = tiles.get(number);
    if (!node || !tile) return;
    const url = supply.get(number, tile.status === "done" || tile.partial);
    node.draw({ ...tile, fetching: url === undefined && tile.status === "done" }, url, { current: number === current });
    node.node.classList.toggle("il-partial", Boolean(tile.partial));
  }
  function goTo(number) {
    nodes.get(current)?.current(false);
    current = number;
    nodes.get(current)?.current(true);
  }
  function draw() {
    const history = model.get("history");
    tiles = new Map(history.map((one) => [one.number, one]));
    for (const number of nodes.keys()) if (!tiles.has(number)) nodes.delete(number);
    for (const one of history) if (!nodes.has(one.number)) nodes.set(one.number, tileNode(make, one.number, does));
    if (!tiles.has(current)) current = history[0]?.number ?? null;
    const place = (where, shown) => {
      const wanted = shown.map((one) => nodes.get(one.number).node);
      wanted.forEach((node) => node.setAttribute("role", "listitem"));
      if (wanted.length !== where.children.length || wanted.some((node, at) => node !== where.children[at])) where.replaceChildren(...wanted);
    };
    place(latest, history.filter((one) => one.latest).reverse());
    place(earlier, history.filter((one) => !one.latest));
    title.hidden = !earlier.children.length;
    history.forEach((one) => drawTile(one.number));
  }

  for (const name of ["prompt", "model", "quality", "size", "background", "samples", "partial_images", "choices"]) watch(`change:${name}`, () => form.draw(model));
  for (const name of ["quote", "problem", "progress"]) watch(`change:${name}`, () => form.tell(model));
  watch("change:history", draw);
  watch("change:along", along.draw);
  watch("msg:custom", (message, buffers) => {
    if (message.kind === "taken") along.taken(message.id);
    if (message.kind === "original") box.take(message, buffers[0]);
    if (message.kind === "thumbnails") supply.take(message.positions, buffers);
    if (message.kind === "code" && nodes.has(message.position)) copied(make, nodes.get(message.position), message, () => notes.close(message.position));
  });
  const KEYS = { s: does.star, n: does.note, c: does.copy, u: does.reuse, e: does.refer };
  root.addEventListener("keydown", (event) => {
    if (belongsToNotebook(event)) return;
    event.stopPropagation();
    const asking = event.key === "Escape" && event.target.closest?.(".il-panel");
    if (asking) return notes.close(Number(asking.closest(".il-tile").dataset.position));
    const from = event.target.closest?.(".il-open, .il-act");
    if (!from || event.defaultPrevented) return;
    const number = Number(from.closest(".il-tile").dataset.position);
    const next = step(openable(), number, event.key);
    if (KEYS[event.key]) KEYS[event.key](number);
    else if (next !== null) (goTo(next), nodes.get(next).button.focus());
    else return;
    event.preventDefault();
  }, { signal });
  form.draw(model);
  form.tell(model);
  along.draw();
  draw();
  settle(el, root);
  return () => {
    form.end();
    along.end();
    tied.end();
    box.destroy();
    supply.clear();
    root.remove();
  };
}

export default { render };
