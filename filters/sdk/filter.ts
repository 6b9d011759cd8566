/**
 * What a filter is written with.
 *
 *     import { Action, RootContext, StreamContext, registerFilter, responseHeaders } from "../sdk/filter";
 *     export * from "../sdk/entry-stateless";
 *
 * `docs/filters.md` has a whole one.
 * @module
 */
export { Action } from "./action";
export { Body, requestBody, responseBody } from "./body";
export { ByteString, valueAddress, valueLength, valueText } from "./bytes";
export { callBody, callHeaders, callTrailers, httpCall, lastCallId } from "./callouts";
export { RootContext, StreamContext } from "./contexts";
export { HeaderMap, HeaderPairs, requestHeaders, requestTrailers, responseHeaders, responseTrailers } from "./headers";
export { LogLevel, isLogged, log } from "./log";
export { Metric, MetricType } from "./metrics";
export { PropertyPath } from "./properties";
export { registerFilter } from "./registry";
export { sendReply } from "./reply";
export { SharedData, getSharedData, setSharedData } from "./shared-data";
export { Status } from "./status";
export { continueRequest, continueResponse, currentTime, done, setEffectiveContext } from "./stream";
export { allocate } from "./scratch";
