// The duel: two pictures, nothing that tells which is which, one key for the better one.
//
// Python writes `standing` and `rule`; this page writes no trait. Pictures come as messages, one
// pair at a time, and are held by nothing but this page; votes go the same way.

const SLOW_MS = 4000; // a turn that takes longer waits for a busy kernel, or for one that is gone
const ZOOM = 2.6;
const KEYS = {
  ArrowLeft: "left", ArrowRight: "right", ArrowDown: "tie", t: "tie", s: "skip", u: "undo", Backspace: "undo", z: "zoom",
};

// ---- pure parts ---------------------------------------------------------------------------

/** Say what a key does, or null. */
export function meaning(key) {
  return KEYS[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

/** Say how far it is, as parts of a line. */
export function progress(standing) {
  const votes = `${standing.own} ${standing.own === 1 ? "vote" : "votes"} of yours`;
  const others = standing.votes > standing.own ? `${standing.votes} with those of others` : "";
  const left = standing.unseen ? `${standing.unseen} ${standing.unseen === 1 ? "pair" : "pairs"} not seen yet` : "every pair seen";
  const gone = standing.gone ? `${counted(standing.gone)} cannot be shown and ${standing.gone === 1 ? "is" : "are"} left out` : "";
  return [votes, others, left, gone].filter(Boolean);
}

/** Say how sure it is already; a guess of what is missing only once there is something to go by. */
export function sureness(standing) {
  const sure = standing.settled ? "settled" : `${Math.floor(100 * standing.sure)} % sure`;
  if (standing.settled || standing.votes < 10 || standing.to_go === null) return sure;
  if (standing.to_go >= standing.unseen) return `${sure} · the pairs left may not settle it`;
  return `${sure} · about ${standing.to_go} more`;
}

/** Say why there is no next pair. */
export function ending(standing) {
  if (standing.settled) return "It is settled: more votes would hardly change the verdict.";
  if (standing.own) return "You have seen every pair. It is not settled; another rater's votes would help.";
  return "There is no pair to show.";
}

/** Find where in a picture a pointer is, in per cent, kept inside. */
export function spot(box, x, y) {
  const part = (value, from, size) => Math.min(100, Math.max(0, (100 * (value - from)) / Math.max(1, size)));
  return [part(x, box.left, box.width), part(y, box.top, box.height)];
}

// ---- the page -----------------------------------------------------------------------------

/** The two pictures: held alike, looked at closely alike. */
class Pair {
  #urls = [];

  constructor(make, root) {
    this.images = ["Left picture", "Right picture"].map((alt) => make("img", { alt, draggable: "false" }));
    const frames = this.images.map((image) =>
      make("div", { class: "il-side", onpointerdown: (event) => this.#press(event), onpointermove: (event) => this.#move(event), onpointerup: () => this.release(), onpointercancel: () => this.release(), onlostpointercapture: () => this.release() }, image),
    );
    this.root = root;
    this.node = make("div", { class: "il-pair" }, ...frames);
  }

  async show(buffers) {
    this.clear();
    const urls = (this.#urls = buffers.map((data) => URL.createObjectURL(new Blob([data], { type: "image/jpeg" }))));
    this.images.forEach((image, at) => (image.src = urls[at]));
    await Promise.all(this.images.map((image) => image.decode().catch(() => {})));
    return urls === this.#urls; // false where another pair has come meanwhile
  }

  look(across = 50, down = 50) {
    this.node.classList.add("il-close");
    for (const image of this.images) {
      image.style.transformOrigin = `${across}% ${down}%`;
      image.style.transform = `scale(${ZOOM})`;
    }
  }

  release() {
    this.node.classList.remove("il-close");
    for (const image of this.images) image.style.transform = "";
  }

  clear() {
    this.release();
    for (const url of this.#urls) URL.revokeObjectURL(url);
    this.#urls = [];
    for (const image of this.images) image.removeAttribute("src");
  }

  #press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.root().focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    this.look(...spot(event.currentTarget.getBoundingClientRect(), event.clientX, event.clientY));
  }

  #move(event) {
    if (!this.node.classList.contains("il-close") || !event.buttons) return;
    this.look(...spot(event.currentTarget.getBoundingClientRect(), event.clientX, event.clientY));
  }
}

/** The line under the pictures: how far, how sure, and the mark where it stops. */
function gauge(make) {
  const words = make("p", { class: "il-soft il-far" });
  const sure = make("p", { class: "il-sure" });
  const fill = make("div", { class: "il-level" });
  const bar = make("div", { class: "il-meter", role: "progressbar", "aria-label": "How sure already", "aria-valuemin": "0", "aria-valuemax": "100" }, fill, make("div", { class: "il-mark", title: "It stops here: 95 % sure" }));
  return {
    node: make("div", { class: "il-gauge" }, make("div", { class: "il-split" }, words, sure), bar),
    draw(standing) {
      words.replaceChildren(...dotted(make, progress(standing)).filter(Boolean));
      sure.textContent = sureness(standing);
      const percent = standing.settled ? 100 : Math.floor(100 * standing.sure);
      fill.style.width = `${percent}%`;
      bar.setAttribute("aria-valuenow", percent);
    },
  };
}

function keyed(make, word, key, title, act) {
  return make("button", { type: "button", class: "il-key", title, onclick: act }, make("kbd", { "aria-hidden": "true" }, key), word);
}

function render({ model, el }) {
  const tied = ties(model);
  const { make, watch, signal } = tied;
  const standing = () => model.get("standing");
  let turn = null; // the number of the turn on the screen, null while none may be voted on
  let held = null; // the same while an answer is awaited
  let began = 0;
  let slow = null;

  const say = make("p", { class: "il-said", role: "status" });
  const ask = (message) => {
    held = turn;
    turn = null;
    root.classList.add("il-waiting");
    clearTimeout(slow);
    slow = setTimeout(() => (say.textContent = "The kernel is busy or gone; the next pair comes when it answers."), SLOW_MS);
    model.send(message);
  };
  const vote = (winner) => {
    if (turn !== null) ask({ kind: "vote", turn, winner, seconds: (performance.now() - began) / 1000 });
  };
  const undo = () => {
    if (standing().own && !root.classList.contains("il-waiting")) ask({ kind: "undo" });
  };
  const stage = (name) => (root.dataset.stage = name);

  // before the first pair
  const start = make("button", { type: "button", class: "il-go", onclick: () => (root.focus({ preventScroll: true }), ask({ kind: "ready" })) }, "Start");
  const rules = make(
    "div",
    { class: "il-panel il-start" },
    make("p", {}, "Two pictures at a time, of one prompt. Say which is better; nothing here tells which is which. Every vote is kept at once."),
    make("p", { class: "il-soft" }, model.get("rule")),
    start,
  );

  // two pictures
  const pair = new Pair(make, () => root);
  const prompt = make("p", { class: "il-prompt", dir: "auto" });
  const undoing = keyed(make, "Undo", "U", "Take the last vote back (U or Backspace)", undo);
  const keys = make(
    "div",
    { class: "il-buttons" },
    keyed(make, "Left", "←", "The left picture is better (arrow left)", () => vote("left")),
    keyed(make, "Tie", "↓", "Both are as good (arrow down, or T)", () => vote("tie")),
    keyed(make, "Right", "→", "The right picture is better (arrow right)", () => vote("right")),
    make("span", { class: "il-gap" }),
    keyed(make, "Skip", "S", "Say nothing of this pair (S)", () => vote("skip")),
    undoing,
  );
  const hint = make("p", { class: "il-soft il-hint" }, "Hold a picture, or Z, to look closer at both.");
  const arena = make("div", { class: "il-arena" }, prompt, pair.node, keys, hint);

  // after the last pair
  const why = make("p", { class: "il-why" });
  const on = make("button", { type: "button", class: "il-key", onclick: () => (root.focus({ preventScroll: true }), ask({ kind: "on" })) }, "Vote on");
  const verdict = make("button", { type: "button", class: "il-go", onclick: () => ask({ kind: "verdict" }) }, "Show the verdict");
  const back = keyed(make, "Undo", "U", "Take the last vote back (U or Backspace)", undo);
  const told = make("div", { class: "il-told" });
  const end = make("div", { class: "il-panel il-end" }, why, make("div", { class: "il-buttons" }, verdict, on, back), told);
  let chart = null;
  const forget = () => {
    if (chart) URL.revokeObjectURL(chart);
    chart = null;
    told.replaceChildren();
  };

  const measure = gauge(make);
  const question = make("p", { class: "il-question" }, "Which picture is better?");
  const who = make("span", { class: "il-who" });
  const root = make(
    "div",
    { class: "il-live il-duel", tabindex: "0", role: "group", "aria-label": "Blind vote", "data-stage": "start" },
    make("div", { class: "il-split il-front" }, question, who),
    rules,
    arena,
    end,
    say,
    measure.node,
  );

  const draw = () => {
    const now = standing();
    measure.draw(now);
    who.textContent = `rater: ${now.rater}`;
    start.textContent = now.own ? "Go on" : "Start";
    undoing.disabled = back.disabled = !now.own;
    on.hidden = !now.unseen;
    why.textContent = ending(now);
    verdict.hidden = !now.votes;
  };
  const answered = () => {
    clearTimeout(slow);
    say.textContent = "";
    root.classList.remove("il-waiting");
  };
  const acts = {
    async turn(message, buffers) {
      forget();
      prompt.textContent = message.prompt;
      stage("arena");
      if (!(await pair.show(buffers))) return;
      answered();
      turn = message.turn;
      began = performance.now();
    },
    end() {
      answered();
      pair.clear();
      forget();
      stage("end");
      (verdict.hidden ? root : verdict).focus({ preventScroll: true });
    },
    verdict(message, buffers) {
      answered();
      forget();
      const words = make("div", { class: "il-verdict" });
      words.innerHTML = message.html; // escaped where it is written, in Python
      told.append(words);
      if (buffers.length) {
        chart = URL.createObjectURL(new Blob([buffers[0]], { type: "image/png" }));
        told.append(make("img", { class: "il-chart", src: chart, alt: "Win rates with their intervals; the table has the numbers" }));
      }
    },
    trouble(message) {
      answered();
      say.textContent = message.words;
      turn = held; // what was not kept may be said again
    },
  };

  watch("change:standing", draw);
  watch("msg:custom", (message, buffers) => acts[message.kind]?.(message, buffers ?? []));
  root.addEventListener(
    "keydown",
    (event) => {
      if (belongsToNotebook(event)) return;
      event.stopPropagation(); // or the notebook takes x for "cut this cell"
      const does = meaning(event.key);
      if (!does || root.dataset.stage === "start") return;
      event.preventDefault();
      if (event.repeat) return;
      if (does === "zoom") pair.look();
      else if (does === "undo") undo();
      else vote(does);
    },
    { signal },
  );
  root.addEventListener("keyup", (event) => meaning(event.key) === "zoom" && pair.release(), { signal });
  root.addEventListener("blur", () => pair.release(), { signal });
  draw();
  settle(el, root);
  return () => {
    tied.end();
    clearTimeout(slow);
    pair.clear();
    forget();
    root.remove();
  };
}

export default { render };
