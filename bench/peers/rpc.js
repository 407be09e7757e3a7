'use strict';

// The npm contestant of bench/rpc: rpc-websockets, the same work as the Java peers.
//
//   node rpc.js serve npm PORT
//   node rpc.js load npm PORT CODEC CONNECTIONS OUTSTANDING WARM_UP_MILLIS MILLIS

const {Client, Server} = require('rpc-websockets');

const [role, , port, , connections, outstanding, warmUpMillis, millis] = process.argv.slice(2);

function fail(error) {
    console.error(error);
    process.exit(1);
}

function serve() {
    const server = new Server({host: '127.0.0.1', port: Number(port)});
    server.register('sum', ([a, b]) => a + b);
    server.on('error', fail);
    server.on('listening', () => console.log('ready'));
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
}

async function load() {
    const clients = [];
    for (let i = 0; i < Number(connections); i++) {
        const client = new Client('ws://127.0.0.1:' + port + '/');
        await new Promise((resolve, reject) => {
            client.on('open', resolve);
            client.on('error', reject);
        });
        clients.push(client);
    }
    const from = performance.now() + Number(warmUpMillis);
    const to = from + Number(millis);
    const took = [];
    await Promise.all(clients.flatMap((client) => Array.from({length: Number(outstanding)}, async (_, number) => {
        for (let a = number; ; a = (a + 1) & 0xffff) {
            const began = performance.now();
            const sum = await client.call('sum', [a, 3]);
            const now = performance.now();
            if (sum !== a + 3) {
                fail(new Error('expected ' + (a + 3) + ', got ' + sum));
            }
            if (now >= to) {
                return;
            }
            if (began >= from) {
                took.push(now - began);
            }
        }
    })));
    took.sort((x, y) => x - y);
    const at = (share) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))] * 1e6);
    console.log('calls ' + took.length);
    console.log('nanos ' + Math.round(Number(millis) * 1e6));
    console.log('p50 ' + at(0.5));
    console.log('p99 ' + at(0.99));
    process.exit(0);
}

(role === 'serve' ? serve : () => load().catch(fail))();
