'use strict';

// Prints the names of all that users of socketcluster-server and socketcluster-client can set, call and listen for.

const fs = require('fs');
const http = require('http');
const socketClusterClient = require('socketcluster-client');
const socketClusterServer = require('socketcluster-server');
const {print} = require('./console');

const server = socketClusterServer.attach(http.createServer());
const client = socketClusterClient.create({autoConnect: false});

/** The public methods of an object, its class's and those that this has from others. */
function methods(object) {
    const names = new Set();
    for (let each = Object.getPrototypeOf(object); each && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
        Object.getOwnPropertyNames(each).forEach((name) => names.add(name));
    }
    return [...names].filter((name) => name !== 'constructor' && !name.startsWith('_')).sort();
}

/** The events that a file emits, by the calls in its text. */
function events(...files) {
    const text = files.map((file) => fs.readFileSync(require.resolve(file), 'utf8')).join();
    return [...new Set([...text.matchAll(/\bemit\(\s*'(\w+)'/g)].map(([, name]) => name))].sort();
}

const properties = (object) => Object.keys(object).filter((name) => !name.startsWith('_')).sort();

print('surface', {
    'server option': properties(server.options),
    'server method': methods(server),
    'server property': properties(server),
    'server event': events('socketcluster-server/server.js'),
    'socket method': methods(Object.create(socketClusterServer.AGServerSocket.prototype)),
    'socket event': events('socketcluster-server/serversocket.js'),
    'client option': properties(client.options),
    'client method': methods(client),
    'client property': properties(client),
    'client event': events('socketcluster-client/lib/clientsocket.js'),
    'channel method': methods(client.channel('any')),
    'exchange method': methods(server.exchange),
});
process.exit();
