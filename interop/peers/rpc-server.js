'use strict';

// A server of rpc-websockets. Options: msgpack (its dataPack is msgpack-lite).

const {Server} = require('rpc-websockets');
const {print, obey, options} = require('./console');

const {msgpack} = options();
const pack = require('msgpack-lite');
const server = new Server(
    {port: 0, host: '127.0.0.1'},
    msgpack ? {encode: (value) => pack.encode(value), decode: (data) => pack.decode(new Uint8Array(data))} : undefined);

server.register('sum', (params) => Array.isArray(params) ? params[0] + params[1] : params.a + params.b);
server.register('echo', (params) => params);
server.register('nothing', () => undefined);
server.register('hang', () => new Promise(() => {}));
server.register('fail', () => { throw server.createError(-32050, 'demo failure', {why: 'asked'}); });
server.register('boom', () => { throw new TypeError('boom'); });
server.register('plain', () => { throw 'plain'; });
server.register('secret', () => 'treasure').protected();
server.setAuth((params) => params.username === 'foo' && params.password === 'bar');
server.event('newMail');
server.event('hidden').protected();
server.register('where', () => 'chat', '/chat');

server.on('listening', () => print('ready', {port: server.wss.address().port}));
server.on('connection', (socket) => print('connection', {id: socket._id}));
server.on('disconnection', (socket) => print('disconnection', {id: socket._id}));

obey({
    emit: ({name, args}) => server.emit(name, ...args),
    drop: ({code, reason}) => server.wss.clients.forEach((socket) => socket.close(code, reason)),
    terminate: () => server.wss.clients.forEach((socket) => socket.terminate()),
    closeNamespace: ({name}) => server.closeNamespace(name),
});
