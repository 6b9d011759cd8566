import { FAILURES } from "../errors/catalogue.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Config, FilterConfig } from "./model.ts";
import { nearestWord } from "./nearest-word.ts";
import type { ConfigSource } from "./source/config-source.ts";

/** Finds upstreams that filters may call and that there are not. */
export function checkCallouts(source: ConfigSource, config: Config): Diagnostic[] {
  const names = Object.keys(config.upstream);
  const found: Diagnostic[] = [];
  const check = (path: readonly PropertyKey[], filters: readonly FilterConfig[]): void => {
    filters.forEach(({ upstreams }, filter) =>
      upstreams.forEach((name, index) => {
        if (names.includes(name)) return;
        const near = nearestWord(name, names);
        found.push(
          source.atValue([...path, "filters", filter, "upstreams", index], {
            failure: FAILURES.configValue,
            message: `there is no upstream ${name}`,
            ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
          }),
        );
      }),
    );
  };
  check([], config.filters);
  for (const { name, filters } of Object.values(config.upstream)) check(["upstream", name], filters);
  return found;
}
