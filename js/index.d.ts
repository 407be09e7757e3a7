/** The parts of a socketcluster-client 20 that this module uses. */
export interface Socket {
  readonly state: string;
  readonly channelPrefix: string | null;
  decode(message: unknown): unknown;
  invoke(event: string, data: unknown, options?: { ackTimeout?: number }): Promise<any>;
  transmit(event: string, data: unknown): Promise<void>;
  isSubscribed(channel: string, includePending?: boolean): boolean;
  listener(event: string): AsyncIterable<any>;
  receiver(event: string): AsyncIterable<any>;
}

/** Publications of a channel may be missing between the one before and the next one. */
export interface Gap {
  channel: string;
  /**
   * `too-old`: the history of the server does not reach back. `too-many`: more was missed than the server recovers at once.
   * `forked`, `engine-lost-state`: the server has lost publications. `unavailable`: the server cannot read its history.
   * `unsupported`: the server has no recovery. `conflated`: the server sends slow clients
   * the latest publication only. Later servers may have further reasons.
   */
  reason: 'too-old' | 'too-many' | 'forked' | 'engine-lost-state' | 'unavailable' | 'unsupported' | 'conflated' | (string & {});
  /** Position after which delivery continues. */
  position: string | undefined;
}

export interface RecoverOptions {
  channel: string;
  /** Position to begin after, such as one that the page kept while it was reloaded. Default: the next publication. */
  since?: string;
  /** Called in order with the publications, while the program reads them. */
  onGap?: (gap: Gap) => void;
}

/**
 * The publications of a channel: each one once, in order, across reconnections. For one consumer.
 *
 * Reading throws when the server refuses the subscription, or ends it (`KickOutError`). Leaving a `for await` loop closes it.
 */
export interface Recovery<T = unknown> extends AsyncIterableIterator<T> {
  readonly channel: string;
  /** Position of the last publication that the program has read. */
  readonly position: string | undefined;
  /** Whether the last publication that the program has read was published while the client was disconnected. */
  readonly missed: boolean;
  /** Number of publications that the program has not read. */
  readonly backpressure: number;
  /** Unsubscribes. Publications received before remain readable. */
  close(): void;
}

export interface Member {
  /** Connection that is subscribed. */
  id: string;
  /** Name of its user. */
  user: string;
  info?: unknown;
}

/**
 * The members of a channel. Reading returns the latest members after each change, and throws when the server refuses.
 * Leaving a `for await` loop closes it.
 */
export interface Presence extends AsyncIterableIterator<Member[]> {
  readonly channel: string;
  readonly members: Member[];
  close(): void;
}

/**
 * Subscribes to a channel, and recovers after each reconnection what was missed.
 *
 * @throws Error if the socket is already subscribed to the channel
 */
export function recover<T = unknown>(socket: Socket, options: RecoverOptions): Recovery<T>;

/** Watches who is subscribed to a channel. */
export function presence(socket: Socket, channel: string): Presence;
