// The lightbox: the original of one picture, over everything else. The page is asked for it by
// whoever shows it; here it is drawn, walked through, saved and copied.

const BOX_ICONS = {
  close: SVG('<path d="M6 6l12 12M18 6 6 18"/>'),
  back: SVG('<path d="M14.5 5.5 8 12l6.5 6.5"/>'),
  on: SVG('<path d="M9.5 5.5 16 12l-6.5 6.5"/>'),
};

const SLOW_MS = 4000; // an original that takes longer comes from a busy kernel, or never

/** Write the line under an original: price, time, size, what sets it apart. */
export function facts(tile) {
  const size = tile.status === "done" ? `${tile.width} × ${tile.height}` : "";
  const state = tile.status === "done" ? "" : tile.status;
  const note = tile.status === "done" ? tile.note : ""; // other notes stand large above this line
  const details = (tile.details ?? []).filter((one) => !/^\d+x\d+$/.test(one));
  return [state, tile.price, tile.seconds, size, ...details, note, tile.remark ? `“${tile.remark}”` : ""].filter(Boolean);
}

/** Say of a picture that is not finished what it is: on its way, or all that came. */
export function begunWords(status, unfinished) {
  if (!unfinished) return "";
  return status === "waiting" ? unfinished : `${status}: unfinished`;
}

/** Tell whether a picture is a document that could run scripts if it were opened as a page. */
export function isDocument(mime) {
  return /^(image\/svg|text\/|application\/xhtml)/.test(mime);
}

/** Write bytes as a data URL: a page that is opened from it belongs to nobody. */
export function dataUrl(bytes, mime) {
  let letters = "";
  const view = new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength);
  for (let at = 0; at < view.length; at += 0x8000) letters += String.fromCharCode(...view.subarray(at, at + 0x8000));
  return `data:${mime};base64,${btoa(letters)}`;
}

/** The original of one picture, over everything else. */
class Lightbox {
  #url = null;
  #blob = null;
  #slow = null;
  position = -1;

  constructor(make, ask, neighbour) {
    this.ask = ask;
    this.neighbour = neighbour;
    this.make = make;
    const button = (word, title, act, html) =>
      make("button", { type: "button", class: "il-tool", title, "aria-label": html ? title : null, onclick: act, ...(html ? { html } : {}) }, ...(html ? [] : [word]));
    this.image = make("img", { class: "il-original", alt: "" });
    this.message = make("p", { class: "il-message", role: "status" });
    this.words = make("p", { class: "il-words" });
    this.facts = make("p", { class: "il-facts" });
    this.save = make("a", { class: "il-tool il-save", title: "Save the picture as it was received" }, "Save");
    this.copy = button("Copy", "Copy the picture", () => this.#copy());
    this.back = button("", "Previous picture", () => this.#go("ArrowLeft"), BOX_ICONS.back);
    this.on = button("", "Next picture", () => this.#go("ArrowRight"), BOX_ICONS.on);
    this.back.classList.add("il-back");
    this.on.classList.add("il-on");
    const close = button("", "Close", () => this.node.close(), BOX_ICONS.close);
    this.stage = make("div", { class: "il-stage", onclick: (event) => event.target === this.stage && this.node.close() }, this.image, this.message);
    this.node = make(
      "dialog",
      { class: "il-box", "aria-label": "Original picture", onclose: () => this.#closed(), onkeydown: (event) => this.#key(event) },
      this.back,
      this.stage,
      this.on,
      make("div", { class: "il-caption" }, make("div", { class: "il-about" }, this.words, this.facts), make("div", { class: "il-tools" }, this.save, this.copy, close)),
    );
  }

  show(tile, thumbnail) {
    this.#free();
    this.position = tile.position;
    this.tile = tile;
    this.words.textContent = tile.alt;
    this.facts.replaceChildren(...dotted(this.make, facts(tile)).filter(Boolean));
    this.image.alt = tile.alt;
    this.image.style.aspectRatio = `${tile.width} / ${tile.height}`;
    this.image.style.setProperty("--il-w", tile.width);
    this.image.style.setProperty("--il-h", tile.height);
    this.image.hidden = !thumbnail;
    if (thumbnail) this.image.src = thumbnail;
    this.node.classList.toggle("il-begun", Boolean(thumbnail && tile.unfinished));
    this.back.disabled = this.neighbour(tile.position, "ArrowLeft") === null;
    this.on.disabled = this.neighbour(tile.position, "ArrowRight") === null;
    if (!this.node.open) this.node.showModal();
    if (tile.status !== "done") return this.#state(thumbnail ? "small" : "none", `${tile.status}${tile.note ? `: ${tile.note}` : ""}`);
    if (!this.ask(tile.position)) return this.#state("small", "");
    this.#state("asked", "");
    this.#slow = setTimeout(() => this.#state("asked", "The kernel is busy or gone; the original comes when it answers."), SLOW_MS);
  }

  /** Take an answer from Python: an original, or why there is none. */
  async take(answer, buffer) {
    if (answer.position !== this.position) return;
    clearTimeout(this.#slow);
    if (answer.error) return this.#state("none", answer.error);
    this.#free();
    // A page opened from a blob's address would be one of the notebook's own: an svg could run scripts there.
    const document = isDocument(answer.mime);
    this.#blob = new Blob([buffer], { type: document ? "application/octet-stream" : answer.mime });
    const url = (this.#url = URL.createObjectURL(this.#blob));
    const shown = document ? dataUrl(buffer, answer.mime) : url;
    const decoded = new Image();
    decoded.src = shown;
    await decoded.decode().catch(() => {});
    if (url !== this.#url) return; // somebody moved on while it was decoded
    if (!decoded.naturalWidth) return this.#state("none", "What is kept is no picture that this browser can show.");
    this.image.src = shown;
    this.image.hidden = false;
    this.save.href = url;
    this.save.download = answer.name;
    this.#state("ready", "");
  }

  #state(state, message) {
    this.node.dataset.state = state;
    this.message.textContent = message;
    this.copy.disabled = state !== "ready";
    this.save.toggleAttribute("aria-disabled", state !== "ready");
  }

  async #copy() {
    const blob = this.#blob;
    try {
      // Clipboards take PNG only: other kinds are redrawn, at full size.
      const png = blob.type === "image/png" ? blob : asPng(this.image);
      await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
      this.copy.textContent = "Copied";
    } catch {
      this.#state("ready", "This browser does not let pages copy pictures. Save it instead.");
    }
  }

  #go(key) {
    const next = this.neighbour(this.position, key);
    if (next !== null) this.onmove(next);
  }

  #key(event) {
    if (belongsToNotebook(event)) return;
    if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") {
      event.preventDefault();
      this.#go(event.key);
    }
  }

  #free() {
    clearTimeout(this.#slow);
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = this.#blob = null;
    this.save.removeAttribute("href");
    this.copy.textContent = "Copy";
  }

  #closed() {
    const from = this.position;
    this.position = -1;
    this.#free();
    this.image.removeAttribute("src");
    this.onclosed?.(from);
  }

  destroy() {
    this.#free();
    if (this.node.open) this.node.close();
  }
}

