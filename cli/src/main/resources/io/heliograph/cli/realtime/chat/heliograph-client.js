/**
 * Recovery and presence for an unmodified socketcluster-client 20, from a Heliograph server.
 *
 * Uses documented parts of the client only: the streams `connect`, `message` and `#presence`, `decode`, `invoke` and `transmit`.
 */

const NO_TIMEOUT = 2 ** 31 - 1;

/** Maps of the recoveries by channel, for each socket. */
const recoveries = new WeakMap();

/** Passes the packets of a socket to its recoveries, in order. */
async function dispatch(socket, byChannel) {
  for await (const { message } of socket.listener('message')) {
    if (byChannel.size === 0 || message === '' || message === '#1') {
      continue;
    }
    for (const packet of [socket.decode(message)].flat()) {
      if (typeof packet?.event === 'string') {
        byChannel.get(packet.data?.channel)?.receive(packet.event, packet.data);
      }
    }
  }
  for (const recovery of byChannel.values()) {
    recovery.end(new Error("The listener 'message' of the socket was closed"));
  }
}

/** A queue of events with one consumer at a time. */
class Events {
  #queue = [];
  #wake = () => {};
  #ended = false;

  get backpressure() {
    return this.#queue.length;
  }

  add(event) {
    if (!this.#ended) {
      this.#queue.push(event);
      this.#wake();
    }
  }

  end(error) {
    this.add({ end: true, error });
    this.#ended = true;
  }

