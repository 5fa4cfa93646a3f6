// Wipe: two pictures in one place: wiped, blended, flickered or subtracted.
//
// `mode`, `position`, `opacity`, `seconds`, `gain` and `swapped` are written here and in Python;
// `numbers` by Python alone. The map of differences travels as a message when it is first seen.

const MODES = [
  { mode: "wipe", key: "w", word: "Wipe", label: "Wipe position", trait: "position", least: 0, most: 100, step: 0.5, words: (value) => `${Math.round(value)} %` },
  { mode: "onion", key: "o", word: "Onion skin", label: "Opacity", trait: "opacity", least: 0, most: 100, step: 1, words: (value) => `${Math.round(value)} %` },
  { mode: "flicker", key: "f", word: "Flicker", label: "Seconds for each picture", trait: "seconds", least: 0.2, most: 5, step: 0.1, words: (value) => `${value.toFixed(1)} s` },
  { mode: "difference", key: "d", word: "Difference", label: "Amplify the difference", trait: "gain", least: 1, most: 32, step: 0.5, words: (value) => `× ${Number(value.toFixed(1))}` },
];

// From nothing to much: black, violet, red, orange, pale yellow (after matplotlib's inferno).
const HEAT = [[0, 0, 4], [40, 11, 84], [101, 21, 110], [159, 42, 99], [212, 72, 66], [245, 125, 21], [250, 193, 39], [252, 255, 164]];

// ---- pure parts ---------------------------------------------------------------------------

/** Give a colour to a difference of 0 to 255 levels, amplified. */
export function heat(levels, gain) {
  const at = (clamp(levels * gain, 0, 255) / 255) * (HEAT.length - 1);
  const below = Math.min(HEAT.length - 2, Math.floor(at));
  return HEAT[below].map((from, part) => Math.round(from + (HEAT[below + 1][part] - from) * (at - below)));
}

/** Write the numbers as parts of a line. */
export function told(numbers) {
  if (numbers.error) return [numbers.error];
  const parts = numbers.ssim === undefined ? [] : [`SSIM ${numbers.ssim.toFixed(3)}`, `mean difference ${numbers.mean_difference.toFixed(1)} of 255`];
  return [...parts, numbers.fitted].filter(Boolean);
}

/** Say which part of the width a pointer is at, in per cent. */
export function across(x, box) {
  return clamp((100 * (x - box.left)) / box.width, 0, 100);
}

// ---- the page -----------------------------------------------------------------------------

/** The two pictures, the line between them, and the map. */
function stage(make, pictures) {
  const images = pictures.map((one) => make("img", { alt: one.alt, draggable: "false" }));
  const canvas = make("canvas", { role: "img", "aria-label": `Map of the differences between ${pictures[0].label} and ${pictures[1].label}`, hidden: true });
  const line = make("span", { class: "il-edge", "aria-hidden": "true" });
  const signs = pictures.map((one) => make("span", { class: "il-sign", title: one.alt }, called(one)));
  const word = make("p", { class: "il-word", role: "status" });
  const node = make("div", { class: "il-ground il-pair" }, ...images, canvas, line, make("div", { class: "il-signs", "aria-hidden": "true" }, ...signs), word);
  node.style.setProperty("--il-w", pictures[0].width);
  node.style.setProperty("--il-h", pictures[0].height);
  return { node, images, canvas, signs, word };
}

/** The map of differences: asked for once, coloured anew at each gain. */
class Apart {
  #levels = null;
  #asked = false;
  #timer = null;
  #drawn = 0;
  message = "";

