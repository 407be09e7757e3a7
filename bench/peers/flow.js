'use strict';

// Flow control and clocks of the npm contestants of bench/ipc and bench/channel. The Java peers do the same.
// Messages go through a function send(topic, message).

const fs = require('fs');

const FIRST_ID = 100000000; // nine digits for every id, so that all messages have one size

function fail(error) {
    console.error(error);
    process.exit(1);
}

// Prints "ready". The process exits at the end of its standard input.
function ready() {
    console.log('ready');
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
}

// Prints one line per result: its name and its number.
function print(results) {
    for (const [name, number] of Object.entries(results)) {
        console.log(name + ' ' + number);
    }
}

// Time window of a measurement: add(count) returns the result once the window has passed.
function measuredWindow(warmUpMillis, millis) {
    const started = performance.now();
    let from;
    let fromCount;
    return {
        add(count) {
            const now = performance.now();
            if (from === undefined) {
                if (now - started >= warmUpMillis) {
                    from = now;
                    fromCount = count;
                }
            } else if (now - from >= millis) {
                return {messages: count - fromCount, nanos: Math.round((now - from) * 1e6)};
            }
            return undefined;
        },
    };
}

// Closed loop: sends the next message when the previous one is answered, and writes the duration of each round trip.
function roundTrips(bytes, warmUpTrips, warmUpMillis, millis, file) {
    const text = 'x'.repeat(bytes - JSON.stringify({id: FIRST_ID, text: ''}).length);
    const nanos = new Uint32Array(Math.min(1 << 26, Math.ceil(millis / 1000 * 500000)));
    let count = 0;
    let trips = 0;
    let started;
    let last;
    let measuredFrom;
    let expected = FIRST_ID;
    return {
        start(send) {
            started = last = performance.now();
            send('echo', {id: expected, text});
        },
        answered(message, send) {
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
                    fs.writeFileSync(file, Buffer.from(nanos.buffer, 0, count * 4)); // little endian
                    print({trips: count, nanos: Math.round((now - measuredFrom) * 1e6)});
                    process.exit(0);
                }
            }
            send('echo', {id: ++expected, text});
        },
    };
}

// Receiver: checks the order of the messages and acknowledges every ackEvery messages.
function receiver(ackEvery) {
    let received = 0;
    return (reading, send) => {
        if (reading.id !== FIRST_ID + received) {
            fail(new Error('expected ' + (FIRST_ID + received) + ', got ' + reading.id));
        }
        if (++received % ackEvery === 0) {
            send('ack', received);
        }
    };
}

// Sender: keeps at most a window of unacknowledged messages, and prints the rate between two acknowledgements.
function sender(warmUpMillis, millis, window) {
    let sent = 0;
    let acked = 0;
    let measured;

    function pump(send) {
        while (sent - acked < window) {
            send('reading', {id: FIRST_ID + sent, sensor: 'roof-03', celsius: 21.5, valid: true, note: 'north side'});
            sent++;
        }
    }

    return {
        start(send) {
            measured = measuredWindow(warmUpMillis, millis);
            pump(send);
        },
        acknowledged(count, send) {
            acked = count;
            const results = measured.add(count);
            if (results !== undefined) {
                print(results);
                process.exit(0);
            }
            pump(send);
        },
    };
}

// Runs the role, with numeric arguments as numbers.
function run(roles, role, args) {
    if (!roles[role]) {
        fail('role: ' + role + ' (expected: ' + Object.keys(roles).join(', ') + ')');
    }
    roles[role](...args.map((argument) => (/^\d+$/.test(argument) ? Number(argument) : argument)));
}

module.exports = {fail, ready, roundTrips, receiver, sender, run};
