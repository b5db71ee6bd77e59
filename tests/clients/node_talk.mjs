// A talk through OpenAI's client for Node: the address of the API is the first argument.

import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "anything", maxRetries: 0 });
const model = "mhc-concierge";
const HOLD_DATE = {
  type: "function",
  function: {
    name: "hold_date",
    parameters: {
      type: "object",
      properties: { date: { type: "string" }, adults: { type: "integer" } },
      required: ["date", "adults"],
    },
  },
};

const talk = [];
async function say(content, more = {}) {
  talk.push({ role: "user", content });
  const given = await client.chat.completions.create({ model, messages: talk, ...more });
  talk.push(given.choices[0].message);
  return given;
}

const first = await say("how much for 20 people?");
const price = await say("all adults, 10 miles");
assert.match(price.choices[0].message.content, /Total: \$1,100/);
assert.equal(price.mhc.conversation_id, first.mhc.conversation_id);
assert.equal(price.usage.total_tokens, price.usage.prompt_tokens + price.usage.completion_tokens);

const called = await say("we are 20 adults on june 14th", { tools: [HOLD_DATE] });
assert.equal(called.choices[0].finish_reason, "tool_calls");
const [call] = called.choices[0].message.tool_calls;
assert.equal(JSON.parse(call.function.arguments).adults, 20);
talk.push({ role: "tool", tool_call_id: call.id, content: "June 14 is held." });
const held = await client.chat.completions.create({ model, messages: talk, tools: [HOLD_DATE] });
assert.equal(held.choices[0].message.content, "June 14 is held.");

const runner = client.chat.completions.runTools({
  model,
  messages: [{ role: "user", content: "we are 20 adults on june 14th" }],
  tools: [{ type: "function", function: { ...HOLD_DATE.function, parse: JSON.parse, function: ({ date }) => `${date} is held.` } }],
});
assert.match(await runner.finalContent(), /-06-14 is held\./);

const rain = [{ role: "user", content: "What happens when it rains?" }];
const json = await client.chat.completions.create({ model, messages: rain, response_format: { type: "json_object" } });
assert.match(JSON.parse(json.choices[0].message.content).answer, /cover/);

let streamed = "";
for await (const chunk of await client.chat.completions.create({ model, messages: rain, stream: true })) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
}
assert.match(streamed, /cover/);

const response = await client.responses.create({ model, input: "What happens when it rains?", user: "node" });
assert.match(response.output_text, /cover/);
const events = [];
for await (const event of await client.responses.create({
  model, input: "How much space does the chef need?", user: "node", previous_response_id: response.id, stream: true,
})) events.push(event.type);
assert.equal(events.at(-1), "response.completed");

const { data } = await client.embeddings.create({ model: "any", input: ["rain", "a tent"] });
assert.equal(data[0].embedding.length, data[1].embedding.length);

await assert.rejects(client.chat.completions.create({ model, messages: rain, n: 2 }), OpenAI.BadRequestError);
await assert.rejects(
  client.withOptions({ apiKey: "mhc_wrong" }).chat.completions.create({ model, messages: rain }),
  OpenAI.AuthenticationError,
);
console.log("ok");
