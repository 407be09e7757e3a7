package io.heliograph.channel;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.Subscription;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.channel.message.DefaultMessageChannel;
import io.heliograph.channel.message.MessageOptions;
import io.heliograph.codec.TypeRef;
import io.heliograph.transport.EndpointBuilder;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.UnfinishedMessages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A channel of messages between all processes that join it under one name. One process hosts the channel; if the host dies, another
 * process takes over, and no message is lost.
 *
 * <p><b>Delivery.</b> The recipients of a message are the members that the sender knows when it sends ({@link #members()}); of a
 * message sent before the first connection, the members present at that connection. Each recipient receives the message exactly
 * once and in the order of its sender, also if the host dies meanwhile, as long as sender and recipient live and the recipient is
 * not disconnected for not reading. A member does not receive its own messages. {@code docs/channel-protocol.md} has the proof.
 *
 * <p><b>Life cycle.</b> {@link #connect()} joins the channel, and retries without limit. {@link #close()} leaves the channel after
 * all messages have been acknowledged.
 *
 * <p><b>Listeners</b> run one at a time and in order, as selected by {@link Dispatch}. A member with slow listeners stops reading,
 * and is disconnected if too many bytes are queued for it at the host.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks.
 */
public interface MessageChannel extends Endpoint {

    /** Joins a channel with the default options. Messages sent before it is connected are queued. */
    static MessageChannel join(String name) {
        MessageChannel channel = builder(name).build();
        channel.connect();
        return channel;
    }

    /**
     * Returns a builder of a channel.
     *
     * @param name the same in all processes of the channel: 1 to 64 of {@code A-Z a-z 0-9 . _ -}
     * @throws IllegalArgumentException if the name is invalid
     */
    static Builder builder(String name) {
        return new Builder(name);
    }

    String name();

    /** Returns this member. */
    Member self();

    /**
     * Joins the channel. A further call returns the same result.
     *
     * @return completes when the channel is connected for the first time; fails with a {@link io.heliograph.TransportException} if
     *     the directory of the channel is unusable, or with a {@link io.heliograph.ClosedException} if the channel is closed before
     */
    CompletableFuture<Void> connect();

    boolean isConnected();

    /** Returns whether this process hosts the channel. */
    boolean isHosting();

    /** Returns the other known members, including missing members that may come back. */
    Collection<Member> members();

    /** Returns the member in the host's process; empty while not connected. */
    Optional<Member> host();

    /**
     * Returns the member of a Heliograph hub: a message to all members is also a publication of the hub, and a {@linkplain #request
     * request} to this member calls a procedure of the hub. Empty if no hub has announced itself, or if it has left.
     */
    Optional<Member> hub();

    /**
     * Sends a message to all other members.
     *
     * @param message any value that the JSON codec encodes, including null
     * @return whether the message was accepted. If not, {@link #onError} reports the reason: the channel is closed, the message is
     *     too long or cannot be encoded, or the limit of unacknowledged messages is reached
     */
    boolean send(String topic, @Nullable Object message);

    /**
     * Sends a message to one member.
     *
     * @return as of {@link #send(String, Object)}; false also if the member is unknown, which is reported as an
     *     {@link io.heliograph.UnreachableException}
     */
    boolean send(Member to, String topic, @Nullable Object message);

    /** Sends a request without data and with the default time-out; see {@link #request(Member, String, Object, Class, Duration)}. */
    <T> CompletableFuture<T> request(Member to, String topic, Class<T> answer);

    /**
     * Sends a request to one member.
     *
     * @param answer the type of the answer; {@link io.heliograph.codec.Payload} for an answer that is not decoded
     * @return the answer; fails with a {@link RequestFailedException} if the handler failed or is missing, a
     *     {@link io.heliograph.DeadlineExceededException}, an {@link io.heliograph.UnreachableException} if the member is unknown or
     *     leaves before it answers, or a {@link io.heliograph.codec.CodecException} if the answer cannot be decoded to {@code T}
     */
    <T> CompletableFuture<T> request(
            Member to, String topic, @Nullable Object message, Class<T> answer, Duration deadline);

    /** Returns a topic with messages of one type. */
    <T> Topic<T> topic(String name, Class<T> type);

    /** Returns a topic with messages of one generic type. */
    <T> Topic<T> topic(String name, TypeRef<T> type);

    /** Calls {@code listener} with each message of every topic, before the listeners of the topic. */
    Subscription onMessage(Consumer<? super ChannelMessage> listener);

    /** Calls {@code listener} with the member in the host's process, after each connection to a host. */
    Subscription onConnect(Consumer<? super Member> listener);

    /** Calls {@code listener} with the member of each hub that announces itself; see {@link #hub()}. */
    Subscription onHub(Consumer<? super Member> listener);

    /** Calls {@code listener} when the connection to the host has closed. The channel reconnects, unless it is being closed. */
    Subscription onDisconnect(Consumer<? super CloseReason> listener);

    /** Calls {@code listener} with the member in the new host's process, after a takeover. */
    Subscription onTakeover(Consumer<? super Member> listener);

    /** Calls {@code listener} with each member that was present at the first connection, and with each that joins. */
    Subscription onJoin(Consumer<? super Member> listener);

    /** Calls {@code listener} with each member that leaves. */
    Subscription onLeave(BiConsumer<? super Member, ? super LeaveReason> listener);

    /** Calls {@code listener} once, when the channel has closed. */
    Subscription onClose(Runnable listener);

    /**
     * Calls {@code listener} with each failure that has no caller: of sending, of a listener, of the channel; and with a
     * {@link MissedMessagesException} if this member missed messages. Without a listener, failures are logged.
     */
    Subscription onError(Consumer<? super Throwable> listener);

    /**
     * {@inheritDoc} The channel waits, no longer than the option {@code linger}, until all messages have been acknowledged, and then
     * leaves. If it hosts, another member takes over.
     */
    @Override
    void close();

    /** Builder of a {@link MessageChannel}. */
    final class Builder extends EndpointBuilder<Builder> {

        private static final int MAX_MEMBERS = 1 << 16;

        static {
            MessageOptions.readWith(Builder::options);
        }

        private final String name;
        private Path parent = ChannelDirectory.temporary();
        private Rendezvous rendezvous = Rendezvous.AUTOMATIC;
        private SlowConsumer slowConsumer = SlowConsumer.CLOSE;
        private Duration stallTimeout = Duration.ofSeconds(5);
        private Duration ackTimeout = Duration.ofSeconds(30);
        private Duration rejoinTimeout = Duration.ofSeconds(15);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private int maxUnacknowledgedBytes = 16 << 20;
        private int maxMembers = 256;
        private long maxUnfinishedBytes = UnfinishedMessages.defaultMaxBytes();
        private boolean takeoverWarmUp;

        private Builder(String name) {
            super(EndpointOptions.DEFAULTS);
            this.name = name;
            directory();
        }

        /**
         * Selects the parent of the channel's own directory, which is {@code .NAME+messages}. All members must use the
         * same. Default: the same as that of {@link OpenChannel.Builder#directory}.
         */
        public Builder directory(Path parent) {
            this.parent = parent;
            return this;
        }

        /** Selects the kind of socket on which this process listens if it hosts. Default: {@link Rendezvous#AUTOMATIC}. */
        public Builder rendezvous(Rendezvous rendezvous) {
            this.rendezvous = rendezvous;
            return this;
        }

        /** Selects the policy for members that read too slowly, if this process hosts. Default: {@link SlowConsumer#CLOSE}. */
        public Builder slowConsumer(SlowConsumer slowConsumer) {
            this.slowConsumer = slowConsumer;
            return this;
        }

        /**
         * Limits how long a member with queued bytes may read nothing, and how long a connection may take to join, if this process
         * hosts; then the member is disconnected. Default: 5 s. Must be positive.
         */
        public Builder stallTimeout(Duration stallTimeout) {
            this.stallTimeout = positive("stallTimeout", stallTimeout);
            return this;
        }

        /**
         * Limits how long a member may leave messages unacknowledged that were written to its connection, if this process hosts; then
         * the member is disconnected, so that it cannot stop the senders. A member acknowledges what it reads, and reads nothing
         * while too many messages are pending for its listeners. Default: 30 s. Must be positive.
         */
        public Builder ackTimeout(Duration ackTimeout) {
            this.ackTimeout = positive("ackTimeout", ackTimeout);
            return this;
        }

        /**
         * Limits how long a missing member whose process lives may take to come back after its connection or its host was lost.
         * Default: 15 s. Must be positive.
         */
        public Builder rejoinTimeout(Duration rejoinTimeout) {
            this.rejoinTimeout = positive("rejoinTimeout", rejoinTimeout);
            return this;
        }

        /** Limits how long a request without its own deadline may take. Default: 10 s. Must be positive. */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = positive("requestTimeout", requestTimeout);
            return this;
        }

        /**
         * Limits the length of one encoded message, in bytes. All members must use the same. Default: 1 MiB. Must be 1 to 1 GiB.
         */
        @Override
        public Builder maxMessageBytes(int maxMessageBytes) {
            return super.maxMessageBytes(maxMessageBytes);
        }

        /**
         * Limits the bytes of messages that some recipient has not acknowledged. A message that is longer than the limit is accepted
         * if no other is unacknowledged. Default: 16 MiB. Must be positive.
         */
        public Builder maxUnacknowledgedBytes(int maxUnacknowledgedBytes) {
            this.maxUnacknowledgedBytes = positive("maxUnacknowledgedBytes", maxUnacknowledgedBytes);
            return this;
        }

        /** Limits the members that this process accepts if it hosts. Default: 256. Must be 1 to 65536. */
        public Builder maxMembers(int maxMembers) {
            checkArgument(
                    maxMembers > 0 && maxMembers <= MAX_MEMBERS,
                    "maxMembers: %s (expected: 1 to %s)",
                    maxMembers,
                    MAX_MEMBERS);
            this.maxMembers = maxMembers;
            return this;
        }

        /**
         * Limits the bytes that the connections of all members together hold of messages that are not complete, if this
         * process hosts. A connection whose message exceeds the limit is closed. The limit is at least twice {@code
         * maxMessageBytes}. Default: 256 MiB, or an eighth of the heap if that is less. Must be positive.
         */
        public Builder maxUnfinishedBytes(long maxUnfinishedBytes) {
            this.maxUnfinishedBytes = UnfinishedMessages.checkMaxBytes(maxUnfinishedBytes);
            return this;
        }

        /**
         * Selects whether this process runs three takeovers of a private channel in a temporary directory, one second after its first
         * connection, so that the classes of a takeover are loaded before the first real one. Runs once per process and opens sockets
         * that belong to no channel of the application. Default: false.
         */
        public Builder takeoverWarmUp(boolean takeoverWarmUp) {
            this.takeoverWarmUp = takeoverWarmUp;
            return this;
        }

        private ChannelDirectory directory() {
            return ChannelDirectory.of(parent, name, MessageOptions.DIRECTORY_SUFFIX);
        }

        /**
         * Creates a channel with these options; performs no I/O. Later changes of this builder do not affect the channel.
         *
         * @throws IllegalArgumentException if the path of the directory is too long for a socket
         * @throws IllegalStateException if the JSON codec is missing from the class path or module path
         */
        public MessageChannel build() {
            return new DefaultMessageChannel(options(), null);
        }

        private MessageOptions options() {
            return new MessageOptions(
                    endpointOptions(),
                    name,
                    directory(),
                    rendezvous,
                    slowConsumer,
                    stallTimeout,
                    ackTimeout,
                    rejoinTimeout,
                    requestTimeout,
                    maxUnacknowledgedBytes,
                    maxMembers,
                    maxUnfinishedBytes,
                    takeoverWarmUp);
        }
    }
}
