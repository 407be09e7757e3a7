package io.heliograph.channel;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.channel.open.DefaultOpenChannel;
import io.heliograph.channel.open.OpenOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A channel of bytes between the processes that open it under one name, one of which hosts it.
 *
 * <p>It is what the npm package {@code open-channel} is. {@link #connect()} finds the host, or makes this process the host if
 * there is none, and gives a {@link ChannelSocket} to it. Who hosts gets the other ends, one {@link ChannelConnection} for each
 * process, its own included. Members do not see each other; for that there is {@link MessageChannel}.
 *
 * <p><b>Life.</b> {@code INITIATED}; {@code CONNECTING} after {@link #connect()}, and again whenever the connection is lost;
 * {@code CONNECTED}; {@code CLOSED} after {@link ChannelSocket#destroy()} or when nobody could be reached for the time given.
 * Then {@code connect} may be called again. {@link #close()} is final and ends the hosting too.
 *
 * <p><b>Listeners</b> run one at a time, in order, where the {@link Dispatch} of the options says.
 *
 * <p><b>Threads.</b> Any thread may call any method; none blocks.
 */
public interface OpenChannel extends Endpoint {

    /** The name of a channel that is given none. */
    String DEFAULT_NAME = "open-channel";

    /** Where a channel is in its life. */
    enum State {
        INITIATED,
        CONNECTING,
        CONNECTED,
        CLOSED
    }

    /** A channel named {@value #DEFAULT_NAME}; does no I/O. */
    static OpenChannel open(Consumer<? super ChannelConnection> listener) {
        return open(DEFAULT_NAME, listener);
    }

    /**
     * A channel; does no I/O.
     *
     * @param name the same in all processes that are to meet: 1 to 64 of {@code A-Z a-z 0-9 . _ -}
     * @param listener gets the connections of all members while this process hosts
     * @throws IllegalArgumentException if the name is none, or the path it leads to too long for a socket
     */
    static OpenChannel open(String name, Consumer<? super ChannelConnection> listener) {
        return builder(name).build(listener);
    }

    /**
     * Options of a channel to be.
     *
     * @throws IllegalArgumentException as {@link #open(String, Consumer)}
     */
    static Builder builder(String name) {
        return new Builder(name);
    }

    String name();

    State state();

    /** Whether the state is {@code CONNECTED}. */
    boolean connected();

    /** Whether this process hosts the channel now. */
    boolean hosting();

    /** Connects as {@link #connect(Duration)} does, trying again for 5000 ms. */
    ChannelSocket connect();

    /**
     * Starts to connect, and returns at once with a socket that can be written to.
     *
     * <p>While it is connecting or connected, this returns the socket there is.
     *
     * @param timeout for how long to try again, every 50 ms, before giving up; anew after each loss. Then the socket gets an
     *     {@link io.heliograph.UnreachableException} as its error, and closes. Zero or more
     * @throws io.heliograph.ClosedException after {@link #close()}
     */
    ChannelSocket connect(Duration timeout);

    /**
     * Connects as {@link #connect(Duration)} does.
     *
     * @param prepare gets a new socket before anything happens to it, so that listeners it adds miss nothing; not called when
     *     there is a socket
     */
    ChannelSocket connect(Duration timeout, Consumer<? super ChannelSocket> prepare);

    /** {@inheritDoc} It ends the socket and, if this process hosts, the host: the others look for another. */
    @Override
    void close();

    /** Options of a channel; {@link #build} makes it. For one thread at a time. */
    final class Builder {

        private final String name;
        private Dispatch dispatch = Dispatch.virtual();
        private Rendezvous rendezvous = Rendezvous.AUTOMATIC;
        private Path parent = ChannelDirectory.temporary();
        private boolean mayHost = true;
        private long pid;
        private int maxQueuedWrites = 1024;
        private int maxQueuedBytes = 16 << 20;
        private int maxPendingBytes = 1 << 20;

        Builder(String name) {
            this.name = name;
            ChannelDirectory.of(parent, name, "");
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

        /**
         * Default the directory for temporary files as Node finds it ({@code TMPDIR}, {@code TMP}, {@code TEMP}, else {@code
         * /tmp}): where the channel's own directory is, {@code .NAME}. A private one, such as {@code $XDG_RUNTIME_DIR}, keeps
         * other users from taking the name first.
         */
        public Builder directory(Path parent) {
            this.parent = parent;
            return this;
        }

        /** Default true: whether this process may become the host. Without, it only attaches to one, such as the npm package. */
        public Builder mayHost(boolean mayHost) {
            this.mayHost = mayHost;
            return this;
        }

        /**
         * Default any, and its own: the process id of the only host to connect to, and the one to host under. A host is found by
         * clients of the npm package only under the id of the process that they elect.
         */
        public Builder hostPid(long pid) {
            checkArgument(pid > 0, "hostPid: %s (expected: > 0)", pid);
            this.pid = pid;
            return this;
        }

        /** Default 1024: how many writes may wait in a socket. 1 or more. */
        public Builder maxQueuedWrites(int maxQueuedWrites) {
            this.maxQueuedWrites = positive("maxQueuedWrites", maxQueuedWrites);
            return this;
        }

        /** Default 16 MiB: how many bytes may wait in a socket, or to be written to a connection. 1 or more. */
        public Builder maxQueuedBytes(int maxQueuedBytes) {
            this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
            return this;
        }

        /** Default 1 MiB: how many bytes that were read may wait for a listener; then reading stops. 1 or more. */
        public Builder maxPendingBytes(int maxPendingBytes) {
            this.maxPendingBytes = positive("maxPendingBytes", maxPendingBytes);
            return this;
        }

        /**
         * A channel with these options; does no I/O.
         *
         * @param listener gets the connections of all members while this process hosts
         * @throws IllegalArgumentException if the path of the directory is too long for a socket
         */
        public OpenChannel build(Consumer<? super ChannelConnection> listener) {
            return new DefaultOpenChannel(
                    new OpenOptions(
                            name,
                            ChannelDirectory.of(parent, name, ""),
                            dispatch,
                            rendezvous,
                            mayHost,
                            pid,
                            maxQueuedWrites,
                            maxQueuedBytes,
                            maxPendingBytes),
                    listener);
        }
    }
}
