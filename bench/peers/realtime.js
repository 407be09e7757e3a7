'use strict';

// The npm contestant of bench/realtime: a socketcluster-server with all options at their defaults.
//
//   node --expose-gc realtime.js AUTH_KEY echo|none|middleware|non-blocking
//
// It prints "ready" with its port, and lives until its standard input ends. A line "memory" is answered with what the process
// takes as it is, and after garbage collection, then "done".

const http = require('http');
const readline = require('readline');
const socketClusterServer = require('socketcluster-server');

const [authKey, handlers] = process.argv.slice(2);
const httpServer = http.createServer();
const server = socketClusterServer.attach(httpServer, {authKey});

async function echo(socket) {
    for await (const request of socket.procedure('echo')) {
        request.end(request.data);
    }
}

(async () => {
    for await (const {socket} of server.listener('connection')) {
        if (handlers === 'echo') {
            echo(socket);
        }
    }
})();

if (handlers === 'middleware' || handlers === 'non-blocking') {
    server.setMiddleware(server.MIDDLEWARE_INBOUND, async actions => {
        for await (const action of actions) {
            action.allow();
        }
    });
}

(async () => {
    for await (const {error} of server.listener('error')) {
        console.error(error);
        process.exit(1);
    }
})();

function memory() {
    const rss = process.memoryUsage().rss;
    global.gc();
    global.gc();
    setTimeout(() => { // as long as the Java server waits
        const after = process.memoryUsage();
        console.log('rss ' + rss);
        console.log('rssAfterGc ' + after.rss);
        console.log('heap ' + (after.heapUsed + after.external));
        console.log('done');
    }, 1000);
}

const lines = readline.createInterface({input: process.stdin});
lines.on('line', line => {
    if (line === 'memory') {
        memory();
    }
});
lines.on('close', () => process.exit(0));

httpServer.listen(0, '127.0.0.1', () => console.log('ready ' + httpServer.address().port));
