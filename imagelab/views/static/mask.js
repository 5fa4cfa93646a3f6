// MaskPad: paint on a picture where it shall change.
//
// Steps are numbered: step n is a PNG in `step_<n % KEPT>`, painted where it is opaque. `at` is the
// step that is seen, `top` the newest. Page and Python both add steps and walk through them.

const KEPT = 24;
const INK = "#ff2d95";

// ---- pure parts ---------------------------------------------------------------------------

/** Tell which steps there are to go back and forth to. */
export function ways({ at, top }) {
  return { back: at > Math.max(0, top - KEPT + 1), on: at < top };
}

/** Find the next smaller or larger width of the brush. */
export function sized(size, sign, most) {
  const by = size < 10 ? 1 : size / 5;
  return clamp(Math.round(size + sign * by), 1, most);
}

/** Find the pixel of the picture under a pointer. */
export function pixel(event, box, picture) {
  return {
    x: clamp(((event.clientX - box.left) / box.width) * picture.width, 0, picture.width),
    y: clamp(((event.clientY - box.top) / box.height) * picture.height, 0, picture.height),
  };
}

/** Span a box between two corners, at least one pixel each way. */
export function spanned(one, other) {
  const x = Math.floor(Math.min(one.x, other.x));
  const y = Math.floor(Math.min(one.y, other.y));
  return { x, y, width: Math.max(1, Math.ceil(Math.max(one.x, other.x)) - x), height: Math.max(1, Math.ceil(Math.max(one.y, other.y)) - y) };
}

// ---- the page -----------------------------------------------------------------------------

/** The painted pixels, at the size of the picture. */
class Paint {
  constructor(canvas, picture) {
    this.canvas = Object.assign(canvas, { width: picture.width, height: picture.height });
    this.pen = canvas.getContext("2d", { willReadFrequently: true });
    this.pen.lineCap = this.pen.lineJoin = "round";
  }

  stroke(from, to, size, erase) {
    this.#mixed(erase ? "destination-out" : "source-over", () => {
      this.pen.strokeStyle = INK;
      this.pen.lineWidth = size;
      this.pen.beginPath();
      this.pen.moveTo(from.x, from.y);
      this.pen.lineTo(to.x, to.y + (from.x === to.x && from.y === to.y ? 0.01 : 0)); // a dot is a short line
      this.pen.stroke();
    });
  }

  fill({ x, y, width, height }) {
    this.pen.fillStyle = INK;
    this.pen.fillRect(x, y, width, height);
  }

  invert() {
    this.#mixed("source-out", () => this.#flood());
  }

  clear() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Take over a step from its PNG; whatever is opaque is painted. */
  async take(png, isCurrent) {
    if (!png?.byteLength) return this.clear();
    const bitmap = await createImageBitmap(new Blob([png], { type: "image/png" }));
    if (!isCurrent()) return bitmap.close();
    this.clear();
    this.pen.drawImage(bitmap, 0, 0);
    bitmap.close();
    this.#mixed("source-in", () => this.#flood());
  }

  /** Say how much is painted, from 0 to 1. */
  share() {
    const { data } = this.pen.getImageData(0, 0, this.canvas.width, this.canvas.height);
    let painted = 0;
    for (let at = 3; at < data.length; at += 4) painted += data[at] > 127;
    return (4 * painted) / data.length;
  }

  /** Write a step. What is painted now counts, whatever is painted while it is written. */
  async png() {
    const blob = await new Promise((done) => this.canvas.toBlob(done, "image/png"));
    return new DataView(await blob.arrayBuffer());
  }

  #flood() {
    this.fill({ x: 0, y: 0, width: this.canvas.width, height: this.canvas.height });
  }

  #mixed(how, act) {
    this.pen.globalCompositeOperation = how;
    act();
    this.pen.globalCompositeOperation = "source-over";
  }
}

const TOOLS = [
  { tool: "brush", key: "b", word: "Brush" },
  { tool: "eraser", key: "e", word: "Eraser" },
  { tool: "box", key: "r", word: "Box" },
];

