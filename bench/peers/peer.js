'use strict';

// npm contestant of bench/ipc: same roles, work and flow control as the Java peers.
//
//   node peer.js echo SOCKET
//   node peer.js ping SOCKET BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
//   node peer.js sink SOCKET ACK_EVERY
//   node peer.js source SOCKET WARM_UP_MILLIS MILLIS WINDOW
//
// A server prints "ready" and exits at the end of its standard input. A client prints one line per result: name and number.

const {Client, Server} = require('@crussell52/socket-ipc');
const {fail, ready, roundTrips, receiver, sender, run} = require('./flow');

const [role, socketFile, ...args] = process.argv.slice(2);

function listen(server) {
    server.on('error', fail);
    server.on('connection', (clientId, socket) => socket.on('error', () => {})); // the client disconnects without a handshake
    server.on('listening', ready);
    server.listen();
}

function connect(client, onConnect) {
    client.on('error', fail);
    client.on('connectError', fail);
    client.on('disconnect', () => fail(new Error('server disconnected')));
    client.on('connect', onConnect);
    client.connect();
}

function echo() {
    const server = new Server({socketFile});
    server.on('message.echo', (message, clientId) => server.send('echo', message, clientId));
    listen(server);
}

function ping(...settings) {
    const client = new Client({socketFile});
    const trips = roundTrips(...settings);
    const send = (topic, message) => client.send(topic, message);
    client.on('message.echo', (message) => trips.answered(message, send));
    connect(client, () => trips.start(send));
}

function sink(ackEvery) {
    const server = new Server({socketFile});
    const received = receiver(ackEvery);
    server.on('message.reading', (reading, clientId) =>
        received(reading, (topic, message) => server.send(topic, message, clientId)));
    listen(server);
}

function source(...settings) {
    const client = new Client({socketFile});
    const flow = sender(...settings);
    const send = (topic, message) => client.send(topic, message);
    client.on('message.ack', (count) => flow.acknowledged(count, send));
    connect(client, () => flow.start(send));
}

run({echo, ping, sink, source}, role, args);
