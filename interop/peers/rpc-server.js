'use strict';

// A server of rpc-websockets. Options: pack (the MessagePack package that is its dataPack), port.

const {Server} = require('rpc-websockets');
const packs = require('./packs');
const {print, obey, options} = require('./console');

const {pack, port = 0} = options();
const server = new Server({port, host: '127.0.0.1'}, packs[pack]);

server.register('sum', (params) => Array.isArray(params) ? params[0] + params[1] : params.a + params.b);
server.register('echo', (params) => params);
server.register('log', (params) => print('logged', {params: params === undefined ? null : params}));
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
server.event('said', '/chat');

server.on('listening', () => print('ready', {port: server.wss.address().port}));
server.on('connection', (socket) => print('connection', {id: socket._id}));
server.on('disconnection', (socket) => print('disconnection', {id: socket._id}));

obey({
    emit: ({name, args}) => server.emit(name, ...args),
    say: ({args}) => server.of('/chat').emit('said', ...args),
    tell: ({text}) => server.wss.clients.forEach((socket) => socket.send(text)),
    drop: ({code, reason}) => server.wss.clients.forEach((socket) => socket.close(code, reason)),
    terminate: () => server.wss.clients.forEach((socket) => socket.terminate()),
    // Opened anew, empty: else the server would die of its own fault when the sockets close.
    renewNamespace: ({name}) => { server.closeNamespace(name); server.of(name); },
});
