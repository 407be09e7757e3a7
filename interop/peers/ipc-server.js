'use strict';

// A server of @crussell52/socket-ipc. Options: socketFile, transcoder, echo (answer each message to its sender).

const {Server} = require('@crussell52/socket-ipc');
const {print, told, failure, fill, obey, options} = require('./console');

const {echo, quiet, ...given} = options();
const server = new Server(given);
const sockets = new Map();
let received = 0;

server.on('error', (error) => print('error', failure(error)));
server.on('listening', () => print('ready'));
server.on('connection', (clientId, socket) => {
    sockets.set(clientId, socket);
    socket.on('error', (error) => print('socketError', {clientId, code: error.code})); // unheard, it ends the process
    socket.on('end', () => print('end', {clientId}));
    socket.on('close', () => {
        sockets.delete(clientId);
        print('disconnection', {clientId});
    });
    print('connection', {clientId});
});
server.on('message', (message, topic, clientId) => {
    received++;
    if (!quiet) {
        print('message', {topic, clientId, ...told(message)});
    }
    if (echo) {
        server.send(topic, message, clientId);
    }
});
server.on('closed', () => print('closed'));
server.on('close', () => print('close'));

obey({
    send: ({topic, message, clientId}) => server.send(topic, message, clientId),
    broadcast: ({topic, message}) => server.broadcast(topic, message),
    burst: ({topic, count, clientId}) => {
        for (let i = 0; i < count; i++) {
            server.send(topic, i, clientId);
        }
    },
    fill: ({topic, seed, length, clientId}) => server.send(topic, fill(seed, length), clientId),
    destroy: ({clientId}) => sockets.get(clientId).destroy(),
    count: () => print('count', {received}),
    close: () => server.close(),
});

server.listen();
