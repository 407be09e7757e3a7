package io.heliograph.channel.spi;

import io.heliograph.channel.Member;
import io.heliograph.codec.Payload;
import io.heliograph.transport.EventLoop;

/** All other members of a channel. Thread-safe, unless a method says otherwise. */
public interface MemberGroup {

    /** The name of the channel. */
    String name();

    /** This member. */
    Member self();

    /** The event loop of this member. */
    EventLoop loop();

    /** The maximum length of an encoded message. */
    int maxMessageBytes();

    /** The bytes of messages that are not acknowledged by all recipients. */
    long queuedBytes();

    /**
     * Sends a message to all other members. JSON payloads are sent as they are; an absent payload is sent as null.
     *
     * @return whether the message was accepted. If not, it is counted as {@code channel-behind} or {@code encode-error}, the first
     *     rejection in a row is reported, and the members receive a {@link io.heliograph.channel.MissedMessagesException} once they have
     *     acknowledged half of the limit
     */
    boolean send(String topic, Payload message);

    /** Notifies all other members that they have missed messages, by a {@link io.heliograph.channel.MissedMessagesException}. */
    void missed();

    /**
     * Selects whether messages, requests and acknowledgements are read. While they are not read, the senders wait; the host disconnects
     * a member that reads nothing for its {@code stallTimeout}, 5 s by default. Event loop only.
     */
    void reading(boolean reading);
}
