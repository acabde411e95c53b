import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
export default {
  // A compiled library cannot be bundled.
  serverExternalPackages: ['paywright'],
  // Which of the platforms' packages is loaded is known only when it runs, so Next has to be told to copy it.
  output: 'standalone',
  outputFileTracingIncludes: { '/**': ['node_modules/@paywright/**'] },
  outputFileTracingRoot: fileURLToPath(new URL('.', import.meta.url)),
};
