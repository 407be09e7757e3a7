package io.heliograph.channel;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.channel.message.DefaultMessageChannel;
import io.heliograph.channel.message.MessageOptions;
import io.heliograph.codec.TypeRef;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A channel of messages between all processes that join it under one name. One of them hosts; when that one dies another does,
 * and nothing is lost.
 *
 * <p><b>Delivery.</b> A message is for the members that this one knows when it is sent ({@link #members()}), or for those it meets
 * when it first connects if it was sent before. Each of them gets it exactly once, and what one member sent in order, also when
 * the host dies in between, while both live and neither is dropped for not reading. It then goes to the listeners that its
 * topic has there. A member does not get its own messages. {@code docs/channel-protocol.md} has the argument.
 *
 * <p><b>Life.</b> {@link #connect()} joins; there is no giving up. {@link #close()} leaves, after everything sent has arrived.
 *
 * <p><b>Listeners</b> run one at a time, in order, where the {@link Dispatch} of the options says. A member whose listeners take
 * long stops reading, and is dropped when too much waits for it at the host.
 *
 * <p><b>Threads.</b> Any thread may call any method; none blocks.
 */
public interface MessageChannel extends Endpoint {

    /** Joins a channel with the default options. What is sent before it has connected waits. */
    static MessageChannel join(String name) {
        MessageChannel channel = builder(name).build();
        channel.connect();
        return channel;
    }

    /**
     * Options of a channel to be.
     *
     * @param name the same in all processes that are to meet: 1 to 64 of {@code A-Z a-z 0-9 . _ -}
     * @throws IllegalArgumentException if the name is none
     */
    static Builder builder(String name) {
        return new Builder(name);
    }

    String name();

    /** This member. */
    Member self();

    /**
     * Starts to join; once.
     *
     * @return completes when it has joined; fails if the channel's directory cannot be used, with a
     *     {@link io.heliograph.TransportException}, or when it is closed before
     */
    CompletableFuture<Void> connect();

    boolean connected();

    /** Whether this process hosts the channel now. */
    boolean hosting();

    /** The other members, as far as is known; also those that are expected back. */
    Collection<Member> members();

    /**
     * Sends to all other members.
     *
     * @param message what the codec can write, null included
     * @return whether it was accepted. If not, the error listeners are told why: it is closed, the message has no JSON or is too
     *     long, or too much is not acknowledged
     */
    boolean send(String topic, @Nullable Object message);

    /** Sends to one member; not accepted, with an {@link io.heliograph.UnreachableException}, if it is not there. */
    boolean send(Member to, String topic, @Nullable Object message);

    /** Asks a member, with nothing but the topic and the deadline of the options. */
    <T> CompletableFuture<T> request(Member to, String topic, Class<T> answer);

    /**
     * Asks a member.
     *
     * @return its answer; or fails with a {@link RequestFailedException} if its handler failed or there is none, a
     *     {@link io.heliograph.DeadlineExceededException}, an {@link io.heliograph.UnreachableException} if the member is not there,
     *     or leaves before, a {@link io.heliograph.codec.CodecException} if the answer is no {@code T}
     */
    <T> CompletableFuture<T> request(
            Member to, String topic, @Nullable Object message, Class<T> answer, Duration deadline);

    /** Calls {@code listener} for each message of a topic, decoded. One that is no {@code T} goes to the error listeners. */
    <T> Subscription on(String topic, Class<T> type, BiConsumer<? super T, ? super Member> listener);

    /** As {@link #on(String, Class, BiConsumer)}, for a type with parameters. */
    <T> Subscription on(String topic, TypeRef<T> type, BiConsumer<? super T, ? super Member> listener);

    /** Calls {@code listener} for each message of any topic, before the listeners of its topic. */
    Subscription onMessage(Consumer<? super ChannelMessage> listener);

    /** The messages of a topic, from now on; it holds as many as the option {@code maxPendingMessages} says. */
    EventStream<ChannelMessage> stream(String topic);

    /**
     * Answers the requests of a topic; the last handler set counts.
     *
     * @param handler gives the answer, or a {@link java.util.concurrent.CompletionStage} of it
     */
    <T> Subscription onRequest(
            String topic, Class<T> type, BiFunction<? super T, ? super Member, ? extends @Nullable Object> handler);

    /** Calls {@code listener} with the member in the host's process when this one has joined, for the first time or again. */
    Subscription onConnect(Consumer<? super Member> listener);

    /** Calls {@code listener} for each member that was there at the beginning, and for each that joins. */
    Subscription onJoined(Consumer<? super Member> listener);

    /** Calls {@code listener} for each member that is not there any more. */
    Subscription onLeft(BiConsumer<? super Member, ? super LeaveReason> listener);

    /** Calls {@code listener} with the member in the new host's process when another process has taken over. */
    Subscription onTakeover(Consumer<? super Member> listener);

    /**
     * Calls {@code listener} with each failure of sending, of a listener, or of the channel, and with a {@link
     * MissedMessagesException} when messages passed this member by. Without listener it is logged.
     */
    Subscription onError(Consumer<? super Throwable> listener);

    /** The member in the host's process; empty while not connected. */
    Optional<Member> host();

    /**
     * {@inheritDoc} It waits, 5 s at most, until every member has what was sent, and then leaves. If it hosts, another takes over.
     */
    @Override
    void close();

    /** Options of a channel; {@link #build()} makes it. For one thread at a time. */
    final class Builder {

        private final String name;
        private Path parent = ChannelDirectory.temporary();
        private Dispatch dispatch = Dispatch.virtual();
        private Rendezvous rendezvous = Rendezvous.AUTOMATIC;
        private SlowMember slowMember = SlowMember.DROP;
        private Duration stallTimeout = Duration.ofSeconds(5);
        private Duration rejoinTimeout = Duration.ofSeconds(15);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private int maxMessageBytes = 1 << 20;
        private int maxUnacknowledgedBytes = 16 << 20;
        private int maxQueuedBytes = 16 << 20;
        private int maxPendingMessages = 1024;
        private int maxMembers = 256;

        Builder(String name) {
            this.name = name;
            ChannelDirectory.of(parent, name, MessageOptions.DIRECTORY_SUFFIX);
        }

        /** Default as for {@link OpenChannel.Builder#directory}: where the channel's own directory is, {@code .NAME+messages}. */
        public Builder directory(Path parent) {
            this.parent = parent;
            return this;
        }

        /** Default {@link Dispatch#virtual()}: where listeners run. */
        public Builder dispatch(Dispatch dispatch) {
            this.dispatch = dispatch;
            return this;
        }

        /** Default {@link Rendezvous#AUTOMATIC}: by what kind of socket others reach this process when it hosts. */
        public Builder rendezvous(Rendezvous rendezvous) {
            this.rendezvous = rendezvous;
            return this;
        }

        /** Default {@link SlowMember#DROP}: what this process does, when it hosts, with a member that does not read. */
        public Builder slowMember(SlowMember slowMember) {
            this.slowMember = slowMember;
            return this;
        }

        /**
         * Default 5 s: how long a member may read nothing of what waits for it at this process when it hosts; then it is dropped.
         * While much waits for a member that does read, the senders wait. More than zero.
         */
        public Builder stallTimeout(Duration stallTimeout) {
            this.stallTimeout = positive("stallTimeout", stallTimeout);
            return this;
        }

        /** Default 15 s: how long a member that lives is waited for when its connection or its host has ended. More than zero. */
        public Builder rejoinTimeout(Duration rejoinTimeout) {
            this.rejoinTimeout = positive("rejoinTimeout", rejoinTimeout);
            return this;
        }

        /** Default 10 s: the deadline of a request that is given none. More than zero. */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = positive("requestTimeout", requestTimeout);
            return this;
        }

        /** Default 1 MiB: the longest message, encoded; the same in all members. 1 or more. */
        public Builder maxMessageBytes(int maxMessageBytes) {
            this.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
            return this;
        }

        /** Default 16 MiB: how much may be sent that some member has not acknowledged. One message is always taken. 1 or more. */
        public Builder maxUnacknowledgedBytes(int maxUnacknowledgedBytes) {
            this.maxUnacknowledgedBytes = positive("maxUnacknowledgedBytes", maxUnacknowledgedBytes);
            return this;
        }

        /** Default 16 MiB: how much may wait for one member at this process when it hosts. 1 or more. */
        public Builder maxQueuedBytes(int maxQueuedBytes) {
            this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
            return this;
        }

        /** Default 1024: how many messages may wait for listeners, and how many a stream holds; then reading stops. 1 or more. */
        public Builder maxPendingMessages(int maxPendingMessages) {
            this.maxPendingMessages = positive("maxPendingMessages", maxPendingMessages);
            return this;
        }

        /** Default 256: how many members this process takes when it hosts. 1 or more. */
        public Builder maxMembers(int maxMembers) {
            this.maxMembers = positive("maxMembers", maxMembers);
            return this;
        }

        /**
         * A channel with these options; does no I/O.
         *
         * @throws IllegalArgumentException if the path of the directory is too long for a socket
         * @throws IllegalStateException if the JSON codec is not there
         */
        public MessageChannel build() {
            return new DefaultMessageChannel(new MessageOptions(
                    name,
                    ChannelDirectory.of(parent, name, MessageOptions.DIRECTORY_SUFFIX),
                    dispatch,
                    rendezvous,
                    slowMember,
                    stallTimeout,
                    rejoinTimeout,
                    requestTimeout,
                    maxMessageBytes,
                    maxUnacknowledgedBytes,
                    maxQueuedBytes,
                    maxPendingMessages,
                    maxMembers));
        }
    }
}
