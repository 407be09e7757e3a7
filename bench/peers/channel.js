'use strict';

// The npm contestant of bench/channel: open-channel, the same roles, the same work and the same flow control as the Java peers. The
// package carries bytes only, so what makes messages of them, and passes them on at the host, is here: a length of four bytes before
// each, as Heliograph has on the wire, and JSON.
//
//   node channel.js host   DIRECTORY
//   node channel.js echo   DIRECTORY
//   node channel.js ping   DIRECTORY BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
//   node channel.js sink   DIRECTORY ACK_EVERY
//   node channel.js source DIRECTORY WARM_UP_MILLIS MILLIS WINDOW
//
// All but ping and source print "ready" and live until their standard input ends. Ping and source print their results, a name and a
// number a line.

const fs = require('fs');

const FIRST_ID = 100000000; // nine digits from the first to the last message, so that all have one size
const HEAD = 4;

const [role, directory, ...args] = process.argv.slice(2);
process.env.TMPDIR = directory; // where the package looks for the channel
const {openChannel} = require('open-channel');

function fail(error) {
    console.error(error);
    process.exit(1);
}

function ready() {
    console.log('ready');
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
}

function print(results) {
    for (const [name, number] of Object.entries(results)) {
        console.log(name + ' ' + number);
    }
}

// Where the last whole frame in some bytes ends.
function wholeFrames(bytes) {
    let end = 0;
    while (end + HEAD <= bytes.length && end + HEAD + bytes.readUInt32BE(end) <= bytes.length) {
        end += HEAD + bytes.readUInt32BE(end);
    }
    return end;
}

// Gives whole frames to a function, however the bytes of a socket are cut.
function framed(socket, take) {
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        const end = wholeFrames(bytes);
        rest = bytes.subarray(end);
        take(bytes.subarray(0, end));
    });
}

// Passes on what a member sends to all others that have sent something: so not to the host's own member.
function relay() {
    const members = new Set();
    return (socket) => {
        socket.on('error', () => {}); // the client ends by leaving
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

// Joins; listeners are functions by topic.
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

function ping(bytes, warmUpTrips, warmUpMillis, millis, file) {
    const text = 'x'.repeat(bytes - JSON.stringify({id: FIRST_ID, text: ''}).length);
    const nanos = new Uint32Array(Math.min(1 << 26, Math.ceil(millis / 1000 * 500000)));
    let count = 0;
    let trips = 0;
    let started;
    let last;
    let measuredFrom;
    let expected = FIRST_ID;

    function answered(message, send) {
        if (message.id !== expected || message.text.length !== text.length) {
            fail(new Error('expected ' + expected + ', got ' + message.id));
        }
        const now = performance.now();
        const took = now - last;
        last = now;
        if (measuredFrom === undefined) {
            trips++;
            if (trips >= warmUpTrips && now - started >= warmUpMillis) {
                measuredFrom = now;
            }
        } else {
            nanos[count++] = Math.round(took * 1e6);
            if (now - measuredFrom >= millis || count === nanos.length) {
                fs.writeFileSync(file, Buffer.from(nanos.buffer, 0, count * 4)); // little endian, as are all our machines
                print({trips: count, nanos: Math.round((now - measuredFrom) * 1e6)});
                process.exit(0);
            }
        }
        send('echo', {id: ++expected, text});
    }

    join({echo: answered}, (send) => {
        started = last = performance.now();
        send('echo', {id: expected, text});
    });
}

function sink(ackEvery) {
    let received = 0;
    join({
        reading: (reading, send) => {
            if (reading.id !== FIRST_ID + received) {
                fail(new Error('expected ' + (FIRST_ID + received) + ', got ' + reading.id));
            }
            if (++received % ackEvery === 0) {
                send('ack', received);
            }
        },
    }, ready);
}

function source(warmUpMillis, millis, window) {
    let sent = 0;
    let acked = 0;
    let started;
    let from;
    let fromCount;

    function pump(send) {
        while (sent - acked < window) {
            send('reading', {id: FIRST_ID + sent, sensor: 'roof-03', celsius: 21.5, valid: true, note: 'north side'});
            sent++;
        }
    }

    function acknowledged(count, send) {
        acked = count;
        const now = performance.now();
        if (from === undefined) {
            if (now - started >= warmUpMillis) {
                from = now;
                fromCount = count;
            }
        } else if (now - from >= millis) {
            print({messages: count - fromCount, nanos: Math.round((now - from) * 1e6)});
            process.exit(0);
        }
        pump(send);
    }

    join({ack: acknowledged}, (send) => {
        started = performance.now();
        pump(send);
    });
}

const roles = {host, echo, ping, sink, source};
const numbers = args.map((argument) => (/^\d+$/.test(argument) ? Number(argument) : argument));
if (!roles[role]) {
    fail('no role ' + role + ' (expected: ' + Object.keys(roles).join(', ') + ')');
}
roles[role](...numbers);
