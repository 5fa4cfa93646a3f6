// What the official npm package `openai` makes of the simulator. Started by tests/bench/clients.py
// in the folder where the package is installed; reads the addresses from its input and prints
// one line of JSON: what was tried, and "ok" or what went wrong.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const find = createRequire(`${process.cwd()}/`);
const { default: OpenAI, AzureOpenAI, toFile } = await import(pathToFileURL(find.resolve("openai")));

const job = JSON.parse(readFileSync(0, "utf8"));
const small = { model: "gpt-image-2", prompt: "a red fox in snow", quality: "low", size: "1024x640" };
const ask = (baseURL) => new OpenAI({ baseURL, apiKey: "sk-any", maxRetries: 0 });
const client = ask(job.openai);
const png = (name = "a.png") => toFile(Buffer.from(job.png, "base64"), name, { type: "image/png" });
const mask = () => toFile(Buffer.from(job.mask, "base64"), "m.png", { type: "image/png" });

function check(fact) {
  if (!fact) throw new Error("the answer is not as it should be");
}

function whole(answer) {
  check(Buffer.from(answer.data[0].b64_json, "base64").subarray(1, 4).toString() === "PNG");
  check(answer.usage.total_tokens === answer.usage.input_tokens + answer.usage.output_tokens);
  check(answer._request_id.startsWith("req_"));
}

async function raises(kind, asking, facts = {}) {
  try {
    await asking();
  } catch (error) {
    check(error instanceof kind);
    return check(Object.entries(facts).every(([name, value]) => error[name] === value));
  }
  throw new Error("nothing was raised");
}

async function events(stream) {
  const made = [];
  for await (const one of stream) made.push(one);
  return made;
}

const tries = {
  async generate() {
    whole(await client.images.generate(small));
  },
  async several() {
    const answer = await client.images.generate({
      ...small, n: 2, output_format: "webp", output_compression: 60,
    });
    check(answer.data.length === 2);
  },
  async edit() {
    whole(await client.images.edit({ ...small, image: await png(), mask: await mask() }));
  },
  async edit_many() {
    const image = await Promise.all([...Array(16).keys()].map((number) => png(`${number}.png`)));
    whole(await client.images.edit({ ...small, image }));
  },
  async stream() {
    const made = await events(
      await client.images.generate({ ...small, stream: true, partial_images: 2 }),
    );
    check(made.map((one) => one.type.split(".")[1]).join() === "partial_image,partial_image,completed");
  },
  async stream_edit() {
    const asked = { ...small, image: await png(), stream: true, partial_images: 1 };
    const made = await events(await client.images.edit(asked));
    check(made.every((one) => one.type.startsWith("image_edit.")) && made.length === 2);
    check(made[1].usage.input_tokens_details.image_tokens > 0);
  },
  async relay() {
    const asked = { ...small, stream: true, partial_images: 1 };
    check((await events(await ask(job.relay).images.generate(asked))).length === 2);
  },
  async cut() {
    const asked = { ...small, prompt: "cut the stream", stream: true, partial_images: 2 };
    await raises(Error, async () => events(await client.images.generate(asked)));
  },
  async stream_error() {
    const asked = { ...small, prompt: "an error inside", stream: true, partial_images: 2 };
    await raises(OpenAI.APIError, async () => events(await client.images.generate(asked)));
  },
  async newest() {
    for (const [form, start] of [["gif", "GIF89a"], ["svg", "<svg"]]) {
      const answer = await client.images.generate({
        ...small, model: "gpt-image-2.6-flare", output_format: form, safety_identifier: "me",
      });
      const data = Buffer.from(answer.data[0].b64_json, "base64");
      check(data.subarray(0, start.length).toString() === start);
      check(answer.safety_identifier === "me");
    }
  },
  async refusals() {
    const bad = OpenAI.BadRequestError;
    const create = (changes) => () => client.images.generate({ ...small, ...changes });
    await raises(bad, create({ size: "1920x1080" }), { code: "invalid_value", param: "size" });
    await raises(bad, create({ model: "dall-e-3" }));
    await raises(bad, create({ prompt: "blood" }), { code: "moderation_blocked" });
    await raises(OpenAI.RateLimitError, create({ prompt: "too many" }));
    await raises(OpenAI.InternalServerError, create({ prompt: "fail" }));
    const bare = await toFile(Buffer.from(job.png, "base64"), "upload");
    await raises(bad, () => client.images.edit({ ...small, image: bare }), {
      code: "unsupported_file_mimetype", param: "image",
    });
  },
  async models() {
    const days = {};
    for await (const one of client.models.list()) days[one.id] = one.shutdown_date;
    check(days["gpt-image-1"] === "2026-10-23" && days["gpt-image-2"] === null);
  },
  async files() {
    const file = await toFile(Buffer.from("{}"), "a.jsonl");
    const made = await client.files.create({ file, purpose: "batch" });
    check((await (await client.files.content(made.id)).text()) === "{}");
    check((await client.files.delete(made.id)).deleted);
  },
  async batch() {
    const url = "/v1/images/generations";
    const line = JSON.stringify({ custom_id: "a", method: "POST", url, body: small });
    const file = await client.files.create({
      file: await toFile(Buffer.from(line), "a.jsonl"), purpose: "batch",
    });
    let made = await client.batches.create({
      input_file_id: file.id, endpoint: url, completion_window: "24h",
    });
    while (!["completed", "failed"].includes(made.status)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      made = await client.batches.retrieve(made.id);
    }
    const row = JSON.parse(await (await client.files.content(made.output_file_id)).text());
    check(row.custom_id === "a" && row.response.status_code === 200);
  },
  async accounts() {
    const page = await client.get("/organization/costs", {
      query: { start_time: job.today, group_by: ["line_item"] },
      headers: { Authorization: "Bearer sk-admin-any" },
    });
    const names = page.data[0].results.map((one) => one.line_item);
    check(names.includes("gpt-image-2-2026-04-21 image, output"));
  },
  async chat() {
    const messages = [{ role: "user", content: "a red fox" }];
    const create = () => client.chat.completions.create({ model: "gpt-image-1", messages });
    await raises(OpenAI.NotFoundError, create, { param: "model" });
    const answer = await ask(job.vercel).chat.completions.create({
      model: "openai/gpt-image-2", messages, modalities: ["image"], quality: "low",
    });
    check(answer.choices[0].message.images[0].image_url.url.startsWith("data:image/png;base64,"));
  },
  async azure() {
    const asking = new AzureOpenAI({
      endpoint: job.azure.replace("/openai/v1", ""),
      apiKey: "k", apiVersion: "2025-04-01-preview", maxRetries: 0,
    });
    whole(await asking.images.generate({ ...small, model: "fox" }));
    whole(await ask(job.azure).images.generate({ ...small, model: "fox" }));
  },
};

const told = {};
for (const [name, one] of Object.entries(tries)) {
  try {
    await one();
    told[name] = "ok";
  } catch (error) {
    told[name] = `${error.constructor.name}: ${error.message}`.slice(0, 200);
  }
}
console.log(JSON.stringify(told));
