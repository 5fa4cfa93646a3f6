// What the views share that look closely at a few pictures: Zoom, Wipe and MaskPad.
//
// Python writes `pictures`, which tells about them, and one `small_<number>` per picture, which
// stands in until the original comes. Originals travel as messages, and are let go of again.

const LATE_MS = 4000; // an original that takes longer comes from a busy kernel, or never
const NOT_FOR_NOTEBOOKS = "data-lm-suppress-shortcuts"; // what JupyterLab and Notebook 7 look for
const PACE_MS = 100; // Python hears of a moving hand ten times a second at most

// ---- pure parts ---------------------------------------------------------------------------

/** Keep a number between two others. */
export function clamp(number, least, most) {
  return Math.min(most, Math.max(least, number));
}

/** Do something at most once in so many milliseconds; the last call is never lost. */
export function paced(act, milliseconds = PACE_MS, wait = setTimeout) {
  let resting = true;
  let wanted = false;
  const rest = () => {
    resting = true;
    if (wanted) call();
  };
  const call = () => {
    wanted = !resting;
    if (wanted) return;
    resting = false;
    act();
    wait(rest, milliseconds);
  };
  /** Do at once what still waits. */
  call.now = () => {
    if (wanted) act();
    wanted = false;
  };
  return call;
}

/** Write a level as a percentage, as short as it is exact enough. */
export function percent(level) {
  const hundreds = 100 * level;
  return `${hundreds >= 10 || hundreds === 0 ? Math.round(hundreds) : hundreds.toFixed(1)} %`;
}

/** Say what a picture is called: "low · $0.011". */
export function called({ label, price }) {
  return [label, price].filter(Boolean).join(" · ");
}

/** Tell whether keys are meant for what has the focus: a slider or a list uses arrows itself. */
export function ownsKeys(target, key) {
  const tag = target?.tagName;
  if (tag === "INPUT" || tag === "SELECT") return /^(Arrow|Page|Home|End)/.test(key);
  return tag === "BUTTON" && (key === " " || key === "Enter");
}

// ---- the page -----------------------------------------------------------------------------

/** A view's frame: its root, its ties to Python, and one end to all of them. */
function frame(model, el, name, label) {
  const ending = new AbortController();
  const make = maker(ending.signal);
  const endings = [];
  const root = make("div", { class: `il-live il-look il-look-${name}`, role: "group", "aria-label": label });
  let chosen = {};
  // The model is set only as it is saved: an echo of what was saved before would undo the rest.
  const save = paced(() => {
    for (const [trait, value] of Object.entries(chosen)) model.set(trait, value);
    chosen = {};
    model.save_changes();
  });
  const onEnd = (act) => endings.push(act);
  const watch = (event, act) => {
    model.on(event, act);
    onEnd(() => model.off(event, act));
  };
  onEnd(() => save.now());
  el.append(root);
  return {
    make,
    root,
    watch,
    onEnd,
    signal: ending.signal,
    /** Choose values; Python hears of them ten times a second at most. */
    tell(values) {
      // Last chosen, last set: a step of a mask is there before the number that points at it.
      for (const trait of Object.keys(values)) delete chosen[trait];
      Object.assign(chosen, values);
      save();
    },
    /** Have keys pressed in the view; what `act` takes goes no further, and plain keys never do. */
    keys(act, isOurs = (event) => !belongsToNotebook(event)) {
      const mark = (event) => {
        // Some notebooks hear keys before the view does, and leave those alone whose target says
        // so. It says so of the view's own keys only, or Ctrl+S would save nothing.
        if (!root.contains(event.target)) return;
        if (isOurs(event)) event.target.setAttribute(NOT_FOR_NOTEBOOKS, "true");
        else event.target.removeAttribute(NOT_FOR_NOTEBOOKS);
      };
      const hear = (event) => {
        if (isOurs(event)) event.stopPropagation(); // or x cuts the notebook's cell
        if (ownsKeys(event.target, event.key) || !act(event)) return;
        event.stopPropagation();
        event.preventDefault();
      };
      window.addEventListener("keydown", mark, { signal: ending.signal, capture: true });
      root.addEventListener("keydown", hear, { signal: ending.signal });
    },
    end() {
      for (const act of endings.reverse()) act();
      ending.abort();
      root.remove();
    },
  };
}

