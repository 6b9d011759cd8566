/** Directory of the repository; every step runs there. */
export const repository: string = new URL("..", import.meta.url).pathname;

export interface StepResult {
  /** 0 when the step succeeded; 124 when it took too long. */
  readonly exitCode: number;
  /** Everything that the step printed, both streams, in the order of arrival. */
  readonly output: string;
}

/**
 * Runs one command to its end, showing its output as it comes. A command that outlives `timeoutMs` is killed: a run
 * that hangs must fail, not wait for somebody to notice.
 */
export async function runStep(title: string, command: string[], timeoutMs: number): Promise<StepResult> {
  console.log(`\n── ${title}`);
  const startedAt = performance.now();
  const child = Bun.spawn(command, {
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const pieces: string[] = [];
  await Promise.all([show(child.stdout, pieces), show(child.stderr, pieces)]);
  const exitCode = await child.exited;
  clearTimeout(timer);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (isLate) console.error(`${title} took longer than ${timeoutMs / 1000} s and was stopped`);
  else if (exitCode !== 0) console.error(`${title} failed after ${seconds} s (exit code ${exitCode})`);
  else console.log(`${title}: good, ${seconds} s`);
  return { exitCode: isLate ? 124 : exitCode, output: pieces.join("") };
}

async function show(stream: ReadableStream<Uint8Array>, pieces: string[]): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    process.stdout.write(chunk);
    pieces.push(decoder.decode(chunk, { stream: true }));
  }
}
