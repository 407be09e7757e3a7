'use strict';

// A custom transcoder: topic, tab, message, line feed. Backslashes, tabs and line feeds are escaped; messages are texts.

const escapes = {'\\': '\\\\', '\t': '\\t', '\n': '\\n'};
const escape = (text) => text.replace(/[\\\t\n]/g, (c) => escapes[c]);
const unescape = (text) => text.replace(/\\(.)/g, (_, c) => ({t: '\t', n: '\n'})[c] || c);

module.exports = {
    socketEncoding: 'utf8',

    createEncoder: () => ({topic, message}, callback) => {
        if (typeof message !== 'string') {
            callback(new TypeError(`message: ${typeof message} (expected: string)`));
        } else {
            callback(null, `${escape(topic)}\t${escape(message)}\n`);
        }
    },

    createDecoder: () => {
        let rest = '';
        return (chunk, callback) => {
            const lines = (rest + chunk).split('\n');
            rest = lines.pop();
            callback(null, lines.map((line) => {
                const [topic, message] = line.split('\t');
                return {topic: unescape(topic), message: unescape(message)};
            }));
        };
    },
};
