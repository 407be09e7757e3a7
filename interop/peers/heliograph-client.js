'use strict';

// Several clients of one server with the module heliograph-client, which lose their connections at random.
// Options: port, clients, channels. It prints a report with what each client received.

const socketClusterClient = require('socketcluster-client');
const {print, obey, options} = require('./console');

const {port, clients, channels} = options();
const peers = [];

/** Reads a channel into a log, with its gaps. */
async function read(recovery, log) {
    for await (const data of recovery) {
        log.push(data);
    }
}

async function start() {
    const {recover} = await import('../../js/index.js');
    for (let i = 0; i < clients; i++) {
        const socket = socketClusterClient.create({
            hostname: '127.0.0.1',
            port,
            autoReconnectOptions: {initialDelay: 50, randomness: 1000, multiplier: 1},
        });
        const peer = {socket, logs: {}, gaps: [], drops: 0};
        peers.push(peer);
        for (const channel of channels) {
            peer.logs[channel] = [];
            read(recover(socket, {channel, onGap: (gap) => peer.gaps.push(gap)}), peer.logs[channel]);
        }
        (async () => {
            for await (const {error} of socket.listener('error')) {
                process.stderr.write(error.message + '\n');
            }
        })();
    }
    const subscribed = () => peers.every(({logs}) => channels.every((channel) => logs[channel].length > 0));
    while (!subscribed()) {
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    print('subscribed', {});
}

/** Breaks the connections of some clients. */
function drop() {
    for (const peer of peers) {
        if (peer.socket.state === 'open' && Math.random() < 0.5) {
            peer.drops++;
            peer.socket.transport.socket.terminate();
        }
    }
}

obey({
    drop,
    report: () => peers.forEach(({logs, gaps, drops}) => print('report', {logs, gaps, drops})),
    length: () => print('length', {lengths: peers.flatMap(({logs}) => channels.map((channel) => logs[channel].at(-1)))}),
});
start();
