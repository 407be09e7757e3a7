'use strict';

// The npm contestant of bench/ipc: the same four roles, the same work and the same flow control as the Java peers.
//
//   node peer.js echo SOCKET
//   node peer.js ping SOCKET BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
//   node peer.js sink SOCKET ACK_EVERY
//   node peer.js source SOCKET WARM_UP_MILLIS MILLIS WINDOW
//
// A server prints "ready" and lives until its standard input ends. A client prints its results, a name and a number a line.

const fs = require('fs');
const {Client, Server} = require('@crussell52/socket-ipc');

const FIRST_ID = 100000000; // nine digits from the first to the last message, so that all have one size

const [role, socketFile, ...args] = process.argv.slice(2);

function fail(error) {
    console.error(error);
    process.exit(1);
}

function listen(server) {
    server.on('error', fail);
    server.on('connection', (clientId, socket) => socket.on('error', () => {})); // the client ends by leaving
    server.on('listening', () => console.log('ready'));
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
    server.listen();
}

function connect(client, onConnect) {
    client.on('error', fail);
    client.on('connectError', fail);
    client.on('disconnect', () => fail(new Error('the server is gone')));
    client.on('connect', onConnect);
    client.connect();
}

function print(results) {
    for (const [name, number] of Object.entries(results)) {
        console.log(name + ' ' + number);
    }
}

function echo() {
    const server = new Server({socketFile});
    server.on('message.echo', (message, clientId) => server.send('echo', message, clientId));
    listen(server);
}

function ping(bytes, warmUpTrips, warmUpMillis, millis, file) {
    const text = 'x'.repeat(bytes - JSON.stringify({id: FIRST_ID, text: ''}).length);
    const nanos = new Uint32Array(Math.min(1 << 26, Math.ceil(millis / 1000 * 500000)));
    let count = 0;
    let trips = 0;
    let started;
    let last;
    let measuredFrom;
    let expected = FIRST_ID;

    const client = new Client({socketFile});
    client.on('message.echo', (message) => {
        if (message.id !== expected || message.text.length !== text.length) {
            fail(new Error('expected ' + expected + ', got ' + message.id));
        }
        const now = performance.now();
        const took = now - last;
        last = now;
        if (measuredFrom === undefined) {
            trips++;
            if (trips >= warmUpTrips && now - started >= warmUpMillis) {
                measuredFrom = now;
            }
        } else {
            nanos[count++] = Math.round(took * 1e6);
            if (now - measuredFrom >= millis || count === nanos.length) {
                fs.writeFileSync(file, Buffer.from(nanos.buffer, 0, count * 4)); // little endian, as are all our machines
                print({trips: count, nanos: Math.round((now - measuredFrom) * 1e6)});
                process.exit(0);
            }
        }
        client.send('echo', {id: ++expected, text});
    });
    connect(client, () => {
        started = last = performance.now();
        client.send('echo', {id: expected, text});
    });
}

function sink(ackEvery) {
    const server = new Server({socketFile});
    let received = 0;
    server.on('message.reading', (reading, clientId) => {
        if (reading.id !== FIRST_ID + received) {
            fail(new Error('expected ' + (FIRST_ID + received) + ', got ' + reading.id));
        }
        if (++received % ackEvery === 0) {
            server.send('ack', received, clientId);
        }
    });
    listen(server);
}

function source(warmUpMillis, millis, window) {
    const client = new Client({socketFile});
    let sent = 0;
    let acked = 0;
    let started;
    let from;
    let fromCount;

    function pump() {
        while (sent - acked < window) {
            client.send('reading', {id: FIRST_ID + sent, sensor: 'roof-03', celsius: 21.5, valid: true, note: 'north side'});
            sent++;
        }
    }

    client.on('message.ack', (count) => {
        acked = count;
        const now = performance.now();
        if (from === undefined) {
            if (now - started >= warmUpMillis) {
                from = now;
                fromCount = count;
            }
        } else if (now - from >= millis) {
            print({messages: count - fromCount, nanos: Math.round((now - from) * 1e6)});
            process.exit(0);
        }
        pump();
    });
    connect(client, () => {
        started = performance.now();
        pump();
    });
}

const roles = {echo, ping, sink, source};
const numbers = args.map((argument) => (/^\d+$/.test(argument) ? Number(argument) : argument));
if (!roles[role]) {
    fail('no role ' + role + ' (expected: ' + Object.keys(roles).join(', ') + ')');
}
roles[role](...numbers);
