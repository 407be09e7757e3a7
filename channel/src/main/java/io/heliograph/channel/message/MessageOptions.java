package io.heliograph.channel.message;

import io.heliograph.Address;
import io.heliograph.Overflow;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.SlowConsumer;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.channel.election.Election;
import io.heliograph.frame.Framing;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.UnfinishedMessages;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Options of one {@link io.heliograph.channel.MessageChannel}. */
public record MessageOptions(
        EndpointOptions endpoint,
        String name,
        ChannelDirectory directory,
        Rendezvous rendezvous,
        SlowConsumer slowConsumer,
        Duration stallTimeout,
        Duration ackTimeout,
        Duration rejoinTimeout,
        Duration requestTimeout,
        int maxUnacknowledgedBytes,
        int maxMembers,
        long maxUnfinishedBytes,
        boolean takeoverWarmUp) {

    /** Suffix of the directory name. Names of an {@link io.heliograph.channel.OpenChannel} contain no plus sign. */
    public static final String DIRECTORY_SUFFIX = "+messages";

    private static volatile @Nullable Function<MessageChannel.Builder, MessageOptions> reader;

    /** Sets the function that reads the options of a builder, which are not public. Called by the class of the builder. */
    public static void readWith(Function<MessageChannel.Builder, MessageOptions> options) {
        reader = options;
    }

    /** Returns the options of a builder. */
    public static MessageOptions of(MessageChannel.Builder builder) {
        return Objects.requireNonNull(reader).apply(builder);
    }

    int maxMessageBytes() {
        return endpoint.maxMessageBytes();
    }

    int maxQueuedBytes() {
        return endpoint.maxQueuedBytes();
    }

    int maxPendingMessages() {
        return endpoint.maxPendingMessages();
    }

    /**
     * Returns the settings of the elections of a member.
     *
     * @param unfinished receives the addresses of members whose incomplete messages exceed {@code maxUnfinishedBytes}
     */
    Election.Settings electionSettings(Transport transport, EventLoop loop, Consumer<? super Address> unfinished) {
        int maxFrameBytes =
                Math.max(maxMessageBytes() + Wire.TOPIC + Wire.MAX_TOPIC_BYTES, Wire.welcomeBytes(maxMembers));
        // Messages for the host are retained and bounded anyway; the queue of the link only refers to them.
        LinkOptions toHost = LinkOptions.of(Framing.fourByteLength())
                .withMaxFrameBytes(maxFrameBytes)
                .withQueue(Integer.MAX_VALUE, Overflow.REFUSE);
        LinkOptions toMembers = toHost.withQueue(maxQueuedBytes(), Overflow.CLOSE)
                .withUnfinished(new UnfinishedMessages(maxUnfinishedBytes, maxFrameBytes, unfinished));
        return new Election.Settings(transport, loop, toHost, toMembers, directory, rendezvous, true, 0);
    }
}
