'use strict';

// Many clients of socketcluster-client, rpc-websockets and socket-ipc, at their default delays, in one process. Options: socketCluster, rpc, ipc (numbers
// of clients), url (of the server, with its port), socketFile, channel (its publications are counted), calls (per second, of all clients together),
// namespace (the beginning of the ids of calls). Each call has an id, which the procedure "work" returns. A call of rpc-websockets whose connection
// has closed ends by its time-out only.
// The command stop prints the result: the calls without an answer, the time between publications and the times of reconnection.

const socketClusterClient = require('socketcluster-client');
const {CommonClient, WebSocket: open} = require('rpc-websockets');
const {Client} = require('@crussell52/socket-ipc');
const {print, obey, options} = require('./console');

const {socketCluster, rpc, ipc, url, socketFile, channel, calls: rate, namespace} = options();
const callers = [];
const answered = [];
const failed = {};
const refused = [];
const reconnects = {socketCluster: [], rpc: [], ipc: []};
const gaps = {socketCluster: [], rpc: [], ipc: []};
let connected = 0;
let calls = 0;
let running = 0;

function up() {
    connected++;
    if (connected === socketCluster + rpc + ipc) {
        print('connected');
    }
}

/** Records the longest time between two publications of one client. */
function watch(kind) {
    const client = {kind, last: 0, gap: 0, calls: 0};
    gaps[kind].push(client);
    return {
        received() {
            const now = performance.now();
            client.gap = client.last === 0 ? 0 : Math.max(client.gap, now - client.last);
            client.last = now;
        },
    };
}

function error(name, id) {
    (failed[name] ??= []).push(id);
}

async function each(stream, handle) {
    for await (const item of stream) {
        handle(item);
    }
}

for (let i = 0; i < socketCluster; i++) {
    const {hostname, port} = new URL(url);
    const client = socketClusterClient.create({hostname, port: Number(port), path: '/socketcluster/'});
    const watched = watch('socketCluster');
    let first = true;
    each(client.listener('connect'), () => {
        if (!first) {
            reconnects.socketCluster.push(performance.now());
        }
        first = false;
    });
    each(client.listener('connectAbort'), ({code}) => refused.push(`socketcluster ${code}`));
    each(client.listener('error'), () => {});
    const subscribed = client.subscribe(channel);
    each(subscribed, () => watched.received());
    subscribed.listener('subscribe').once().then(up);
    callers.push({
        isOpen: () => client.state === client.OPEN,
        call: (id) => client.invoke('work', id),
    });
}

for (let i = 0; i < rpc; i++) {
    const client = new CommonClient(open, `${url}/rpc`, {});
    const watched = watch('rpc');
    let first = true;
    let ready = false;
    client.on('open', () => {
        if (!first) {
            reconnects.rpc.push(performance.now());
        }
        client.subscribe(channel).then(() => {
            ready = true;
            if (first) {
                up();
            }
            first = false;
        }, () => {});
    });
    client.on('close', () => {
        ready = false;
    });
    client.on('error', ({message}) => refused.push(`rpc ${message}`));
    client.on(channel, () => watched.received());
    callers.push({
        isOpen: () => ready,
        call: (id) => client.call('work', [id], 5000),
    });
}

for (let i = 0; i < ipc; i++) {
    const client = new Client({socketFile});
    const watched = watch('ipc');
    const pending = new Map();
    let ready = false;
    const ask = () => {
        client.send('#subscribe', channel);
        ready = true;
    };
    client.on('connect', ask);
    client.on('reconnect', () => {
        reconnects.ipc.push(performance.now());
        ask();
    });
    client.on('disconnect', () => {
        ready = false;
        for (const {reject} of pending.values()) {
            reject(new Error('disconnected'));
        }
        pending.clear();
    });
    client.on('connectError', ({code}) => refused.push(`ipc ${code}`));
    client.on('error', () => {});
    client.on('message', (message, topic) => {
        if (topic === channel) {
            watched.received();
        } else if (topic === '#subscribed') {
            up();
        } else if (topic === '#reply' && pending.has(message.id)) {
            const {resolve, reject} = pending.get(message.id);
            pending.delete(message.id);
            if (message.error) {
                reject(message.error);
            } else {
                resolve(message.data);
            }
        }
    });
    client.connect();
    callers.push({
        isOpen: () => ready,
        call: (id) => new Promise((resolve, reject) => {
            pending.set(id, {resolve, reject});
            client.send('#call', {id, procedure: 'work', data: id});
        }),
    });
}

let next = 0;

function call() {
    for (let tried = 0; tried < callers.length; tried++) {
        const caller = callers[next++ % callers.length];
        if (caller.isOpen()) {
            const id = `${namespace}-${calls++}`;
            running++;
            caller.call(id).then((result) => (result === id ? answered.push(id) : error('wrong result', id)), (cause) => {
                error(cause.code === -32003 || cause.name === 'ServerClosingError' ? 'ServerClosingError' : 'disconnected', id);
            }).finally(() => running--);
            return;
        }
    }
}

const percentile = (values, share) => {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted.length === 0 ? 0 : Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
};

let timer;
let owed = 0;

obey({
    start: () => {
        timer = setInterval(() => {
            for (owed += rate / 100; owed >= 1; owed--) {
                call();
            }
        }, 10);
    },
    stop: () => {
        clearInterval(timer);
        const deadline = performance.now() + 15000;
        const wait = setInterval(() => {
            if (running === 0 || performance.now() > deadline) {
                clearInterval(wait);
                const begin = Math.min(...Object.values(reconnects).flat());
                print('result', {
                    calls,
                    answered,
                    failed: Object.fromEntries(Object.entries(failed).map(([name, ids]) => [name, ids.length])),
                    refused,
                    reconnects: Object.fromEntries(Object.entries(reconnects)
                        .map(([kind, times]) => [kind, times.map((time) => Math.round(time - begin))])),
                    gapP99: Object.fromEntries(Object.entries(gaps)
                        .map(([kind, all]) => [kind, percentile(all.map(({gap}) => gap), 0.99)])),
                });
            }
        }, 20);
    },
});