/** Put a mark on the stage where pixels of the picture are, whatever size it is shown at. */
function mark(node, picture, { x, y, width, height }) {
  const share = (part, whole) => `${(100 * part) / whole}%`;
  Object.assign(node.style, { left: share(x, picture.width), top: share(y, picture.height), width: share(width, picture.width), height: share(height, picture.height) });
}

function render({ model, el }) {
  const [picture] = model.get("pictures");
  const view = frame(model, el, "mask", `Mask for ${picture.label}`);
  const { make, root } = view;
  const image = make("img", { alt: picture.alt, draggable: "false" });
  const canvas = make("canvas", { "aria-hidden": "true" });
  const ring = make("span", { class: "il-ring", "aria-hidden": "true", hidden: true });
  const frameOf = make("span", { class: "il-span", "aria-hidden": "true", hidden: true });
  const word = make("p", { class: "il-word", role: "status" });
  const stage = make("div", { class: "il-ground il-easel", tabindex: "0", role: "application", "aria-label": `Paint on ${picture.label}: arrows move the brush, the space bar puts it down and lifts it` }, image, canvas, frameOf, ring, word);
  const paint = new Paint(canvas, picture);
  const originals = new Originals(view, model, () => {
    image.src = originals.address(0);
    stage.dataset.state = originals.state(0);
    word.textContent = originals.message(0);
  });
  const state = { tool: "brush", size: 64, at: 0, top: 0 };
  let hand = { x: picture.width / 2, y: picture.height / 2 };
  let from = null; // where a stroke or a box began, while it lasts
  let shown = null;
  let writing = Promise.resolve();
  const most = Math.min(1024, Math.max(picture.width, picture.height));

  const press = (word, key, act) => make("button", { type: "button", title: `${word} (${key})`, onclick: act }, word);
  const tools = TOOLS.map((one) => press(one.word, one.key, () => choose({ tool: one.tool })));
  const width = slider(make, { label: "Width of the brush", least: 1, most, step: 1, words: (value) => `${Math.round(value)} px`, onmove: (size) => choose({ size }) });
  const undo = press("Undo", "u", () => walk(-1));
  const redo = press("Redo", "y", () => walk(1));
  const invert = press("Invert", "i", () => step(() => paint.invert()));
  const clear = press("Clear", "c", () => step(() => paint.clear()));
  const line = make("p", { class: "il-hint il-share", role: "status" });
  root.append(
    make("div", { class: "il-strip" }, make("div", { class: "il-set", role: "group", "aria-label": "Tool" }, ...tools), width.node, make("div", { class: "il-set" }, undo, redo), make("div", { class: "il-set" }, invert, clear)),
    stage,
    line,
  );

  const draw = () => {
    TOOLS.forEach((one, number) => tools[number].setAttribute("aria-pressed", String(one.tool === state.tool)));
    width.draw(state.size);
    const { back, on } = ways(state);
    undo.disabled = !back;
    redo.disabled = !on;
    stage.dataset.tool = state.tool;
    drawHand();
  };
  const drawHand = () => {
    const size = state.tool === "box" ? 1 : state.size;
    mark(ring, picture, { x: hand.x - size / 2, y: hand.y - size / 2, width: size, height: size });
    frameOf.hidden = !(from && state.tool === "box");
    if (!frameOf.hidden) mark(frameOf, picture, spanned(from, hand));
  };
  const drawShare = () => {
    const share = 100 * paint.share();
    const many = share > 0 && share < 1 ? "less than 1" : Math.round(share);
    line.textContent = share ? `${many} % painted; the rest stays as it is.` : "Paint where the picture shall change.";
  };
  const choose = (values) => {
    Object.assign(state, values);
    if ("tool" in values) from = null;
    draw();
    view.tell(values);
  };
  /** Change what is painted, and keep it as a step. */
  const step = (act) => {
    act();
    shown = state.at + 1;
    Object.assign(state, { at: shown, top: shown });
    const [number, png] = [shown, paint.png()];
    writing = writing.then(async () => view.tell({ [`step_${number % KEPT}`]: await png, at: number, top: number }));
    draw();
    drawShare();
  };
  const walk = async (by) => {
    await writing; // the step to come back to may still be on its way
    const way = ways(state);
    if (by < 0 ? !way.back : !way.on) return;
    choose({ at: state.at + by });
    await show();
  };
  const show = async () => {
    const wanted = (shown = state.at);
    await paint.take(model.get(`step_${wanted % KEPT}`), () => shown === wanted);
    drawShare();
  };

  const begin = (point) => {
    hand = from = point;
    if (state.tool !== "box") paint.stroke(point, point, state.size, state.tool === "eraser");
    drawHand();
  };
  const go = (point) => {
    if (from && state.tool !== "box") paint.stroke(hand, point, state.size, state.tool === "eraser");
    hand = point;
    drawHand();
  };
  const finish = () => {
    if (!from) return;
    const box = state.tool === "box" ? spanned(from, hand) : null;
    from = null;
    step(() => box && paint.fill(box));
    drawHand();
  };
  const cancel = () => {
    if (!from) return;
    from = null;
    drawHand();
    show();
  };

  const listen = (event, hear) => stage.addEventListener(event, hear, { signal: view.signal });
  const under = (event) => pixel(event, canvas.getBoundingClientRect(), picture);
  listen("pointerdown", (event) => {
    if (event.button || !event.isPrimary) return;
    event.preventDefault();
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    begin(under(event));
  });
  listen("pointermove", (event) => {
    if (!event.isPrimary) return;
    ring.hidden = false;
    for (const one of event.getCoalescedEvents?.() ?? []) go(under(one));
    go(under(event));
  });
  listen("pointerup", (event) => event.isPrimary && finish());
  listen("pointercancel", cancel);
  listen("pointerleave", () => (ring.hidden = document.activeElement !== stage));
  listen("focus", () => (ring.hidden = false));
  listen("blur", () => {
    ring.hidden = true;
    finish();
  });
  // Undo is what a painting hand presses; everywhere else it stays the notebook's.
  const isUndo = ({ ctrlKey, metaKey, altKey, key }) => (ctrlKey || metaKey) && !altKey && ["z", "Z", "y"].includes(key);
  view.keys((event) => {
    const { key, shiftKey } = event;
    if (isUndo(event)) {
      walk(key === "z" && !shiftKey ? -1 : 1);
      return true;
    }
    if (belongsToNotebook(event)) return false;
    const far = shiftKey ? 1 : Math.max(1, state.tool === "box" ? picture.width / 32 : state.size / 2);
    const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
    const acts = {
      " ": () => (from ? finish() : begin(hand)),
      Enter: () => (from ? finish() : begin(hand)),
      Escape: cancel,
      "[": () => choose({ size: sized(state.size, -1, most) }),
      "]": () => choose({ size: sized(state.size, 1, most) }),
      i: () => step(() => paint.invert()),
      c: () => step(() => paint.clear()),
      u: () => walk(-1),
      y: () => walk(1),
    };
    for (const one of TOOLS) acts[one.key] = () => choose({ tool: one.tool });
    if (key in moves) go({ x: clamp(hand.x + moves[key][0], 0, picture.width), y: clamp(hand.y + moves[key][1], 0, picture.height) });
    else if (key in acts) acts[key]();
    else return false;
    return true;
  }, (event) => isUndo(event) || !belongsToNotebook(event));

  const hear = () => {
    for (const name of ["tool", "size", "at", "top"]) state[name] = model.get(name);
    draw();
    if (state.at !== shown) show();
  };
  for (const name of ["tool", "size", "at", "top"]) view.watch(`change:${name}`, hear);
  stage.style.setProperty("--il-w", picture.width);
  stage.style.setProperty("--il-h", picture.height);
  image.src = originals.address(0);
  hear();
  whileSeen(view, () => originals.want(), () => originals.free());
  return () => view.end();
}

export default { render };
