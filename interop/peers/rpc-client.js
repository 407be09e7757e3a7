'use strict';

// A client of rpc-websockets, or with the option raw a bare WebSocket that can also speak through a MessagePack package.
// Options: url, raw, client (the options of the client), pack (the MessagePack package that is the client's dataPack).

const {CommonClient, WebSocket: open} = require('rpc-websockets');
const WebSocket = require('ws');
const packs = require('./packs');
const {print, obey, options} = require('./console');

const {url, raw, client: given, pack} = options();

/** What JSON cannot say: {"$bytes": hex}, {"$date": milliseconds}, {"$undefined": true}. */
function special(value) {
    if (Array.isArray(value)) {
        return value.map(special);
    }
    if (value === null || typeof value !== 'object') {
        return value;
    }
    if ('$bytes' in value) {
        return Buffer.from(value.$bytes, 'hex');
    }
    if ('$date' in value) {
        return new Date(value.$date);
    }
    if ('$undefined' in value) {
        return undefined;
    }
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, special(each)]));
}

function shown(value) {
    return value instanceof Uint8Array ? {$bytes: Buffer.from(value).toString('hex')}
        : Array.isArray(value) ? value.map(shown)
            : value !== null && typeof value === 'object'
                ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)])) : value;
}

if (raw) {
    const socket = new WebSocket(url);
    let lib = 'tiny-msgpack';
    socket.on('open', () => print('open'));
    socket.on('close', (code) => print('close', {code}));
    socket.on('message', (data, binary) => binary
        ? print('packed', {value: shown(packs[lib].decode(data)), hex: data.toString('hex')})
        : print('text', {value: data.toString()}));
    obey({
        text: ({value}) => socket.send(value),
        bytes: ({hex}) => socket.send(Buffer.from(hex, 'hex')),
        packed: (command) => {
            lib = command.lib;
            socket.send(packs[lib].encode(special(command.value)));
        },
        close: ({code}) => socket.close(code),
    });
} else {
    const client = new CommonClient(
        open, url, {reconnect_interval: 50, max_reconnects: 0, ...given}, undefined, packs[pack]);
    const tell = (call, promise) => promise.then(
        (value) => print('result', {call, value: value === undefined ? null : value}),
        (error) => print('failed', {call, error: error instanceof Error ? error.message : error}));
    client.on('open', () => print('open'));
    client.on('close', (code, reason) => print('close', {code, reason}));
    client.on('error', (error) => print('error', {text: error.message}));
    client.on('max_reconnects_reached', (code) => print('exhausted', {code}));
    obey({
        call: ({call, method, params, timeout}) => tell(call, client.call(method, params, timeout)),
        binary: ({call, method, params}) => tell(call, client.call(method, params, null, {binary: true})),
        notify: ({call, method, params}) => tell(call, client.notify(method, params)),
        login: ({call, params}) => tell(call, client.login(params)),
        methods: ({call}) => tell(call, client.listMethods()),
        listen: ({name}) => client.on(name, (...args) => print('event', {args})),
        subscribe: ({call, name}) => {
            client.on(name, (...args) => print('event', {args}));
            tell(call, client.subscribe(name));
        },
        unsubscribe: ({call, name}) => tell(call, client.unsubscribe(name)),
        burst: ({call, count}) => tell(call, Promise.all(
            Array.from({length: count}, (_, i) => client.call('sum', [i, 1])))
            .then((sums) => sums.every((sum, i) => sum === i + 1))),
        close: ({code}) => client.close(code),
    });
}
