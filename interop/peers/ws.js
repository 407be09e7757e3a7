'use strict';

// A WebSocket of ws that echoes what it receives: a server, or with the option url a client, which tells what it receives instead.
// Options: url, deflate (true, or the options of perMessageDeflate). Commands: send (text, or bytes zeros), fragments (parts), ping (text), close (code, reason).

const WebSocket = require('ws');
const {print, told, failure, obey, options} = require('./console');

const {url, deflate} = options();
const compression = deflate ? {threshold: 10, ...(deflate === true ? {} : deflate)} : false;
let socket;

function use(opened) {
    socket = opened;
    socket.on('message', (data, binary) => {
        print('message', {binary, length: data.length, ...told(binary ? undefined : data.toString())});
        if (!url) {
            socket.send(data, {binary});
        }
    });
    socket.on('pong', (data) => print('pong', {text: data.toString()}));
    socket.on('error', (error) => print('error', failure(error)));
    socket.on('close', (code, reason) => print('close', {code, reason: reason.toString()}));
}

if (url) {
    const client = new WebSocket(url, ['one', 'two'], {perMessageDeflate: compression});
    use(client);
    client.on('open', () => print('open', {protocol: client.protocol, extensions: client.extensions}));
} else {
    const server = new WebSocket.Server({host: '127.0.0.1', port: 0, perMessageDeflate: compression});
    server.on('listening', () => print('listening', {port: server.address().port}));
    server.on('connection', (opened) => {
        use(opened);
        print('open', {protocol: opened.protocol, extensions: opened.extensions});
    });
}

obey({
    send: ({text, bytes}) => socket.send(bytes === undefined ? text : Buffer.alloc(bytes)),
    fragments: ({parts}) => parts.forEach((part, i) => socket.send(part, {fin: i === parts.length - 1})),
    ping: ({text}) => socket.ping(text),
    close: ({code, reason}) => socket.close(code, reason),
});
