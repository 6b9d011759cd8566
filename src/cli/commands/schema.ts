import { configJsonSchema } from "../../config/json-schema.ts";
import { type Command, EXIT } from "./command.ts";
import { readArguments } from "./read-arguments.ts";

/** `spooky schema`: what editors need to complete and check a config while it is written. */
export const SCHEMA: Command = {
  name: "schema",
  usage: "",
  summary: "Print the JSON Schema of the config, for editors",
  run(argv) {
    readArguments(argv, {}, [0, 0]);
    process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    return Promise.resolve(EXIT.ok);
  },
};
