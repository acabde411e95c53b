#!/usr/bin/env node
'use strict';
// The command line: the same program as in every language.

const native = require('../lib/native.js');
const { opened } = require('../lib/errors.js');

process.exitCode = opened(native.run(['paywright', ...process.argv.slice(2)]));
