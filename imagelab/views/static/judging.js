// A judge at work: how far it is, what it spent, and what it said last. Python writes `progress`
// and `said`; Stop travels as a message.

/** Write how far a judge is, as parts: the first is the weightiest. */
export function judgingLine(name, progress) {
  const number = progress.pictures ?? 0;
  const done = progress.finished ? `${name}: ${progress.landed} of ${number} questions` : `${name} is at question ${Math.min((progress.landed ?? 0) + 1, number)} of ${number}`;
  return [
    done,
    progress.spent ?? "",
    progress.from_ledger ? `${progress.from_ledger} from the ledger` : "",
    progress.troubled ? `${progress.troubled} without an answer` : "",
    progress.finished ? "" : waitingFor(progress),
  ].filter(Boolean);
}

/** Write what was said of one pair. */
export function verdictLine(said) {
  if (!said.left) return "";
  return said.winner ? `${said.left} or ${said.right}: ${said.winner}` : `${said.left} or ${said.right}: a tie`;
}

function render({ model, el }) {
  const tied = ties(model);
  const { make, watch } = tied;
  const words = make("p", { class: "il-headline" });
  const badge = make("span", { class: "il-badge" }, "simulated judge, real prices");
  const button = make("button", { type: "button", class: "il-stop", onclick: () => model.send({ kind: "stop" }) }, "Stop");
  const bar = make("div", { class: "il-bar", role: "progressbar", "aria-label": "Questions that are answered", "aria-valuemin": "0" }, make("div", { class: "il-fill" }));
  const last = make("div", { class: "il-said", "aria-live": "off" });
  const root = make("div", { class: "il-live il-judging", "data-lm-suppress-shortcuts": "true" }, make("div", { class: "il-head" }, make("div", { class: "il-top" }, words, badge, button), bar), last);

  function draw() {
    const progress = model.get("progress");
    const all = progress.pictures ?? 0;
    words.replaceChildren(...dotted(make, judgingLine(model.get("name"), progress)).filter(Boolean));
    badge.hidden = !progress.simulated;
    bar.hidden = Boolean(progress.finished);
    bar.setAttribute("aria-valuemax", all);
    bar.setAttribute("aria-valuenow", progress.landed ?? 0);
    bar.firstChild.style.width = `${(100 * (progress.landed ?? 0)) / Math.max(1, all)}%`;
    button.hidden = Boolean(progress.finished) || !model.get("can_stop");
    button.disabled = Boolean(progress.stopping);
    button.textContent = progress.stopping ? "Stopping …" : "Stop";
  }
  function drawSaid() {
    const said = model.get("said");
    last.hidden = !said.left;
    last.replaceChildren(make("p", {}, make("b", {}, verdictLine(said))), make("p", { class: "il-why" }, said.reason ?? ""), make("p", { class: "il-why" }, said.prompt ?? ""));
  }
  watch("change:progress", draw);
  watch("change:said", drawSaid);
  draw();
  drawSaid();
  settle(el, root);
  return () => {
    tied.end();
    root.remove();
  };
}

export default { render };
