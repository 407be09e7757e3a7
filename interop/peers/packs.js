'use strict';

// The MessagePack packages that the forks of rpc-websockets use, as it takes them: a pair of encode and decode.

const tiny = require('tiny-msgpack');
const lite = require('msgpack-lite');

module.exports = {
    'tiny-msgpack': {
        encode: (value) => tiny.encode(value),
        decode: (data) => tiny.decode(new Uint8Array(data)),
    },
    'msgpack-lite': {
        encode: (value) => lite.encode(value),
        decode: (data) => lite.decode(new Uint8Array(data)),
    },
};
