'use strict';

// What all peers have in common: one JSON object a line, events on standard output, commands on standard input.

const crypto = require('crypto');
const readline = require('readline');

const LONG = 64 * 1024;

/** Prints an event. */
function print(event, fields) {
    process.stdout.write(JSON.stringify({event, ...fields}) + '\n');
}

/** The fields that tell a message: itself, or for a long text its length in UTF-16 units and a digest of its UTF-8. */
function told(message) {
    if (typeof message === 'string' && message.length > LONG) {
        return {length: message.length, sha256: crypto.createHash('sha256').update(message, 'utf8').digest('hex')};
    }
    return message === undefined ? {absent: true} : {message};
}

/** The fields that tell an error, with those of the package's own classes. */
function failure(error) {
    return {
        name: error.constructor.name,
        text: error.message,
        code: error.code,
        clientId: error.clientId,
        sentTopic: error.sentTopic,
        sentMessage: error.sentMessage,
    };
}

/** A text of `length` units that begins with `seed` and repeats. */
function fill(seed, length) {
    return seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
}

/**
 * Runs the command that each line of standard input names, and ends the process with its input, so that no peer outlives
 * its test.
 */
function obey(commands) {
    const lines = readline.createInterface({input: process.stdin, crlfDelay: Infinity});
    lines.on('line', (line) => {
        const command = JSON.parse(line);
        commands[command.command](command);
    });
    lines.on('close', () => process.exit(0));
}

/** The options, a JSON object in the first argument. */
function options() {
    const given = JSON.parse(process.argv[2]);
    if (given.transcoder === 'lines') {
        given.transcoder = require('./line-transcoder');
    }
    return given;
}

module.exports = {print, told, failure, fill, obey, options};
