'use strict';

// The npm contestant of bench/rpc: rpc-websockets with all options at their defaults, the same work as the Java peers.
//
//   node rpc.js serve JSON|MSGPACK
//   node rpc.js call  JSON|MSGPACK PORT CODEC WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
//   node rpc.js calls JSON|MSGPACK PORT CODEC OUTSTANDING WARM_UP_MILLIS MILLIS
//
// A server prints "ready" with its port, and lives until its standard input ends. A client prints its results, a name and a
// number a line. MessagePack is plugged in as the package allows; tiny-msgpack is what its MessagePack forks use.

const fs = require('fs');
const {CommonClient, Server, WebSocket} = require('rpc-websockets');
const tiny = require('tiny-msgpack');

const [role, codec, port, , ...args] = process.argv.slice(2);
const dataPack = codec === 'MSGPACK'
    ? {encode: (value) => tiny.encode(value), decode: (data) => tiny.decode(new Uint8Array(data))}
    : undefined;

function fail(error) {
    console.error(error);
    process.exit(1);
}

function serve() {
    const server = new Server({host: '127.0.0.1', port: 0}, dataPack);
    server.register('sum', ([a, b]) => a + b);
    server.on('error', fail);
    server.on('listening', () => console.log('ready ' + server.wss.address().port));
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
}

function connect() {
    return new Promise((resolve) => {
        const client = new CommonClient(WebSocket, 'ws://127.0.0.1:' + port + '/', {}, undefined, dataPack);
        client.on('open', () => resolve(client));
        client.on('error', fail);
    });
}

async function sum(client, a) {
    const result = await client.call('sum', [a, 3]);
    if (result !== a + 3) {
        fail(new Error('expected ' + (a + 3) + ', got ' + result));
    }
}

async function call(warmUpTrips, warmUpMillis, millis, file) {
    const client = await connect();
    const nanos = new Uint32Array(Math.min(1 << 26, Math.ceil(millis / 1000 * 500000)));
    let count = 0;
    let trips = 0;
    const started = process.hrtime.bigint();
    let last = started;
    let measuredFrom;
    while (measuredFrom === undefined
        || (Number(last - measuredFrom) < millis * 1e6 && count < nanos.length)) {
        await sum(client, ++trips);
        const now = process.hrtime.bigint();
        if (measuredFrom !== undefined) {
            nanos[count++] = Number(now - last);
        } else if (trips >= warmUpTrips && Number(now - started) >= warmUpMillis * 1e6) {
            measuredFrom = now;
        }
        last = now;
    }
    fs.writeFileSync(file, Buffer.from(nanos.buffer, 0, count * 4));
    console.log('trips ' + count);
    console.log('nanos ' + (last - measuredFrom));
    process.exit(0);
}

async function calls(outstanding, warmUpMillis, millis) {
    const client = await connect();
    const from = performance.now() + warmUpMillis;
    const to = from + millis;
    let count = 0;
    await Promise.all(Array.from({length: outstanding}, async (_, first) => {
        for (let a = first; ; a++) {
            await sum(client, a);
            const now = performance.now();
            if (now >= to) {
                return;
            }
            if (now >= from) {
                count++;
            }
        }
    }));
    console.log('calls ' + count);
    console.log('nanos ' + Math.round(millis * 1e6));
    process.exit(0);
}

const numbers = args.map(Number);
switch (role) {
    case 'serve':
        serve();
        break;
    case 'call':
        call(...numbers.slice(0, 3), args[3]).catch(fail);
        break;
    default:
        calls(...numbers).catch(fail);
}