  /** Returns the next event. The event that ends the queue is returned again and again. */
  async take() {
    while (this.#queue.length === 0) {
      await new Promise((resolve) => (this.#wake = resolve));
    }
    return this.#queue[0].end ? this.#queue[0] : this.#queue.shift();
  }
}

/** Whether a position, `epoch:offset` with a decimal offset of any length, is at or before another one of the same epoch. */
function isReached(position, head = '') {
  const [epoch, offset = ''] = position.split(':');
  const [headEpoch, headOffset = ''] = head.split(':');
  return epoch === headEpoch && (offset.length - headOffset.length || (offset > headOffset ? 1 : 0)) <= 0;
}

class Recovery {
  #socket;
  #name;
  #onGap;
  #events = new Events();
  #ended = false;
  /** Position of the last publication received; `position` is that of the last one given to the program. */
  #head;
  #subscribed = false;
  /** Position up to which publications were missed. */
  #missedUntil;
  /** Events received before the answer to #subscribe has been processed; null at other times. */
  #held = null;
  /** Whether a subscription is about to be replaced: the next one delivers its events again. */
  #replacing = false;

  constructor(socket, { channel, since, onGap = () => {} }) {
    this.channel = channel;
    this.position = since || undefined;
    this.missed = false;
    this.#socket = socket;
    this.#name = (socket.channelPrefix || '') + channel;
    this.#onGap = onGap;
    this.#head = this.position;
    this.#begin();
  }

  get backpressure() {
    return this.#events.backpressure;
  }

  #begin() {
    let byChannel = recoveries.get(this.#socket);
    if (!byChannel) {
      recoveries.set(this.#socket, (byChannel = new Map()));
      dispatch(this.#socket, byChannel);
    }
    if (byChannel.has(this.#name) || this.#socket.isSubscribed(this.channel, true)) {
      throw new Error(`channel: '${this.channel}' is subscribed by this socket (expected: one subscription)`);
    }
    byChannel.set(this.#name, this);
    this.#follow();
  }

  /** Subscribes now if connected, and after each reconnection. */
  async #follow() {
    this.#subscribe();
    for await (const _ of this.#socket.listener('connect')) {
      if (this.#ended) {
        return;
      }
      this.#subscribe();
    }
  }

  async #subscribe() {
    if (this.#socket.state !== 'open' || this.#held || this.#ended) {
      return;
    }
    this.#replacing = false;
    this.#held = [];
    let answer;
    try {
      answer = await this.#socket.invoke(
        '#subscribe',
        { channel: this.#name, since: this.#head ?? '' },
        { ackTimeout: NO_TIMEOUT },
      );
    } catch (error) {
      this.#held = null;
      if (error.name !== 'BadConnectionError') {
        this.end(error);
      }
      return;
    }
    const held = this.#held;
    this.#held = null;
    this.#answered(answer ?? {});
    held.forEach(([event, data]) => this.receive(event, data));
  }

  #answered({ position, recovered, reason }) {
    if (position === undefined) {
      if (this.#head !== undefined || this.#subscribed) {
        this.#events.add({ gap: { channel: this.channel, reason: 'unsupported', position: undefined } });
      }
    } else if (this.#head === undefined) {
      this.#events.add({ position });
    } else if (!recovered) {
      this.#events.add({ gap: { channel: this.channel, reason, position } });
    }
    if (this.#head === undefined || !recovered) {
      this.#head = position;
    } else {
      this.#missedUntil = position;
    }
    this.#subscribed = true;
  }

  receive(event, data) {
    if (event === '#kickOut') {
      this.end(Object.assign(new Error(data.message ?? 'kicked out'), { name: 'KickOutError' }));
    } else if (this.#held) {
      this.#held.push([event, data]);
    } else if (!this.#replacing && event === '#publish') {
      this.#publication(data);
    } else if (!this.#replacing && event === '#gap') {
      this.#gap(data);
    }
  }

  #publication({ data, position }) {
    if (position === undefined) {
      this.#events.add({ data });
    } else if (!isReached(position, this.#head)) {
      this.#head = position;
      this.#events.add({ data, position, missed: isReached(position, this.#missedUntil) });
    }
  }

  #gap({ position, reason }) {
    if (reason === 'queue-full') {
      this.#subscribeAgain();
    } else {
      this.#head = position;
      this.#events.add({ gap: { channel: this.channel, reason, position } });
    }
  }

  /** Replaces a subscription whose publications the server has dropped: it has them in its history. */
  async #subscribeAgain() {
    this.#replacing = true;
    try {
      await this.#socket.invoke('#unsubscribe', this.#name, { ackTimeout: NO_TIMEOUT });
      // Everything received before the answer is ignored by then, and a slow connection is given time.
      await new Promise((resolve) => setTimeout(resolve, 100));
    } catch {
      // The connection is closed; the next one subscribes.
    }
    if (this.#replacing) {
      this.#replacing = false;
      this.#subscribe();
    }
  }

  end(error) {
    if (!this.#ended) {
      this.#ended = true;
      recoveries.get(this.#socket).delete(this.#name);
      this.#events.end(error);
    }
  }

  close() {
    if (!this.#ended && this.#socket.state === 'open') {
      this.#socket.transmit('#unsubscribe', this.#name);
    }
    this.end();
  }

  async next() {
    for (;;) {
      const event = await this.#events.take();
      if (event.end) {
        if (event.error) {
          throw event.error;
        }
        return { done: true, value: undefined };
      }
      this.missed = Boolean(event.missed);
      this.position = event.gap ? event.gap.position : (event.position ?? this.position);
      if (event.gap) {
        this.#onGap(event.gap);
      } else if ('data' in event) {
        return { done: false, value: event.data };
      }
    }
  }

  async return() {
    this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/** Members of a channel; keeps the latest state only. */
class Presence {
  #socket;
  #name;
  #members = new Map();
  /** Events received while the server answers; null at other times. */
  #held = null;
  #error;
  #ended = false;
  #changed = false;
  #wake = () => {};

  constructor(socket, channel) {
    this.channel = channel;
    this.#socket = socket;
    this.#name = (socket.channelPrefix || '') + channel;
    this.#follow();
    this.#receive();
  }

  get members() {
    return [...this.#members.values()];
  }

  async #follow() {
    this.#watch();
    for await (const _ of this.#socket.listener('connect')) {
      if (this.#ended) {
        return;
      }
      this.#watch();
    }
  }

  async #watch() {
    if (this.#socket.state !== 'open' || this.#held || this.#ended) {
      return;
    }
    this.#held = [];
    try {
      const { members } = await this.#socket.invoke('helio.presence.watch', { channel: this.#name });
      this.#members = new Map(members.map((member) => [member.id, member]));
      this.#held.forEach((event) => this.#apply(event));
      this.#change();
    } catch (error) {
      if (error.name !== 'BadConnectionError') {
        this.#end(error);
      }
    } finally {
      this.#held = null;
    }
  }

  async #receive() {
    for await (const event of this.#socket.receiver('#presence')) {
      if (this.#ended) {
        return;
      }
      if (event?.channel !== this.#name) {
        continue;
      }
      if (this.#held) {
        this.#held.push(event);
      } else {
        this.#apply(event);
        this.#change();
      }
    }
  }

  #apply({ joined = [], left = [] }) {
    left.forEach((member) => this.#members.delete(member.id));
    joined.forEach((member) => this.#members.set(member.id, member));
  }

  #change() {
    this.#changed = true;
    this.#wake();
  }

  #end(error) {
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  close() {
    if (!this.#ended && this.#socket.state === 'open') {
      this.#socket.transmit('helio.presence.unwatch', { channel: this.#name });
    }
    this.#end();
  }

  async next() {
    while (!this.#changed && !this.#ended) {
      await new Promise((resolve) => (this.#wake = resolve));
    }
    if (this.#error) {
      throw this.#error;
    }
    if (this.#ended) {
      return { done: true, value: undefined };
    }
    this.#changed = false;
    return { done: false, value: this.members };
  }

  async return() {
    this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

export function recover(socket, options) {
  return new Recovery(socket, options);
}

export function presence(socket, channel) {
  return new Presence(socket, channel);
}
