package io.heliograph.channel;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.channel.open.DefaultOpenChannel;
import io.heliograph.channel.open.OpenOptions;
import io.heliograph.endpoint.PendingSum;
import io.heliograph.transport.EndpointBuilder;
import io.heliograph.transport.EndpointOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A channel of bytes between the processes that open it under one name, one of which hosts it; compatible with the npm package
 * {@code open-channel}.
 *
 * <p>{@link #connect()} finds the host, or makes this process the host, and returns a {@link ChannelSocket} to it. The host receives
 * one {@link ChannelConnection} for each process, including its own. Members do not see each other; see {@link MessageChannel} for
 * messages between members.
 *
 * <p><b>Life cycle.</b> {@code INITIATED}; {@code CONNECTING} after {@link #connect()} and whenever the connection is lost;
 * {@code CONNECTED}; {@code CLOSED} after {@link ChannelSocket#destroy()}, or if no host could be reached in time. Then {@code
 * connect} may be called again. {@link #close()} is final and also ends hosting.
 *
 * <p><b>Listeners</b> run one at a time and in order, as selected by {@link Dispatch}.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks.
 */
public interface OpenChannel extends Endpoint {

    /** Name of a channel that is opened without a name. */
    String DEFAULT_NAME = "open-channel";

    /** State of a channel. */
    enum State {
        INITIATED,
        CONNECTING,
        CONNECTED,
        CLOSED
    }

    /** Creates a channel named {@value #DEFAULT_NAME}; performs no I/O. */
    static OpenChannel open(Consumer<? super ChannelConnection> listener) {
        return open(DEFAULT_NAME, listener);
    }

    /**
     * Creates a channel; performs no I/O.
     *
     * @param name the same in all processes of the channel: 1 to 64 of {@code A-Z a-z 0-9 . _ -}
     * @param listener called with the connection of each member while this process hosts
     * @throws IllegalArgumentException if the name is invalid or its path is too long for a socket
     */
    static OpenChannel open(String name, Consumer<? super ChannelConnection> listener) {
        return builder(name).build(listener);
    }

    /**
     * Returns a builder of a channel.
     *
     * @throws IllegalArgumentException as of {@link #open(String, Consumer)}
     */
    static Builder builder(String name) {
        return new Builder(name);
    }

    String name();

    State state();

    /** Returns whether the state is {@code CONNECTED}. */
    boolean isConnected();

    /** Returns whether this process hosts the channel. */
    boolean isHosting();

    /** Connects with a time-out of 5 s; see {@link #connect(Duration)}. */
    ChannelSocket connect();

    /**
     * Connects to the host, and returns at once a socket that accepts writes. While connecting or connected, returns the present socket.
     *
     * @param timeout time for retries, every 50 ms, after the first attempt and again after each loss; then the socket reports an
     *     {@link io.heliograph.UnreachableException} and closes. Must not be negative
     * @throws io.heliograph.ClosedException after {@link #close()}
     */
    ChannelSocket connect(Duration timeout);

    /**
     * Connects as {@link #connect(Duration)} does.
     *
     * @param prepare called with a new socket before its first event, to add listeners; not called if there is a present socket
     */
    ChannelSocket connect(Duration timeout, Consumer<? super ChannelSocket> prepare);

    /** {@inheritDoc} Closes the socket. If this process hosts, the other members look for another host. */
    @Override
    void close();

    /** Builder of an {@link OpenChannel}. */
    final class Builder extends EndpointBuilder<Builder> {

        private final String name;
        private Rendezvous rendezvous = Rendezvous.AUTOMATIC;
        private Path parent = ChannelDirectory.temporary();
        private boolean mayHost = true;
        private long pid;
        private int maxQueuedWrites = 1024;
        private long maxPendingBytes = PendingSum.defaultMaxBytes();

        private Builder(String name) {
            super(EndpointOptions.DEFAULTS);
            this.name = name;
            channelDirectory();
        }

        /** Selects the kind of socket on which this process listens if it hosts. Default: {@link Rendezvous#AUTOMATIC}. */
        public Builder rendezvous(Rendezvous rendezvous) {
            this.rendezvous = rendezvous;
            return this;
        }

        /**
         * Selects the parent of the channel's own directory, which is {@code .NAME}. A private directory, such as {@code
         * $XDG_RUNTIME_DIR}, prevents other users from taking the name first. Default: the directory for temporary files that Node
         * uses ({@code TMPDIR}, {@code TMP}, {@code TEMP}, else {@code /tmp}).
         */
        public Builder directory(Path parent) {
            this.parent = parent;
            return this;
        }

        /** Selects whether this process may host. If not, it only connects, for example to a host of the npm package. Default: true. */
        public Builder mayHost(boolean mayHost) {
            this.mayHost = mayHost;
            return this;
        }

        /**
         * Selects a process id: the channel connects only to the host with this id, and hosts under this id. A client
         * of the npm package finds a host only under the process id that it elects. Default: any host, and the id of
         * this process. Must be positive.
         */
        public Builder hostPid(long pid) {
            checkArgument(pid > 0, "hostPid: %s (expected: > 0)", pid);
            this.pid = pid;
            return this;
        }

        /** Limits the queued writes of a socket. Default: 1024. Must be positive. */
        public Builder maxQueuedWrites(int maxQueuedWrites) {
            this.maxQueuedWrites = positive("maxQueuedWrites", maxQueuedWrites);
            return this;
        }

        /** Limits the queued bytes of a socket and of each accepted connection. Default: 16 MiB. Must be positive. */
        @Override
        public Builder maxQueuedBytes(int maxQueuedBytes) {
            return super.maxQueuedBytes(maxQueuedBytes);
        }

        /**
         * Limits the received bytes that are pending for listeners, of all connections of this process together, and of each connection
         * to 1 MiB; then reading pauses. Each connection exceeds the limit by 128 KiB at most. Default: 64 MiB, or an eighth of the
         * heap if that is less. Must be positive.
         */
        public Builder maxPendingBytes(long maxPendingBytes) {
            this.maxPendingBytes = PendingSum.checkMaxBytes(maxPendingBytes);
            return this;
        }

        private ChannelDirectory channelDirectory() {
            return ChannelDirectory.of(parent, name, "");
        }

        /**
         * Creates a channel with these options; performs no I/O. Later changes of this builder do not affect the channel.
         *
         * @param listener called with the connection of each member while this process hosts
         * @throws IllegalArgumentException if the path of the directory is too long for a socket
         */
        public OpenChannel build(Consumer<? super ChannelConnection> listener) {
            return new DefaultOpenChannel(
                    new OpenOptions(
                            endpointOptions(),
                            name,
                            channelDirectory(),
                            rendezvous,
                            mayHost,
                            pid,
                            maxQueuedWrites,
                            maxPendingBytes),
                    listener);
        }
    }
}
