// node quickstart.mjs URL [KEY]: somebody's ten, an article sent, and what became of it.
import type { components, paths } from "./frontpage";

type List = components["schemas"]["RecommendationList"];
type Batch = components["schemas"]["BatchAnswer"];
type Taken = components["schemas"]["BatchTaken"];
type ArticleRows =
  paths["/v1/catalogue/articles"]["post"]["requestBody"]["content"]["application/json"];

declare const process: { argv: string[] };
const [, , url, key] = process.argv;

async function asked<Answer>(path: string, options: RequestInit = {}): Promise<Answer> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (key) headers["X-API-Key"] = key;
  const response = await fetch(`${url}${path}`, { ...options, headers });
  if (!response.ok) {
    const problem = (await response.json()) as components["schemas"]["Problem"];
    throw new Error(`${problem.status}: ${problem.detail}`);
  }
  return (await response.json()) as Answer;
}

const list = await asked<List>("/v1/readers/reader-17/recommendations");
const standsIn: "region" | "category" | "global" | "stale" | null = list.fallback;
console.log("fallback", standsIn);
for (const item of list.items) console.log(item.rank, item.title);

const rows: ArticleRows = [
  { article_id: "a-901", url: "https://gazette.example/ferries", title: "Ferries stop" },
];
const taken = await asked<Taken>("/v1/catalogue/articles", { method: "POST", body: JSON.stringify(rows) });
const batch = await asked<Batch>(`/v1/batches/${taken.batch_id}`);
console.log("batch", batch.state);
