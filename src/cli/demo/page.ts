/** What the demo backend answers `/` with: a page that shows how it came to the browser. */
export const DEMO_PAGE: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Spooky demo</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
  code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
  pre { overflow-x: auto; padding: 1rem; border: 1px solid #8886; border-radius: 0.5rem; }
  strong { font-size: 1.25rem; }
</style>
</head>
<body>
<h1>It works</h1>
<p>This page came over <strong id="protocol">…</strong>, through a router, a header filter and a balancer, each of them a
WebAssembly module in a sandbox, and from a backend that speaks HTTP/2.</p>
<p>The first visit may say <code>h2</code>: the browser learns of HTTP/3 from the <code>alt-svc</code> header of the
answer. Load the page again.</p>
<h2>What the backend saw</h2>
<pre id="request">…</pre>
<h2>What the filter added to the answer</h2>
<pre id="response">…</pre>
<script>
  const [entry] = performance.getEntriesByType("navigation");
  document.getElementById("protocol").textContent = entry.nextHopProtocol || "an unknown protocol";
  fetch("/headers").then(async (answer) => {
    document.getElementById("request").textContent = await answer.text();
    document.getElementById("response").textContent = [...answer.headers].map((pair) => pair.join(": ")).join("\\n");
  });
</script>
</body>
</html>
`;
