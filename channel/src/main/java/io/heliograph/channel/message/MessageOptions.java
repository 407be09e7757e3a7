package io.heliograph.channel.message;

import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.SlowConsumer;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.transport.EndpointOptions;
import java.time.Duration;

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

    int maxMessageBytes() {
        return endpoint.maxMessageBytes();
    }

    int maxQueuedBytes() {
        return endpoint.maxQueuedBytes();
    }

    int maxPendingMessages() {
        return endpoint.maxPendingMessages();
    }
}
