import { beforeEach, describe, expect, test } from "bun:test";
import { HeaderList } from "../../http/header-list.ts";
import { Status } from "./abi.ts";
import { RequestHeaderMap } from "./request-header-map.ts";
import { ResponseHeaderMap } from "./response-header-map.ts";

let request: RequestHeaderMap;
let response: ResponseHeaderMap;

beforeEach(() => {
  request = new RequestHeaderMap();
  request.head = {
    method: "GET",
    scheme: "https",
    authority: "a.example",
    path: "/p",
    headers: new HeaderList(["x-a", "1", "cookie", "c=1", "x-a", "2", "cookie", "d=2"]),
  };
  response = new ResponseHeaderMap();
  response.head = { status: 204, headers: new HeaderList(["set-cookie", "a=1", "set-cookie", "b=2", "vary", "x"]) };
});

describe("a request as a header map", () => {
  test("has pseudo-headers first, and counts them", () => {
    expect(request.toFields().slice(0, 10)).toEqual([
      ":method",
      "GET",
      ":scheme",
      "https",
      ":authority",
      "a.example",
      ":path",
      "/p",
      "x-a",
      "1",
    ]);
    expect(request.count).toBe(8);
    expect(request.toFields()).toHaveLength(16);
  });

  test("joins values, cookies by their own rule", () => {
    expect(request.get("x-a")).toBe("1, 2");
    expect(request.get("cookie")).toBe("c=1; d=2");
    expect(request.get("x-none")).toBeUndefined();
  });

  test("knows the host by both names", () => {
    expect(request.get("host")).toBe("a.example");
    expect(request.replace("host", "b.example")).toBe(Status.ok);
    expect(request.get(":authority")).toBe("b.example");
    expect(request.head?.headers.has("host")).toBe(false);
  });

  test("writes pseudo-headers to the head and never into the fields", () => {
    expect(request.replace(":method", "PUT")).toBe(Status.ok);
    expect(request.add(":path", "/q")).toBe(Status.ok);
    expect(request.replace(":scheme", "http")).toBe(Status.ok);
    expect(request.head).toMatchObject({ method: "PUT", path: "/q", scheme: "http" });
    expect(request.replace(":status", "200")).toBe(Status.badArgument);
    expect(request.remove(":path")).toBe(Status.badArgument);
    expect(request.remove("host")).toBe(Status.badArgument);
    expect(request.head?.headers.count).toBe(4);
  });

  test("replaces all fields of a name by one, and removes them", () => {
    request.replace("x-a", "3");
    expect(request.head?.headers.getAll("x-a")).toEqual(["3"]);
    request.remove("cookie");
    expect(request.head?.headers.fields).toEqual(["x-a", "3"]);
    expect(request.remove("x-none")).toBe(Status.ok);
  });

  test("is replaced as a whole, and keeps pseudo-headers that the new one lacks", () => {
    expect(request.assign([":path", "/new", "x-b", "1", "x-b", "2"])).toBe(Status.ok);
    expect(request.head).toMatchObject({ method: "GET", path: "/new" });
    expect(request.head?.headers.fields).toEqual(["x-b", "1", "x-b", "2"]);
  });

  test("is left alone when the new one holds a pseudo-header of responses", () => {
    expect(request.assign(["x-b", "1", ":status", "200"])).toBe(Status.badArgument);
    expect(request.head?.headers.count).toBe(4);
  });

  test("is empty without a head", () => {
    request.head = undefined;
    expect(request.toFields()).toEqual([]);
    expect(request.get(":path")).toBeUndefined();
    expect(request.replace("x-a", "1")).toBe(Status.badArgument);
    expect(request.add("x-a", "1")).toBe(Status.badArgument);
    expect(request.assign([])).toBe(Status.badArgument);
  });
});

describe("a response as a header map", () => {
  test("has its status as an entry", () => {
    expect(response.get(":status")).toBe("204");
    expect(response.count).toBe(4);
    expect(response.replace(":status", "503")).toBe(Status.ok);
    expect(response.head?.status).toBe(503);
  });

  test.each(["99", "101", "600", "20", "2000", "2e2", " 200", ""])("refuses the status %p", (status) => {
    expect(response.replace(":status", status)).toBe(Status.badArgument);
    expect(response.assign([":status", status])).toBe(Status.badArgument);
    expect(response.head?.status).toBe(204);
  });

  test("gives the first cookie only, since cookies that are set cannot be joined", () => {
    expect(response.get("set-cookie")).toBe("a=1");
  });

  test("refuses pseudo-headers of requests", () => {
    expect(response.add(":path", "/")).toBe(Status.badArgument);
    expect(response.remove(":status")).toBe(Status.badArgument);
  });

  test("is replaced as a whole", () => {
    expect(response.assign([":status", "404", "x", "1"])).toBe(Status.ok);
    expect(response.head?.status).toBe(404);
    expect(response.toFields()).toEqual([":status", "404", "x", "1"]);
  });

  test("is empty before there is a response", () => {
    response.head = undefined;
    expect(response.count).toBe(0);
    expect(response.toFields()).toEqual([]);
    expect(response.add("a", "1")).toBe(Status.badArgument);
    expect(response.replace("a", "1")).toBe(Status.badArgument);
  });
});
