// Spend: the money of one purse, as it is now. Python writes `figures` and `tables`; this page
// writes `by`, the table that is looked at.

const WAYS = [["quality", "tier"], ["model", "model"], ["day", "day"]];
const PARTS = [["spent", "spent"], ["at_risk", "at risk"], ["held", "held"]];

/** Say everything in one sentence, for who cannot see the bar. */
export function spoken(figures) {
  const parts = PARTS.filter(([name]) => figures[name] && figures[name] !== "$0").map(([name, words]) => `${figures[name]} ${words}`);
  const left = figures.budget ? `${figures.left} left of ${figures.budget}` : "no budget";
  return [...(parts.length ? parts : ["nothing spent"]), left].join(", ");
}

function render({ model, el }) {
  const tied = ties(model);
  const { make, watch, set, signal } = tied;
  const sums = make("dl", { class: "il-sums" });
  const bar = make("div", { class: "il-purse", role: "img" });
  const badge = make("span", { class: "il-badge" }, "simulated money");
  const tabs = make("div", { class: "il-tabs", role: "tablist", "aria-label": "Add up by" }, ...WAYS.map(([name, words]) =>
    make("button", { type: "button", class: "il-tab", role: "tab", "data-name": name, tabindex: "-1", onclick: () => choose(name) }, `by ${words}`)));
  const table = make("table", { class: "il-lines" });
  const root = make("div", { class: "il-live il-spend", "data-lm-suppress-shortcuts": "true" }, make("div", { class: "il-top" }, make("b", {}, "Spend"), badge), sums, bar, tabs, table);

  function choose(name) {
    set({ by: name });
    drawTable();
  }
  function draw() {
    const told = model.get("figures");
    const shown = [...PARTS.filter(([name]) => name === "spent" || told[`${name}_usd`] > 0), ...(told.budget ? [["left", `left of ${told.budget}`]] : [])];
    sums.replaceChildren(...shown.map(([name, words]) => make("div", { class: `il-of-${name}` }, make("dt", {}, words), make("dd", {}, told[name]))));
    bar.setAttribute("aria-label", spoken(told));
    bar.hidden = !told.budget;
    bar.replaceChildren(...PARTS.map(([name]) => {
      const part = make("span", { class: `il-part il-part-${name}` });
      part.style.width = `${100 * told.parts[name]}%`;
      return part;
    }));
    badge.hidden = !told.simulated;
  }
  function drawTable() {
    const by = model.get("by");
    const had = tabs.contains(tabs.getRootNode().activeElement);
    for (const tab of tabs.children) {
      const is = tab.dataset.name === by;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      if (is && had) tab.focus();
    }
    const lines = model.get("tables")[by] ?? [];
    const risky = lines.some((line) => line.at_risk);
    const words = WAYS.find(([name]) => name === by)[1];
    const head = [by === "day" ? "day (UTC)" : words, "pictures", "", "spent", ...(risky ? ["at risk"] : []), "each"];
    table.replaceChildren(
      make("caption", { class: "il-corner" }, `Spent by ${words}`),
      make("thead", {}, make("tr", {}, ...head.map((one) => make(one ? "th" : "td", { scope: one ? "col" : null }, one)))),
      make("tbody", {}, ...lines.map((line) => make("tr", {},
        make("th", { scope: "row" }, line.name),
        make("td", {}, String(line.pictures)),
        make("td", { class: "il-share", "aria-hidden": "true" }, share(line.share, "spent"), share(line.share_at_risk, "at_risk")),
        make("td", {}, line.spent),
        risky ? make("td", {}, line.at_risk) : null,
        make("td", { class: "il-sum" }, line.mean)))),
    );
    if (!lines.length) table.append(make("tbody", {}, make("tr", {}, make("td", { class: "il-sum", colspan: "5" }, "Nothing has been asked for yet."))));
  }
  function share(part, name) {
    const node = make("span", { class: `il-part il-part-${name}` });
    node.style.width = `${100 * part}%`;
    return node;
  }
  root.addEventListener("keydown", (event) => {
    if (belongsToNotebook(event)) return;
    event.stopPropagation();
    const at = [...tabs.children].indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: WAYS.length - 1 }[event.key];
    if (at < 0 || !tabs.children[to]) return;
    event.preventDefault();
    choose(WAYS[to][0]);
  }, { signal });
  watch("change:figures", draw);
  watch("change:tables", drawTable);
  watch("change:by", drawTable);
  draw();
  drawTable();
  settle(el, root);
  return () => {
    tied.end();
    root.remove();
  };
}

export default { render };
