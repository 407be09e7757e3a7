'use strict';

// A socketcluster-client. Options: codec ('minBin') and the client's own. It prints its events as they come.

const socketClusterClient = require('socketcluster-client');
const {print, obey, options} = require('./console');

const {codec, ...given} = options();
if (codec === 'minBin') {
    given.codecEngine = require('sc-codec-min-bin');
}
const client = socketClusterClient.create({autoConnect: false, ...given});
const channels = new Map();

const EVENTS = [
    'connecting', 'connect', 'connectAbort', 'disconnect', 'close', 'authStateChange', 'authenticate', 'deauthenticate',
    'removeAuthToken', 'subscribe', 'subscribeFail', 'subscribeStateChange', 'subscribeRequest', 'unsubscribe', 'kickOut', 'raw',
];

function plain(error) {
    return error instanceof Error ? {name: error.name, message: error.message, ...error} : error;
}

async function each(stream, handle) {
    for await (const item of stream) {
        handle(item);
    }
}

/** An answer, with what tells a value from none. Bytes are in the form of JSON. */
function answered(data) {
    if (data instanceof ArrayBuffer) {
        return {data: {base64: true, data: Buffer.from(data).toString('base64')}};
    }
    return data === undefined ? {absent: true} : {data};
}

for (const name of EVENTS) {
    each(client.listener(name), (event) => {
        const {processPendingSubscriptions, error, authError, ...rest} = event;
        print(name, {...rest, error: error && plain(error), authError: authError && plain(authError)});
    });
}
each(client.listener('error'), ({error}) => print('error', {error: plain(error)}));

obey({
    connect: () => client.connect(),
    disconnect: ({code, reason}) => client.disconnect(code, reason),
    reconnect: ({code, reason}) => client.reconnect(code, reason),
    subscribe: ({channel, options: given}) => {
        const subscribed = client.subscribe(channel, given);
        if (!channels.has(channel)) {
            channels.set(channel, subscribed);
            each(subscribed, (data) => print('message', {channel, ...answered(data)}));
        }
    },
    unsubscribe: ({channel}) => client.unsubscribe(channel),
    frames: () => each(client.listener('message'), ({message}) => {
        if (message.length !== 0 && message !== '#1') {
            print('frame', {frame: typeof message === 'string' ? message : Buffer.from(message).toString('hex')});
        }
    }),
    publish: ({channel, data}) => client.transmitPublish(channel, data),
    invokePublish: ({channel, data, tag}) =>
        client.invokePublish(channel, data).then(
            (answer) => print('answer', {tag, ...answered(answer)}),
            (error) => print('failure', {tag, error: plain(error)})),
    transmit: ({name, data}) => client.transmit(name, data),
    invoke: ({name, data, tag, ackTimeout}) =>
        client.invoke(name, data, {ackTimeout}).then(
            (answer) => print('answer', {tag, ...answered(answer)}),
            (error) => print('failure', {tag, error: plain(error)})),
    procedure: ({name}) => each(client.procedure(name), (request) => request.end(request.data)),
    failing: ({name}) =>
        each(client.procedure(name), (request) => request.error(Object.assign(new Error('no'), {name: 'PeerError', code: 7}))),
    receiver: ({name}) => each(client.receiver(name), (data) => print('received', {name, ...answered(data)})),
    authenticate: ({token, tag}) =>
        client.authenticate(token).then(
            (status) => print('answer', {tag, data: {...status, authError: plain(status.authError)}}),
            (error) => print('failure', {tag, error: plain(error)})),
    deauthenticate: () => client.deauthenticate(),
    startBatching: () => client.startBatching(),
    stopBatching: () => client.stopBatching(),
    startBatch: () => client.startBatch(),
    flushBatch: () => client.flushBatch(),
    state: () => print('state', {
        state: client.state,
        authState: client.authState,
        authToken: client.authToken,
        subscriptions: client.subscriptions(true),
        pingTimeout: client.pingTimeout,
        extensions: client.transport.socket.extensions,
    }),
});

print('ready');