/** A slider that tells its value in words. */
function slider(make, { label, least, most, step, words, onmove }) {
  const told = make("span", { class: "il-told", "aria-hidden": "true" });
  const name = make("span", {}, label);
  const input = make("input", {
    type: "range", min: least, max: most, step, "aria-label": label,
    oninput: () => onmove(Number(input.value)),
  });
  return {
    node: make("label", { class: "il-slider" }, name, input, told),
    input,
    draw(value) {
      input.value = value;
      told.textContent = words(value);
      input.setAttribute("aria-valuetext", words(value));
    },
  };
}

/** Originals of a view's pictures: asked for when wanted, let go of when not. */
class Originals {
  #model;
  #thumbnails = new Thumbnails();
  #slots;
  #change;

  /** `change(number)` is called whenever what there is to show of a picture changes. */
  constructor(view, model, change) {
    this.#model = model;
    this.#change = change;
    this.#slots = model.get("pictures").map(() => ({ state: "small", url: null, timer: null, message: "" }));
    this.#slots.forEach((_, number) => this.#thumbnails.set(number, model.get(`small_${number}`)));
    view.watch("msg:custom", (message, buffers) => {
      if (message.kind === "original") this.#take(message, buffers[0]);
    });
    view.onEnd(() => {
      this.free();
      this.#thumbnails.clear();
    });
  }

  /** Give the address of the best there is of a picture. */
  address(number) {
    return this.#slots[number].url ?? this.#thumbnails.get(number);
  }

  state(number) {
    return this.#slots[number].state;
  }

  message(number) {
    return this.#slots[number].message;
  }

  /** Ask for what is not there yet. */
  want() {
    this.#slots.forEach((slot, number) => {
      if (slot.state !== "small") return;
      this.#set(number, "asked", "");
      slot.timer = setTimeout(() => this.#set(number, "asked", "The kernel is busy or gone; the original comes when it answers."), LATE_MS);
      this.#model.send({ kind: "original", position: number });
    });
  }

  /** Let go of the originals; the small pictures stay. */
  free() {
    this.#slots.forEach((slot, number) => {
      clearTimeout(slot.timer);
      if (slot.url) URL.revokeObjectURL(slot.url);
      slot.url = null;
      if (slot.state !== "small") this.#set(number, "small", "");
    });
  }

  async #take(answer, buffer) {
    const slot = this.#slots[answer.position];
    if (slot?.state !== "asked" || slot.url) return;
    clearTimeout(slot.timer);
    if (answer.error) return this.#set(answer.position, "none", answer.error);
    const url = (slot.url = URL.createObjectURL(new Blob([buffer], { type: answer.mime })));
    const decoded = new Image();
    decoded.src = url;
    await decoded.decode().catch(() => {});
    if (slot.url !== url) return; // it was let go of while it was decoded
    if (decoded.naturalWidth) return this.#set(answer.position, "ready", "");
    URL.revokeObjectURL(url);
    slot.url = null;
    this.#set(answer.position, "none", "What is kept is no picture that this browser can show.");
  }

  #set(number, state, message) {
    Object.assign(this.#slots[number], { state, message });
    this.#change(number);
  }
}

/** Want what is heavy while the view is seen, or nearly; let go of it when it is far away. */
function whileSeen(view, want, free) {
  const seen = new IntersectionObserver(
    (entries) => (entries.at(-1).isIntersecting ? want() : free()),
    { rootMargin: "100% 0px", scrollMargin: "100% 0px" }, // notebooks scroll inside the page
  );
  seen.observe(view.root);
  view.onEnd(() => seen.disconnect());
}
