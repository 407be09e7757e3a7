'use strict';

// Prints the names of the tests that come with socketcluster-server, and runs none.

const Mocha = require('mocha');
const path = require('path');
const {print} = require('./console');

const mocha = new Mocha();
mocha.addFile(path.join(path.dirname(require.resolve('socketcluster-server/package.json')), 'test', 'integration.js'));
mocha.loadFiles();
mocha.suite.eachTest((test) => print('test', {path: test.titlePath()}));
print('end');
