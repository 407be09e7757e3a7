'use strict';

// The host module @accessors-modules/socket, as far as it works: raw unsigned shorts, and arrays of wider numbers on sending.
// Options: role (server or client), port, answer (a server answers each number with that number plus one), and those of the
// module. All transport errors of the module end the process unless they are caught here.

const {SocketClient, SocketServer} = require('@accessors-modules/socket');
const {print, obey, options} = require('./console');

process.on('uncaughtException', (error) => print('uncaught', {text: error.message}));

const {role, port, answer, ...given} = options();
let peer;

function follow(socket) {
    peer = socket;
    socket.on('data', (value) => {
        print('data', {value});
        if (answer) {
            socket.send([value + 1]);
        }
    });
    socket.on('close', () => print('close'));
}

if (role === 'server') {
    const server = new SocketServer({...given, port: 0, host: '127.0.0.1'});
    server.on('listening', (real) => print('ready', {port: real}));
    server.on('connection', (socket) => {
        follow(socket);
        print('connection');
    });
    server.start();
} else {
    const client = new SocketClient(port, '127.0.0.1', given);
    client.on('open', () => print('open'));
    follow(client);
    client.open();
}

obey({
    send: ({value}) => peer.send(value),
    close: () => peer.close(),
});
