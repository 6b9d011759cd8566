/**
 * Loaded before every test file (`bunfig.toml`): the runner's own limit of five seconds is too tight for properties and
 * real processes on a small, busy machine.
 * @module
 */
import { setDefaultTimeout } from "bun:test";

setDefaultTimeout(60_000);
