// A talk through types made of the API's own description: `npm run generate` makes them, `npm run check` compiles this.

import createClient from "openapi-fetch";
import type { components, paths } from "./mhc-api.js";

type Answer = components["schemas"]["ChatOut"];

const [address, key] = process.argv.slice(2);
if (address === undefined) throw new Error("the address of the API is the first argument");
const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
const api = createClient<paths>({ baseUrl: address, headers });

async function say(message: string, conversation: string | null): Promise<Answer> {
  const { data, error } = await api.POST("/api/v1/chat", {
    body: { message, customer_id: "typed", channel: "web", conversation_id: conversation },
  });
  if (data === undefined) throw new Error(`the API refused: ${JSON.stringify(error)}`);
  return data;
}

const first = await say("Does the chef cook in the rain?", null);
if (!first.answer.includes("overhead cover")) throw new Error(first.answer);
const again = await say("And if it snows?", first.conversation_id);
if (again.conversation_id !== first.conversation_id) throw new Error("another conversation");

const history = await api.GET("/api/v1/chat/{conversation_id}/messages", {
  params: { path: { conversation_id: first.conversation_id }, query: { customer_id: "typed" } },
});
const turns = history.data?.messages.length ?? 0;
if (turns !== 4) throw new Error(`${turns} turns are stored`);

// What must not compile: a misspelt field, a channel there is none of, and an answer that could be missing.
// @ts-expect-error
void (() => api.POST("/api/v1/chat", { body: { mesage: "x", channel: "web" } }));
// @ts-expect-error
void (() => api.POST("/api/v1/chat", { body: { message: "x", channel: "pigeon" } }));
// @ts-expect-error
export const version: string = first.knowledge_version;

console.log("ok");
