// Arranging: where one chooses what goes where, and how the names of rows are told apart.

const WORD = /\s*(?:[\p{L}\p{N}_'’-]+|[^\s])/gu;
const MOST_CELLS = 250_000; // a table of word pairs larger than this would be felt

/**
 * Tell what sets a text apart from another, word by word: parts that are the same, added or gone.
 *
 * Texts that have next to nothing in common are one added part: their difference says nothing.
 */
export function wordDiff(first, other) {
  const [a, b] = [first.match(WORD) ?? [], other.match(WORD) ?? []];
  const same = (i, j) => a[i].trim() === b[j].trim();
  let head = 0;
  while (head < a.length && head < b.length && same(head, head)) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && same(a.length - 1 - tail, b.length - 1 - tail)) tail += 1;
  const middle = between(a, b, head, tail, same);
  const parts = [...b.slice(0, head).map((word) => ["same", word]), ...middle, ...b.slice(b.length - tail).map((word) => ["same", word])];
  const kept = parts.filter(([kind]) => kind === "same").length;
  if (kept < 0.25 * Math.max(a.length, b.length)) return [["same", other]];
  const merged = [];
  for (const [kind, word] of parts) {
    if (merged.at(-1)?.[0] === kind) merged.at(-1)[1] += word;
    else merged.push([kind, word]);
  }
  return merged;
}

/** The longest common words between a common beginning and a common end. */
function between(a, b, head, tail, same) {
  const [n, m] = [a.length - head - tail, b.length - head - tail];
  const [gone, come] = [a.slice(head, head + n), b.slice(head, head + m)];
  if (!n || !m || n * m > MOST_CELLS) return [...gone.map((word) => ["gone", word]), ...come.map((word) => ["added", word])];
  const best = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let j = m - 1; j >= 0; j -= 1) best[i][j] = same(head + i, head + j) ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
  }
  const parts = [];
  let [i, j] = [0, 0];
  while (i < n || j < m) {
    if (i < n && j < m && same(head + i, head + j)) parts.push(["same", come[j]]), (i += 1), (j += 1);
    else if (i < n && (j === m || best[i + 1][j] >= best[i][j + 1])) parts.push(["gone", gone[i]]), (i += 1);
    else parts.push(["added", come[j]]), (j += 1);
  }
  return parts;
}

/** List what an axis may be: nothing, a factor, or what it is now with one more. */
export function axisChoices(factors, now) {
  const choices = [[], ...factors.map((name) => [name])];
  if (now.length > 1) choices.push(now);
  if (now.length) choices.push(...factors.filter((name) => !now.includes(name)).map((name) => [...now, name]));
  return choices.map((names) => ({ value: JSON.stringify(names), words: names.length ? names.join(" · ") : "nothing" }));
}

/** The line in which one chooses what goes where. */
function arranging(make, set) {
  const choice = (title, act) => make("select", { class: "il-field", "aria-label": title, tabindex: "0", onchange: (event) => act(event.target.value) });
  const labelled = (words, ...fields) => make("label", { class: "il-choice" }, make("span", {}, words), ...fields);
  const axes = ["rows", "columns", "tabs"].map((name) => ({ name, field: choice(name, (value) => set({ [name]: JSON.parse(value) })) }));
  const sort = choice("Sort by", (name) => set({ sort: name && `${backwards() ? "-" : ""}${name}` }));
  const turn = make("button", { type: "button", class: "il-small", title: "Turn the order round", "aria-label": "Largest first", onclick: () => sort.value && set({ sort: `${backwards() ? "" : "-"}${sort.value}` }) }, "↑");
  const backwards = () => turn.getAttribute("aria-pressed") === "true";
  const where = make("input", { type: "search", class: "il-field il-where", "aria-label": "Search", placeholder: "fox quality:high cost>0.05 star", spellcheck: "false", tabindex: "0" });
  let waiting = null;
  where.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => set({ where: where.value }), 250);
  });
  const problem = make("p", { class: "il-problem", role: "alert" });
  const node = make("div", { class: "il-arranging", role: "group", "aria-label": "Arrange" },
    ...axes.map(({ name, field }) => labelled(name, field)), labelled("sort", sort, turn), labelled("search", where), problem);
  return {
    node,
    draw(table, now) {
      for (const { name, field } of axes) {
        fill(make, field, axisChoices([...new Set([...table.factors, ...now[name]])], now[name]), JSON.stringify(now[name]));
      }
      fill(make, sort, [{ value: "", words: "as asked" }, ...table.known.map((name) => ({ value: name, words: name }))], now.sort.replace(/^-/, ""));
      turn.setAttribute("aria-pressed", String(now.sort.startsWith("-")));
      turn.textContent = now.sort.startsWith("-") ? "↓" : "↑";
      turn.disabled = !now.sort;
      if (where.getRootNode().activeElement !== where) where.value = now.where;
      problem.textContent = now.problem;
    },
    end: () => clearTimeout(waiting),
  };
}

/** The tabs, where some factor makes them. */
function tabStrip(make, set) {
  const node = make("div", { class: "il-tabs", role: "tablist", "aria-label": "Tabs" });
  return {
    node,
    draw(table) {
      const had = node.contains(node.getRootNode().activeElement);
      node.hidden = !table.tabs.length;
      node.replaceChildren(...table.tabs.map((name) => make("button", { type: "button", class: "il-tab", role: "tab", "aria-selected": String(name === table.tab), tabindex: name === table.tab ? "0" : "-1", onclick: () => set({ tab: name }) }, name)));
      if (had) node.querySelector('[aria-selected="true"]')?.focus();
    },
    key(event) {
      const buttons = [...node.children];
      const at = buttons.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (at < 0 || !buttons[to]) return;
      event.preventDefault();
      buttons[to].focus();
      buttons[to].click();
    },
  };
}

/** Write the name of a row; of prompts, what sets it apart from the first. */
function rowName(make, name, first, diff) {
  if (!diff) return [name];
  return wordDiff(first, name).map(([kind, words]) => (kind === "same" ? words : make(kind === "gone" ? "del" : "ins", {}, words)));
}
