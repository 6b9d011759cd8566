import { loadPolicyModule } from "../../src/filter/policy/load-policy-module.ts";
import { createRouter } from "../../src/filter/policy/router.ts";
import type { Router, RouteSpec } from "../../src/filter/policy.ts";
import type { Benchmark } from "./measure.ts";

const REQUEST_COUNT = 64;

/** Looking up the route of a request among few and among many: the shipped router, in its sandbox. */
export function routingBenchmarks(): Benchmark[] {
  return [10, 1000].map((routeCount) => ({
    name: `route, ${routeCount} routes`,
    run: lookUpInTurn(routeCount),
  }));
}

function lookUpInTurn(routeCount: number): () => number {
  const routes = makeRoutes(routeCount);
  const router = createRouter(loadPolicyModule({ builtin: "router" }), routes);
  const requests = makeRequests(routes);
  for (const request of requests) verify(router, routes, request);
  let next = 0;
  return () => {
    const request = requests[next++ & (REQUEST_COUNT - 1)] as Request;
    return router.match(request.authority, request.path, "GET");
  };
}

interface Request {
  readonly authority: string;
  readonly path: string;
  readonly upstreamName: string;
}

/** A mixture as in real configs: exact hosts, wildcards, paths below each, and one route for the rest. */
function makeRoutes(count: number): RouteSpec[] {
  const routes: RouteSpec[] = [{ host: "", pathPrefix: "/", method: "", upstreamName: "rest" }];
  for (let i = 1; i < count; i++) {
    const site = i >> 2;
    const host = i % 4 === 0 ? "" : i % 4 === 1 ? `*.site-${site}.example` : `www.site-${site}.example`;
    routes.push({ host, pathPrefix: `/area-${i}/v${i % 3}`, method: "", upstreamName: `upstream-${i}` });
  }
  return routes;
}

function makeRequests(routes: readonly RouteSpec[]): Request[] {
  return Array.from({ length: REQUEST_COUNT }, (_, i) => {
    const route = routes[(i * 37) % routes.length] as RouteSpec;
    const authority = route.host === "" ? "elsewhere.example" : route.host.replace("*", "deep.er");
    const path = `${route.pathPrefix === "/" ? "" : route.pathPrefix}/users/${i}?page=${i}`;
    return { authority, path, upstreamName: route.upstreamName };
  });
}

/** A lookup that finds the wrong thing has no speed. */
function verify(router: Router, routes: readonly RouteSpec[], { authority, path, upstreamName }: Request): void {
  const found = routes[router.match(authority, path, "GET")]?.upstreamName;
  if (found !== upstreamName) throw new Error(`${authority}${path} went to ${found}, not to ${upstreamName}`);
}
