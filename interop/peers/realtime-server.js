'use strict';

// A socketcluster-server. Options: port (0 takes a free one), codec ('minBin'), middleware (whether to set it), tls (those of https,
// for wss), and the server's own.
//
// Procedures: echo, nothing, fail, text, slow, login, callback, publish. Receivers: log, reply. With middleware: the channel 'closed'
// may not be subscribed to, 'readonly' not published to, the procedure 'forbidden' not called, the user 'mallory' not authenticated;
// a request with refuse=CODE is refused with that status code, one with http=TEXT before there is a socket.

const http = require('http');
const https = require('https');
const socketClusterServer = require('socketcluster-server');
const {print, obey, options} = require('./console');

const {port, codec, middleware, tls, ...given} = options();
if (codec === 'minBin') {
    given.codecEngine = require('sc-codec-min-bin');
}

let server;
let httpServer;

function named(name, message, fields) {
    return Object.assign(new Error(message), {name, ...fields});
}

function plain(error) {
    return {name: error.name, message: error.message, ...error};
}

async function each(stream, handle) {
    for await (const item of stream) {
        handle(item);
    }
}

function setMiddleware() {
    server.setMiddleware(server.MIDDLEWARE_HANDSHAKE, (stream) => each(stream, (action) => {
        const query = new URLSearchParams(action.request.url.split('?')[1]);
        if (action.type === action.HANDSHAKE_WS && query.has('http')) {
            action.block(new Error(query.get('http')));
        } else if (action.type === action.HANDSHAKE_SC && query.has('refuse')) {
            action.block(named('RefusedError', 'not you', {statusCode: Number(query.get('refuse'))}));
        } else {
            action.allow();
        }
    }));
    server.setMiddleware(server.MIDDLEWARE_INBOUND, (stream) => each(stream, (action) => {
        if (action.type === action.SUBSCRIBE && action.channel === 'closed') {
            action.block(named('ClosedChannelError', 'closed to you', {hint: action.data}));
        } else if (action.type === action.PUBLISH_IN && action.channel === 'readonly') {
            action.block(named('ReadOnlyError', 'read only'));
        } else if (action.type === action.INVOKE && action.procedure === 'forbidden') {
            action.block();
        } else if (action.type === action.AUTHENTICATE && action.authToken.username === 'mallory') {
            action.block(named('NotWelcomeError', 'not mallory'));
        } else {
            action.allow();
        }
    }));
}

function serve(socket) {
    each(socket.procedure('echo'), (request) => request.end(request.data));
    each(socket.procedure('nothing'), (request) => request.end());
    each(socket.procedure('fail'), (request) => request.error(named('DemoError', 'demanded', {code: 42})));
    each(socket.procedure('text'), (request) => request.error('just a string'));
    each(socket.procedure('slow'), (request) => setTimeout(() => request.end('late'), request.data));
    each(socket.procedure('login'), async (request) => {
        const {username, ...signing} = request.data;
        await socket.setAuthToken({username}, signing);
        request.end();
    });
    each(socket.procedure('logout'), (request) => {
        socket.deauthenticate();
        request.end();
    });
    each(socket.procedure('callback'), async (request) => {
        try {
            request.end(await socket.invoke(request.data.procedure, request.data.data));
        } catch (error) {
            request.error(named('CallbackError', error.message, {cause: error.name}));
        }
    });
    each(socket.receiver('log'), (data) => print('log', {data}));
    each(socket.receiver('reply'), (data) => socket.transmit('replied', data));
    each(socket.listener('message'), ({message}) => {
        if (given.showMessages && typeof message === 'string') {
            print('frame', {message});
        }
    });
    for (const name of ['subscribe', 'unsubscribe', 'authenticate', 'deauthenticate', 'disconnect', 'badAuthToken']) {
        each(socket.listener(name), (event) => {
            const {authError, ...rest} = event;
            print(name, authError ? {...rest, authError: plain(authError)} : rest);
        });
    }
}

async function listen(at) {
    httpServer = tls ? https.createServer(tls) : http.createServer();
    server = socketClusterServer.attach(httpServer, {...given});
    if (middleware) {
        setMiddleware();
    }
    each(server.listener('error'), ({error}) => print('error', {error: plain(error)}));
    each(server.listener('warning'), ({warning}) => print('warning', {warning: plain(warning)}));
    each(server.listener('handshake'), ({socket}) => serve(socket));
    each(server.listener('connection'), ({socket, isAuthenticated}) =>
        print('connection', {id: socket.id, isAuthenticated, extensions: socket.socket.extensions}));
    await new Promise((resolve) => httpServer.listen(at, '127.0.0.1', resolve));
    print('ready', {port: httpServer.address().port});
}

async function close() {
    const at = httpServer.address().port;
    const closed = new Promise((resolve) => httpServer.close(resolve));
    await server.close();
    await closed;
    return at;
}

const sockets = () => Object.values(server.clients);

obey({
    publish: ({channel, data}) => server.exchange.transmitPublish(channel, data),
    kickOut: ({channel, message}) => sockets().forEach((socket) => socket.kickOut(channel, message)),
    transmit: ({name, data}) => sockets().forEach((socket) => socket.transmit(name, data)),
    setAuthToken: ({token, signing}) => sockets().forEach((socket) => socket.setAuthToken(token, signing)),
    deauthenticate: () => sockets().forEach((socket) => socket.deauthenticate()),
    disconnect: ({code, reason}) => sockets().forEach((socket) => socket.disconnect(code, reason)),
    terminate: () => sockets().forEach((socket) => socket.terminate()),
    batch: ({count}) => sockets().forEach((socket) => {
        socket.startBatch();
        for (let i = 0; i < count; i++) {
            socket.transmit('burst', i);
        }
        socket.flushBatch();
    }),
    token: async ({token, key, signing}) =>
        print('token', {token: await server.auth.signToken(token, key || server.signatureKey, signing || {})}),
    restart: async ({pause}) => {
        const at = await close();
        setTimeout(() => listen(at), pause || 0);
    },
    close: async () => {
        await close();
        print('closed');
    },
});

listen(port || 0);
