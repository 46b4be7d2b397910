// Reads DMN files, one JSON text a line, and tells what dmn-moddle warns of, as JSON.
import { createInterface } from 'node:readline';
import { DmnModdle } from 'dmn-moddle';

const moddle = new DmnModdle();
for await (const line of createInterface({ input: process.stdin })) {
  let told;
  try {
    const { warnings } = await moddle.fromXML(JSON.parse(line));
    told = warnings.map((warning) => warning.message);
  } catch (error) {
    told = [error.message, ...(error.warnings ?? []).map((warning) => warning.message)];
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
