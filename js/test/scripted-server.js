import { createRequire } from 'node:module';

/** Packages of the interoperability tests, as locked there. */
export const require = createRequire(new URL('../../interop/package.json', import.meta.url));

const { WebSocketServer } = require('ws');
const { create } = require('socketcluster-client');

/** A server whose test writes each packet itself; it answers handshakes only. */
export class ScriptedServer {
  #server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  #packets = [];
  #wake = () => {};
  #connection;
  #clients = [];
  #connections = 0;

  constructor() {
    this.#server.on('connection', (connection) => {
      this.#connection = connection;
      connection.on('message', (message) => this.#received(JSON.parse(message)));
    });
  }

  static async start(test) {
    const server = new ScriptedServer();
    await new Promise((resolve) => server.#server.once('listening', resolve));
    test.after(() => server.#close());
    return server;
  }

  /** Opens a client that reconnects at once. */
  connect(options) {
    const client = create({
      hostname: '127.0.0.1',
      port: this.#server.address().port,
      autoReconnectOptions: { initialDelay: 1, randomness: 1 },
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  #received(packet) {
    if (packet.event === '#handshake') {
      const id = `connection-${++this.#connections}`;
      this.send({ rid: packet.cid, data: { id, pingTimeout: 20000, isAuthenticated: false } });
    } else {
      this.#packets.push(packet);
      this.#wake();
    }
  }

  /** Returns the next packet, which must be of an event. */
  async expect(event) {
    while (this.#packets.length === 0) {
      await new Promise((resolve) => (this.#wake = resolve));
    }
    const packet = this.#packets.shift();
    if (packet.event !== event) {
      throw new Error(`expected ${event}, received ${JSON.stringify(packet)}`);
    }
    return packet;
  }

  /** Sends packets in one write. */
  send(...packets) {
    this.#connection._socket.cork();
    packets.forEach((packet) => this.#connection.send(JSON.stringify(packet)));
    this.#connection._socket.uncork();
  }

  drop() {
    this.#connection.terminate();
  }

  #close() {
    this.#clients.forEach((client) => client.disconnect());
    this.#server.clients.forEach((each) => each.terminate());
    this.#server.close();
  }
}

export function publish(position, data, channel = 'news') {
  return { event: '#publish', data: { channel, data, position } };
}

/** Reads a number of items. */
export async function read(iterator, count) {
  const items = [];
  while (items.length < count) {
    const { value, done } = await iterator.next();
    if (done) {
      throw new Error(`ended after ${JSON.stringify(items)}`);
    }
    items.push(value);
  }
  return items;
}
