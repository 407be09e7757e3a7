'use strict';

// The Node contestant of bench/socket: the same roles, frames, work and flow control as the Java peers, on the net module.
//
//   node socket.js echo
//   node socket.js ping PORT DOUBLES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
//   node socket.js sink ACK_EVERY
//   node socket.js source PORT DOUBLES WARM_UP_MILLIS MILLIS WINDOW
//
// A server prints "ready" with its port, and lives until its standard input ends. A client prints its results.

const fs = require('fs');
const net = require('net');
const os = require('os');

const [role, ...args] = process.argv.slice(2);
const little = os.endianness() === 'LE';

function fail(message) {
    console.error(message);
    process.exit(1);
}

function encode(values) {
    const length = values.length * 8;
    const header = length < 255 ? 1 : 5;
    const frame = Buffer.allocUnsafe(header + length);
    if (header === 1) {
        frame[0] = length;
    } else {
        frame[0] = 255;
        frame.writeUInt32BE(length, 1);
    }
    const content = frame.subarray(header);
    Buffer.from(values.buffer, values.byteOffset, length).copy(content);
    if (little) {
        content.swap64();
    }
    return frame;
}

/** Calls `told` with the numbers of each message. */
function decoder(told) {
    let chunks = [];
    let size = 0;
    return (chunk) => {
        chunks.push(chunk);
        size += chunk.length;
        let all;
        let at = 0;
        for (;;) {
            if (all === undefined) {
                const first = chunks[0];
                const need = first[0] === 255 ? (first.length >= 5 ? 5 + first.readUInt32BE(1) : 5) : 1 + first[0];
                if (size < need) {
                    return;
                }
                all = chunks.length === 1 ? first : Buffer.concat(chunks, size);
            }
            const left = all.length - at;
            const header = left > 0 && all[at] === 255 ? 5 : 1;
            const length = left < header ? -1 : header === 1 ? all[at] : all.readUInt32BE(at + 1);
            if (length < 0 || left < header + length) {
                chunks = left > 0 ? [all.subarray(at)] : [];
                size = left;
                return;
            }
            const content = Buffer.from(all.subarray(at + header, at + header + length));
            if (little) {
                content.swap64();
            }
            const aligned = new Float64Array(length / 8);
            Buffer.from(aligned.buffer).set(content);
            at += header + length;
            told(aligned);
        }
    };
}

function listen(follow) {
    const server = net.createServer({noDelay: true}, (socket) => {
        socket.on('error', () => {}); // the client ends by leaving
        follow(socket);
    });
    server.listen(0, '127.0.0.1', () => console.log('ready ' + server.address().port));
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
}

function connect(port, then) {
    const socket = net.connect({port, host: '127.0.0.1', noDelay: true}, () => then(socket));
    socket.on('error', (error) => fail(error.message));
}

function print(results) {
    for (const [name, number] of Object.entries(results)) {
        console.log(name + ' ' + number);
    }
}

function echo() {
    listen((socket) => socket.on('data', decoder((values) => socket.write(encode(values)))));
}

function ping(port, doubles, warmUpTrips, warmUpMillis, millis, file) {
    const nanos = new Uint32Array(Math.min(1 << 26, Math.ceil(millis / 1000 * 500000)));
    const values = new Float64Array(doubles);
    let count = 0;
    let measuredFrom;
    let last;
    let started;
    connect(port, (socket) => {
        socket.on('data', decoder((answer) => {
            if (answer[0] !== values[0] || answer.length !== doubles) {
                fail('expected ' + values[0] + ', got ' + answer[0]);
            }
            const now = performance.now();
            if (measuredFrom === undefined) {
                if (values[0] >= warmUpTrips && now - started >= warmUpMillis) {
                    measuredFrom = now;
                }
            } else {
                nanos[count++] = Math.round((now - last) * 1e6);
                if (now - measuredFrom >= millis || count === nanos.length) {
                    fs.writeFileSync(file, Buffer.from(nanos.buffer, 0, count * 4));
                    print({trips: count, nanos: Math.round((now - measuredFrom) * 1e6)});
                    process.exit(0);
                }
            }
            last = now;
            values[0]++;
            socket.write(encode(values));
        }));
        started = last = performance.now();
        socket.write(encode(values));
    });
}

function sink(ackEvery) {
    listen((socket) => {
        let received = 0;
        socket.on('data', decoder((values) => {
            if (values[0] !== received) {
                fail('expected ' + received + ', got ' + values[0]);
            }
            if (++received % ackEvery === 0) {
                socket.write(encode(Float64Array.of(received)));
            }
        }));
    });
}

function source(port, doubles, warmUpMillis, millis, window) {
    const values = new Float64Array(doubles);
    let sent = 0;
    let acked = 0;
    let from;
    let fromCount;
    connect(port, (socket) => {
        const started = performance.now();
        function pump() {
            socket.cork();
            while (sent - acked < window) {
                values[0] = sent++;
                socket.write(encode(values));
            }
            socket.uncork();
        }
        socket.on('data', decoder((ack) => {
            acked = ack[0];
            const now = performance.now();
            if (from === undefined) {
                if (now - started >= warmUpMillis) {
                    from = now;
                    fromCount = acked;
                }
            } else if (now - from >= millis) {
                print({messages: acked - fromCount, nanos: Math.round((now - from) * 1e6)});
                process.exit(0);
            }
            pump();
        }));
        pump();
    });
}

const roles = {echo, ping, sink, source};
const numbers = args.map((argument) => (/^\d+$/.test(argument) ? Number(argument) : argument));
if (!roles[role]) {
    fail('no role ' + role + ' (expected: ' + Object.keys(roles).join(', ') + ')');
}
roles[role](...numbers);
