'use strict';

// A client of rpc-websockets, or with the option raw a bare WebSocket that can also speak through a MessagePack package.
// Options: url, raw, client (the options of the client).

const {Client} = require('rpc-websockets');
const WebSocket = require('ws');
const {print, obey, options} = require('./console');

const packs = {
    'tiny-msgpack': (() => {
        const tiny = require('tiny-msgpack');
        return {encode: (value) => tiny.encode(value), decode: (data) => tiny.decode(new Uint8Array(data))};
    })(),
    'msgpack-lite': (() => {
        const lite = require('msgpack-lite');
        return {encode: (value) => lite.encode(value), decode: (data) => lite.decode(new Uint8Array(data))};
    })(),
};

const {url, raw, client: given} = options();

if (raw) {
    const socket = new WebSocket(url);
    let pack = 'tiny-msgpack';
    socket.on('open', () => print('open'));
    socket.on('close', (code) => print('close', {code}));
    socket.on('message', (data, binary) =>
        print(binary ? 'packed' : 'text', {value: binary ? packs[pack].decode(data) : data.toString()}));
    obey({
        text: ({value}) => socket.send(value),
        packed: ({lib, value}) => {
            pack = lib;
            socket.send(packs[lib].encode(value));
        },
    });
} else {
    const client = new Client(url, {reconnect_interval: 50, max_reconnects: 0, ...given});
    const tell = (call, promise) => promise.then(
        (value) => print('result', {call, value: value === undefined ? null : value}),
        (error) => print('failed', {call, error: error instanceof Error ? error.message : error}));
    client.on('open', () => print('open'));
    client.on('close', (code, reason) => print('close', {code, reason}));
    client.on('error', (error) => print('error', {text: error.message}));
    obey({
        call: ({call, method, params}) => tell(call, client.call(method, params)),
        binary: ({call, method, params}) => tell(call, client.call(method, params, null, {binary: true})),
        notify: ({call, method, params}) => tell(call, client.notify(method, params)),
        login: ({call, params}) => tell(call, client.login(params)),
        methods: ({call}) => tell(call, client.listMethods()),
        subscribe: ({call, name}) => {
            client.on(name, (...args) => print('event', {args}));
            tell(call, client.subscribe(name));
        },
        unsubscribe: ({call, name}) => tell(call, client.unsubscribe(name)),
        close: ({code}) => client.close(code),
    });
}
