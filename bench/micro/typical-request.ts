/** A head as a browser sends it, as the QUIC library hands it over. */
export const BROWSER_HEAD: Readonly<Record<string, string>> = {
  ":method": "GET",
  ":scheme": "https",
  ":authority": "www.shop.example",
  ":path": "/catalogue/shoes/red?page=2&sort=price",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en-GB,en;q=0.9",
  cookie: "session=9f86d081884c7d659a2feaa0c55ad015; theme=dark",
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "none",
  "upgrade-insecure-requests": "1",
};

/** A backend's answer to it, without the status: names and values in turn. */
export const RESPONSE_FIELDS: readonly string[] = [
  "content-type",
  "text/html; charset=utf-8",
  "content-length",
  "48211",
  "cache-control",
  "max-age=60",
  "etag",
  '"33a64df551425fcc55e4d42a148795d9f25f89d4"',
  "server",
  "backend",
  "date",
  "Tue, 24 Nov 2026 08:00:00 GMT",
];

/** The regular fields of {@link BROWSER_HEAD}: names and values in turn. */
export function browserFields(): string[] {
  const fields: string[] = [];
  for (const [name, value] of Object.entries(BROWSER_HEAD)) if (!name.startsWith(":")) fields.push(name, value);
  return fields;
}
