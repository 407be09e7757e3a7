// Unmodified clients with the module heliograph-client, which drop their connections at random. Options: url, clients, first (number of the
// first client), channels, subscriptions, maxAbsence (ms), interval (ms between drops of one client), file (log).
// Each line of the log: client, channel, position, id of the publication or "!" and the reason of a gap; with the option times also the time.

import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { recover } from '../../js/index.js';

const require = createRequire(import.meta.url);
const socketClusterClient = require('socketcluster-client');
const { print, obey, options } = require('./console');

const { url, clients, first, channels, subscriptions, maxAbsence, interval, file, times } = options();
const { hostname, port, pathname } = new URL(url);
const log = [];
const time = () => (times ? `\t${Date.now()}` : '');
let dropping = true;
let drops = 0;
const unfinished = new Set();

function drop(socket) {
    setTimeout(() => {
        if (dropping) {
            if (socket.state === 'open') {
                drops++;
                socket.transport.socket.terminate();
            }
            drop(socket);
        }
    }, Math.random() * 2 * interval);
}

async function follow(name, recovery) {
    try {
        for await (const id of recovery) {
            log.push(`${name}\t${recovery.channel}\t${recovery.position}\t${id}${time()}`);
            if (id === 'end' && unfinished.delete(recovery) && unfinished.size === 0) {
                writeFileSync(file, log.join('\n'));
                print('finished', { drops });
            }
        }
    } catch (error) {
        print('failed', { name, channel: recovery.channel, message: String(error) });
    }
}

const all = [];
for (let i = first; i < first + clients; i++) {
    const socket = socketClusterClient.create({
        hostname,
        port: Number(port),
        path: pathname,
        autoReconnectOptions: { initialDelay: 0, randomness: maxAbsence, multiplier: 1, maxDelay: maxAbsence },
    });
    (async () => {
        for await (const _ of socket.listener('error')) {
            // Connections end on purpose.
        }
    })();
    for (let n = 0; n < subscriptions; n++) {
        const channel = `channel-${(i + n * 7) % channels}`;
        const name = `npm-${i}`;
        const recovery = recover(socket, {
            channel,
            onGap: ({ reason }) => log.push(`${name}\t${channel}\t!\t${reason}${time()}`),
        });
        all.push(recovery);
        unfinished.add(recovery);
        follow(name, recovery);
    }
    drop(socket);
}

obey({
    // Prints ready once all subscriptions have positions.
    ready() {
        const timer = setInterval(() => {
            if (all.every((recovery) => recovery.position !== undefined)) {
                clearInterval(timer);
                print('ready');
            }
        }, 20);
    },
    // Prints the subscriptions without the last message.
    unfinished() {
        print('unfinished', {
            subscriptions: [...unfinished].map((recovery) => `${recovery.channel} ${recovery.position}`),
        });
    },
    calm() {
        dropping = false;
    },
});
