'use strict';

// npm contestant of bench/channel: open-channel, with the same roles, work and flow control as the Java peers. The package
// transfers bytes only, so this file adds messages (a length of four bytes before each, as Heliograph has on the wire, and JSON)
// and the relay at the host.
//
//   node channel.js host   DIRECTORY
//   node channel.js echo   DIRECTORY
//   node channel.js ping   DIRECTORY BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
//   node channel.js sink   DIRECTORY ACK_EVERY
//   node channel.js source DIRECTORY WARM_UP_MILLIS MILLIS WINDOW
//
// All roles except ping and source print "ready" and exit at the end of their standard input. Ping and source print one line
// per result: name and number.

const {fail, ready, roundTrips, receiver, sender, run} = require('./flow');

const HEAD = 4;

const [role, directory, ...args] = process.argv.slice(2);
process.env.TMPDIR = directory; // the package places the channel here
const {openChannel} = require('open-channel');

// Returns the end of the last complete frame in bytes.
function wholeFrames(bytes) {
    let end = 0;
    while (end + HEAD <= bytes.length && end + HEAD + bytes.readUInt32BE(end) <= bytes.length) {
        end += HEAD + bytes.readUInt32BE(end);
    }
    return end;
}

// Calls take with complete frames, regardless of chunk boundaries.
function framed(socket, take) {
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        const end = wholeFrames(bytes);
        rest = bytes.subarray(end);
        take(bytes.subarray(0, end));
    });
}

// Relays the frames of a member to all other members that have sent a frame, which excludes the host's own member.
function relay() {
    const members = new Set();
    return (socket) => {
        socket.on('error', () => {}); // members disconnect without a handshake
        socket.on('close', () => members.delete(socket));
        framed(socket, (frames) => {
            members.add(socket);
            for (const member of members) {
                if (member !== socket && frames.length > 0) {
                    member.write(frames);
                }
            }
        });
    };
}

function frame(topic, message) {
    const text = JSON.stringify({topic, message});
    const length = Buffer.byteLength(text);
    const bytes = Buffer.allocUnsafe(HEAD + length);
    bytes.writeUInt32BE(length, 0);
    bytes.write(text, HEAD);
    return bytes;
}

// Joins the channel; listeners maps topics to functions.
function join(listeners, onConnect) {
    const socket = openChannel('bench', relay()).connect();
    const send = (topic, message) => socket.write(frame(topic, message));
    socket.on('error', fail);
    socket.on('connect', () => {
        if (role !== 'host') {
            send('hello', role);
        }
        onConnect(send);
    });
    framed(socket, (frames) => {
        for (let at = 0; at < frames.length; ) {
            const end = at + HEAD + frames.readUInt32BE(at);
            const {topic, message} = JSON.parse(frames.toString('utf8', at + HEAD, end));
            at = end;
            if (listeners[topic]) {
                listeners[topic](message, send);
            }
        }
    });
}

function host() {
    join({}, ready);
}

function echo() {
    join({echo: (message, send) => send('echo', message)}, ready);
}

function ping(...settings) {
    const trips = roundTrips(...settings);
    join({echo: trips.answered}, trips.start);
}

function sink(ackEvery) {
    join({reading: receiver(ackEvery)}, ready);
}

function source(...settings) {
    const flow = sender(...settings);
    join({ack: flow.acknowledged}, flow.start);
}

run({host, echo, ping, sink, source}, role, args);
