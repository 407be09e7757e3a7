package io.heliograph.exchange.redis;

/**
 * Part of an engine that uses the keys of one hash tag. It receives the link to their master each
 * time the link is open, and uses it until it is lost.
 * Called on threads of the client library; must not block.
 */
interface PartitionClient {

    PartitionKeys keys();

    /** A link to the master is open. Nothing is subscribed there, and messages may have been missed. */
    void attach(RedisLink link);

    /** A link is lost, or the keys have another master now. Without effect unless it is the attached one. */
    void detach(RedisLink link);

    /** A message of a pub/sub channel. */
    void received(String topic, byte[] message);

    /** The server has ended a subscription that was not cancelled. */
    void ended(String topic);
}
