'use strict';

// A process of open-channel. Options: name, idle (opens no channel: a process of the same script for others to elect). It echoes
// what members send when it hosts. Events: ready, connect, accepted, received, data, end, error. Commands: write, state.

const {print, obey, options} = require('./console');

const {name, idle} = options();
const text = (data) => data.toString('latin1');

if (idle) {
    print('ready', {pid: process.pid});
    obey({});
} else {
    const {openChannel} = require('open-channel');
    const channel = openChannel(name, (socket) => {
        print('accepted');
        socket.on('data', (data) => socket.write(data));
        socket.on('error', () => {});
    });
    const socket = channel.connect();
    socket.on('connect', () => print('connect', {state: channel.state}));
    socket.on('data', (data) => print('data', {data: text(data)}));
    socket.on('end', () => print('end'));
    socket.on('error', (error) => print('error', {code: error.code}));
    obey({
        write: ({data}) => socket.write(Buffer.from(data, 'latin1')),
        state: () => print('state', {state: channel.state}),
    });
}
