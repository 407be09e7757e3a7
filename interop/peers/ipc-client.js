'use strict';

// Clients of @crussell52/socket-ipc. Options: socketFile, retryDelay, reconnectDelay, transcoder, count (how many clients,
// 1 by default), echo (answer each message). Events and commands carry the client's number where it is not 0; a command
// without one goes to client 0, and one for 'all' to each.

const {Client} = require('@crussell52/socket-ipc');
const {print, told, failure, fill, obey, options} = require('./console');

const {count = 1, echo, quiet, ...given} = options();
let received = 0;

const clients = Array.from({length: count}, (_, number) => {
    const client = new Client(given);
    const tell = (event, fields) => print(event, {...(number > 0 ? {client: number} : {}), ...fields});
    client.on('connect', (socket) => {
        client.raw = socket;
        tell('connect');
    });
    client.on('reconnect', () => tell('reconnect'));
    client.on('disconnect', () => tell('disconnect'));
    client.on('connectError', (error) => tell('connectError', {code: error.code}));
    client.on('message', (message, topic) => {
        received++;
        if (!quiet) {
            tell('message', {topic, ...told(message)});
        }
        if (echo) {
            client.send(topic, message);
        }
    });
    client.on('error', (error) => tell('error', failure(error)));
    client.on('closed', () => tell('closed'));
    client.on('close', () => tell('close'));
    return client;
});

const each = (client, action) => (client === 'all' ? clients : [clients[client || 0]]).forEach(action);

obey({
    send: ({client, topic, message}) => each(client, (c) => c.send(topic, message)),
    burst: ({client, topic, count: times}) => each(client, (c) => {
        for (let i = 0; i < times; i++) {
            c.send(topic, i);
        }
    }),
    fill: ({client, topic, seed, length}) => each(client, (c) => c.send(topic, fill(seed, length))),
    destroy: ({client}) => each(client, (c) => c.raw.destroy()),
    count: () => print('count', {received}),
    close: ({client}) => each(client, (c) => c.close()),
});

clients.forEach((client) => client.connect());
