package io.heliograph.cli.option;

import io.heliograph.transport.EndpointBuilder;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of commands that keep a connection open: queue limit, graceful close. */
public final class PeerOptions {

    /** Limit of the send queue of each peer, in bytes. */
    @Option(
            order = 92,
            names = "--max-queue",
            paramLabel = "SIZE",
            defaultValue = "16MiB",
            converter = SizeConverter.class,
            description = "Maximum size of the send queue of a peer (default: ${DEFAULT-VALUE}).")
    public int maxQueue;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    public GraceOption grace;

    /** Sets these options and the maximum size of a message in a builder. */
    public <B extends EndpointBuilder<B>> B applyTo(B builder, int maxMessageBytes) {
        return builder.maxMessageBytes(maxMessageBytes).maxQueuedBytes(maxQueue).linger(grace.duration);
    }
}
