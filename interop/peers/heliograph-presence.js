'use strict';

// A client with the presence of the module heliograph-client. Options: port, channel. It prints the members after each change.

const socketClusterClient = require('socketcluster-client');
const {print, obey, options} = require('./console');

const {port, channel} = options();
const socket = socketClusterClient.create({
    hostname: '127.0.0.1',
    port,
    autoReconnectOptions: {initialDelay: 500, randomness: 100, multiplier: 1},
});
let members;

(async () => {
    for await (const {error} of socket.listener('error')) {
        process.stderr.write(error.message + '\n');
    }
})();

async function watch() {
    const {presence} = await import('../../js/index.js');
    members = presence(socket, channel);
    try {
        for await (const list of members) {
            print('members', {users: list.map(({user}) => user).sort(), ids: list.map(({id}) => id).sort()});
        }
        print('ended', {});
    } catch ({name}) {
        print('failed', {name});
    }
}

obey({
    watch,
    authenticate: async ({token}) => {
        await socket.listener('connect').once();
        await socket.authenticate(token);
        print('authenticated', {});
    },
    drop: () => socket.transport.socket.terminate(),
    close: () => members.close(),
});
print('ready', {});
