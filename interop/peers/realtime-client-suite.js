'use strict';

// Runs the tests that come with socketcluster-client, unchanged, against a server in another process.
//
// The tests start servers by require('socketcluster-server'). Here that is a stand-in, which prints 'listen' and 'close' for the
// other process to act on and is told 'listening', 'connection', 'received' and 'closed'. The other process serves what the tests'
// servers serve: the procedures login, setAuthKey and performTask, and it reports what comes to the receiver foo. It may listen on
// any port: connections to those of the tests are led there.

const Module = require('module');
const path = require('path');
const AsyncStreamEmitter = require('async-stream-emitter');
const Mocha = require('mocha');
const StreamDemux = require('stream-demux');
const WebSocket = require('ws');
const {print, obey, options} = require('./console');

console.log = console.error;

const realPorts = new Map();
const servers = new Map();
let numbers = 0;

class Socket {
    constructor() {
        this.received = new StreamDemux();
    }

    receiver(name) {
        return this.received.stream(name);
    }

    // The other process serves them.
    procedure() {
        return new StreamDemux().stream('none');
    }
}

class StandIn extends AsyncStreamEmitter {
    constructor(port, given) {
        super();
        this.number = ++numbers;
        this.port = port;
        this.options = {pingTimeout: 30000, ...given};
        this.MIDDLEWARE_INBOUND = 'inbound';
        this.sockets = new Map();
        this.closed = new Promise((resolve) => (this.onClosed = resolve));
        this.httpServer = {close: () => this.close()};
        servers.set(this.number, this);
        const {authKey, ackTimeout} = this.options;
        print('listen', {server: this.number, authKey, ackTimeout});
    }

    setMiddleware() {}

    removeMiddleware() {}

    close() {
        if (!this.closing) {
            this.closing = true;
            print('close', {server: this.number});
        }
        return this.closed;
    }
}

const loaded = Module._load;
Module._load = function (request, parent, ...rest) {
    if (request === 'socketcluster-server') {
        return {listen: (port, given) => new StandIn(port, given)};
    }
    if (request === 'ws' && parent.filename.includes('socketcluster-client')) {
        return class extends WebSocket {
            constructor(url, ...others) {
                super(url.replace(/:(\d+)\//, (all, port) => `:${realPorts.get(Number(port)) || port}/`), ...others);
            }
        };
    }
    return loaded.call(this, request, parent, ...rest);
};

obey({
    listening: ({server, port}) => {
        realPorts.set(servers.get(server).port, port);
        servers.get(server).emit('ready', {});
    },
    connection: ({server, socket}) => {
        const made = new Socket();
        servers.get(server).sockets.set(socket, made);
        servers.get(server).emit('connection', {socket: made});
    },
    received: ({server, socket, name, data}) => servers.get(server).sockets.get(socket).received.write(name, data),
    closed: ({server}) => servers.get(server).onClosed(),
});

// Some of the tests give 50 steps of 10 ms 600 ms in all, which a busy machine does not keep; so one that fails is tried again.
const {only, timeout} = options();
const mocha = new Mocha({timeout: timeout || 5000, slow: 5000, retries: 2, grep: only});
mocha.addFile(path.join(path.dirname(require.resolve('socketcluster-client/package.json')), 'test', 'integration.js'));
mocha.reporter(function (runner) {
    runner.on('pass', (test) => print('pass', {title: test.fullTitle(), millis: test.duration}));
    runner.on('fail', (test, error) => print('fail', {title: test.fullTitle(), text: error.stack}));
    runner.on('retry', (test, error) => print('retry', {title: test.fullTitle(), text: error.stack}));
    runner.on('pending', (test) => print('pending', {title: test.fullTitle()}));
    runner.on('end', () => print('end', {tests: runner.stats.tests, passes: runner.stats.passes, failures: runner.stats.failures}));
});
mocha.run();
