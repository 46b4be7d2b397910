// Reads BPMN as bpmn.io does and checks it by bpmnlint's recommended rules. A line with the file as a
// JSON string comes in, a line with a list of what is wrong goes out.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { BpmnModdle } from 'bpmn-moddle';

const require = createRequire(import.meta.url);
const { Linter } = require('bpmnlint');
const NodeResolver = require('bpmnlint/lib/resolver/node-resolver');

async function faults(xml) {
  const { rootElement, warnings } = await new BpmnModdle().fromXML(xml);
  const linter = new Linter({
    config: { extends: 'bpmnlint:recommended' },
    resolver: new NodeResolver(),
  });
  const reports = await linter.lint(rootElement);
  return [
    ...warnings.map((warning) => `bpmn-moddle: ${warning.message}`),
    ...Object.entries(reports).flatMap(([rule, found]) =>
      found.map((report) => `${rule}: ${report.id}: ${report.message}`)
    ),
  ];
}

for await (const line of createInterface({ input: process.stdin })) {
  const found = await faults(JSON.parse(line)).catch((error) => [`unreadable: ${error.message}`]);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
