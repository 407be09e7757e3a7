'use strict';

// One end of a typed socket, written from the byte layout alone on Node's own net module: framing and numbers by Buffer's
// functions. Options: role (server or client), port, framed, type (of what is received), tls (key, cert, ca as PEM).

const net = require('net');
const tls = require('tls');
const {print, obey, options} = require('./console');

const NUMBERS = {
    byte: [1, 'Int8'], unsignedbyte: [1, 'UInt8'], short: [2, 'Int16BE'], unsignedshort: [2, 'UInt16BE'], int: [4, 'Int32BE'],
    unsignedint: [4, 'UInt32BE'], float: [4, 'FloatBE'], double: [8, 'DoubleBE'], number: [8, 'DoubleBE'], long: [8, 'BigInt64BE'],
};

function encode(type, values) {
    const [size, name] = NUMBERS[type];
    const bytes = Buffer.alloc(size * values.length);
    values.forEach((value, i) => bytes['write' + name](type === 'long' ? BigInt(value) : Number(value), i * size));
    return bytes;
}

function decode(type, bytes) {
    if (!NUMBERS[type]) {
        return {text: bytes.toString('utf8')};
    }
    const [size, name] = NUMBERS[type];
    const values = [];
    for (let at = 0; at + size <= bytes.length; at += size) {
        values.push(String(bytes['read' + name](at)));
    }
    return {values};
}

function frame(bytes) {
    if (bytes.length < 255) {
        return Buffer.concat([Buffer.from([bytes.length]), bytes]);
    }
    const header = Buffer.from([255, 0, 0, 0, 0]);
    header.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([header, bytes]);
}

const given = options();
let socket;
let pending = Buffer.alloc(0);

function told(bytes) {
    print('message', {length: bytes.length, ...decode(given.type, bytes)});
}

function read(chunk) {
    pending = Buffer.concat([pending, chunk]);
    if (!given.framed) {
        const [size] = NUMBERS[given.type] || [1];
        const whole = pending.length - pending.length % size;
        if (whole > 0) {
            told(pending.subarray(0, whole));
            pending = pending.subarray(whole);
        }
        return;
    }
    for (;;) {
        const long = pending[0] === 255;
        const header = long ? 5 : 1;
        if (pending.length < header) {
            return;
        }
        const length = long ? pending.readUInt32BE(1) : pending[0];
        if (pending.length < header + length) {
            return;
        }
        told(pending.subarray(header, header + length));
        pending = pending.subarray(header + length);
    }
}

function follow(accepted) {
    socket = accepted;
    socket.setNoDelay(true);
    socket.on('data', read);
    socket.on('end', () => print('end'));
    socket.on('error', (error) => print('socketError', {code: error.code}));
    socket.on('close', () => print('close'));
    print('connection');
}

if (given.role === 'server') {
    const server = given.tls ? tls.createServer(given.tls, follow) : net.createServer(follow);
    server.on('tlsClientError', (error) => print('tlsError', {code: error.code}));
    server.listen(given.port || 0, '127.0.0.1', () => print('ready', {port: server.address().port}));
} else {
    const client = given.tls
        ? tls.connect({port: given.port, host: '127.0.0.1', ...given.tls}, () => follow(client))
        : net.connect(given.port, '127.0.0.1', () => follow(client));
    client.on('error', (error) => print('connectError', {code: error.code}));
}

function send(bytes) {
    socket.write(given.framed ? frame(bytes) : bytes);
}

obey({
    text: ({text}) => send(Buffer.from(text, 'utf8')),
    fill: ({length}) => send(Buffer.alloc(length, 'a')),
    values: ({type, values}) => send(encode(type, values)),
    hex: ({hex}) => socket.write(Buffer.from(hex, 'hex')),
    end: () => socket.end(),
    destroy: () => socket.destroy(),
});