  constructor(view, model, canvas, change) {
    this.model = model;
    this.canvas = canvas;
    this.change = change;
    view.watch("msg:custom", (message, buffers) => {
      if (message.kind === "difference" && this.#asked && !this.#levels) this.#take(message, buffers[0]);
    });
    view.onEnd(() => this.free());
  }

  get ready() {
    return Boolean(this.#levels);
  }

  want() {
    if (this.#asked) return;
    this.#asked = true;
    this.message = "Comparing …";
    this.#timer = setTimeout(() => this.#say("The kernel is busy or gone; the map comes when it answers."), LATE_MS);
    this.model.send({ kind: "difference" });
  }

  async #take(answer, buffer) {
    clearTimeout(this.#timer);
    if (answer.error) return this.#say(answer.error);
    const bitmap = await createImageBitmap(new Blob([buffer], { type: answer.mime }));
    if (!this.#asked) return bitmap.close();
    Object.assign(this.canvas, { width: bitmap.width, height: bitmap.height });
    const pen = this.canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = pen.getImageData(0, 0, this.canvas.width, this.canvas.height);
    this.#levels = new Uint8Array(data.length / 4).map((_, at) => data[4 * at]);
    this.#say("");
  }

  draw(gain) {
    if (!this.#levels || gain === this.#drawn) return;
    this.#drawn = gain;
    const colours = Uint32Array.from({ length: 256 }, (_, levels) => {
      const [red, green, blue] = heat(levels, gain);
      return (255 << 24) | (blue << 16) | (green << 8) | red;
    });
    const painted = new Uint32Array(this.#levels.length);
    for (let at = 0; at < painted.length; at += 1) painted[at] = colours[this.#levels[at]];
    const whole = new ImageData(new Uint8ClampedArray(painted.buffer), this.canvas.width, this.canvas.height);
    this.canvas.getContext("2d").putImageData(whole, 0, 0);
  }

  #say(message) {
    this.message = message;
    this.change();
  }

  free() {
    clearTimeout(this.#timer);
    this.#levels = null;
    this.#drawn = 0;
    this.#asked = false;
    this.canvas.width = this.canvas.height = 0;
  }
}

function render({ model, el }) {
  const pictures = model.get("pictures");
  const view = frame(model, el, "wipe", `Two pictures: ${pictures.map((one) => one.label).join(" and ")}`);
  const { make, root } = view;
  const pair = stage(make, pictures);
  const originals = new Originals(view, model, (number) => {
    pair.images[number].src = originals.address(number);
    draw();
  });
  const map = new Apart(view, model, pair.canvas, () => draw());
  const state = {};
  const traits = ["mode", "position", "opacity", "seconds", "gain", "swapped"];
  let upper = false; // which of the two is seen while they flicker
  let halted = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let flip = null;
  let seen = false;

  const buttons = MODES.map((one) => make("button", { type: "button", title: `${one.word} (${one.key})`, onclick: () => change({ mode: one.mode }) }, one.word));
  const sliders = MODES.map((one) => slider(make, { ...one, onmove: (value) => change({ [one.trait]: value }) }));
  const halt = make("button", { type: "button", title: "Halt, and turn by hand (space bar)", onclick: () => turn() }, "Halt");
  const swap = make("button", { type: "button", title: "Swap the sides (s)", onclick: () => change({ swapped: !state.swapped }) }, "Swap");
  const extra = make("div", { class: "il-set" }, halt, swap);
  const line = make("p", { class: "il-numbers", role: "status" });
  root.append(
    make("div", { class: "il-strip" }, make("div", { class: "il-set", role: "group", "aria-label": "How the pictures are compared" }, ...buttons), ...sliders.map(({ node }) => node), extra),
    pair.node,
    line,
  );

  const beat = () => {
    clearInterval(flip);
    flip = null;
    if (state.mode !== "flicker" || halted || !seen) return;
    flip = setInterval(() => {
      upper = !upper;
      draw();
    }, 1000 * state.seconds);
  };
  view.onEnd(() => clearInterval(flip));
  const turn = () => {
    if (halted) upper = !upper;
    else halted = true;
    beat();
    draw();
  };

  const draw = () => {
    const { mode, swapped } = state;
    const order = swapped ? [1, 0] : [0, 1]; // the lower, then the upper
    pair.node.dataset.mode = mode;
    const strength = { wipe: 1, onion: state.opacity / 100, flicker: Number(upper), difference: 1 }[mode];
    pair.images.forEach((image, number) => {
      const isUpper = number === order[1];
      image.style.zIndex = isUpper ? 1 : 0;
      image.style.opacity = isUpper ? strength : 1;
      image.style.clipPath = isUpper && mode === "wipe" ? `inset(0 0 0 ${state.position}%)` : "";
      // The lower one would shine through a transparent upper one.
      if (!isUpper && mode === "wipe") image.style.clipPath = `inset(0 ${100 - state.position}% 0 0)`;
      if (!isUpper && mode === "flicker") image.style.opacity = 1 - strength;
      image.hidden = mode === "difference";
    });
    pair.node.style.setProperty("--il-at", `${state.position}%`);
    pair.signs.forEach((sign, number) => {
      sign.style.order = order.indexOf(number);
      sign.classList.toggle("il-faint", mode === "flicker" && (number === order[1]) !== upper);
      sign.hidden = mode === "difference";
    });
    MODES.forEach((one, number) => {
      buttons[number].setAttribute("aria-pressed", String(one.mode === mode));
      sliders[number].node.hidden = one.mode !== mode;
      sliders[number].draw(state[one.trait]);
    });
    halt.hidden = mode !== "flicker";
    halt.textContent = halted ? "Turn" : "Halt";
    extra.hidden = mode === "difference";
    pair.canvas.hidden = mode !== "difference" || !map.ready;
    if (mode === "difference" && seen) {
      map.want();
      map.draw(state.gain);
    }
    const waits = mode === "difference" ? map.message : originals.message(0) || originals.message(1);
    pair.word.textContent = waits;
    pair.node.dataset.state = mode === "difference" ? (map.ready ? "ready" : "asked") : [0, 1].every((number) => originals.state(number) === "ready") ? "ready" : "asked";
  };
  const change = (values) => {
    Object.assign(state, values);
    if ("mode" in values || "seconds" in values) beat();
    draw();
    view.tell(values);
  };
  const hear = () => {
    const before = `${state.mode} ${state.seconds}`;
    for (const trait of traits) state[trait] = model.get(trait);
    if (`${state.mode} ${state.seconds}` !== before) beat();
    draw();
  };

  const follow = (event) => change({ position: across(event.clientX, pair.node.getBoundingClientRect()) });
  const listen = (event, hear) => pair.node.addEventListener(event, hear, { signal: view.signal });
  listen("pointerdown", (event) => {
    if (event.button || state.mode !== "wipe") return;
    event.preventDefault();
    pair.node.setPointerCapture(event.pointerId);
    sliders[0].input.focus({ preventScroll: true });
    follow(event);
  });
  listen("pointermove", (event) => {
    if (pair.node.hasPointerCapture(event.pointerId)) follow(event);
  });
  view.keys((event) => {
    if (belongsToNotebook(event)) return false;
    const chosen = MODES.find((one) => one.key === event.key);
    if (chosen) change({ mode: chosen.mode });
    else if (event.key === "s") change({ swapped: !state.swapped });
    else if (event.key === " " && state.mode === "flicker") turn();
    else return false;
    return true;
  });

  for (const trait of traits) view.watch(`change:${trait}`, hear);
  const drawNumbers = () => line.replaceChildren(...dotted(make, told(model.get("numbers"))).filter(Boolean));
  view.watch("change:numbers", drawNumbers);
  pictures.forEach((_, number) => (pair.images[number].src = originals.address(number)));
  hear();
  drawNumbers();
  if (!("ssim" in model.get("numbers"))) model.send({ kind: "measure" });
  const want = () => {
    seen = true;
    originals.want();
    beat();
    draw();
  };
  const free = () => {
    seen = false;
    originals.free();
    map.free();
    beat();
  };
  whileSeen(view, want, free);
  return () => view.end();
}

export default { render };
