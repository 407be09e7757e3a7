package io.heliograph.testkit;

import io.heliograph.Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy between a client and a server on real sockets, which splits, delays, truncates or drops bytes as a test requires. It
 * uses JDK channels and virtual threads only, and thus shares no code with the transport under test.
 *
 * <p>A setting applies to all connections, including open ones, from the next chunk on. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int BUFFER = 64 * 1024;

    /** Direction of bytes. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    /** Way to close a connection on both sides. */
    public enum Cut {

        /** Closes the connection: both ends read the end of the stream. */
        CLOSE,

        /** Resets a TCP connection: both ends fail with {@code ECONNRESET}. A Unix socket is closed. */
        RESET
    }

    private final Address target;
    private final Address address;
    private final ServerSocketChannel server;
    private final ProxyFlow toServer = new ProxyFlow();
    private final ProxyFlow toClient = new ProxyFlow();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile int split = BUFFER;

    private FaultProxy(Address target, Address address, ServerSocketChannel server) {
        this.target = target;
        this.address = address;
        this.server = server;
    }

    /**
     * Listens on {@code address}, where port 0 takes a free one, and connects each client to {@code target}. A client whose
     * target cannot be reached is closed.
     */
    public static FaultProxy listen(Address address, Address target) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(family(address));
        try {
            server.bind(socketAddress(address));
            Address real = address;
            if (address instanceof Address.Tcp tcp) {
                InetSocketAddress bound = (InetSocketAddress) server.getLocalAddress();
                real = new Address.Tcp(tcp.host(), bound.getPort());
            }
            FaultProxy proxy = new FaultProxy(target, real, server);
            Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
            return proxy;
        } catch (Throwable failed) {
            server.close();
            throw failed;
        }
    }

    /** The address for clients, with the actual port. */
    public Address address() {
        return address;
    }

    /** The number of clients that have connected. */
    public int accepted() {
        return accepted.get();
    }

    /** Forwards bytes in chunks of at most {@code bytes}, each with its own write. Default: 64 KiB. */
    public FaultProxy split(int bytes) {
        if (bytes < 1 || bytes > BUFFER) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: 1 to " + BUFFER + ")");
        }
        split = bytes;
        return this;
    }

    /**
     * Delivers nothing in {@code direction} until {@link #resume}, also on new connections, which are accepted. Stalled in both directions,
     * the server is unreachable without an error, as behind a broken network.
     */
    public void stall(Direction direction) {
        flow(direction).stalled(true);
    }

    public void resume(Direction direction) {
        flow(direction).stalled(false);
    }

    /**
     * Delays each chunk in {@code direction}. Bytes that arrive during a delay are delayed together afterwards, so that a byte takes
     * {@code delay} to twice as long, and order is kept. Default: zero.
     */
    public FaultProxy delay(Direction direction, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay: " + delay + " (expected: zero or positive)");
        }
        flow(direction).delay(delay);
        return this;
    }

    /** Cuts each connection once {@code bytes} of it have flowed in {@code direction}; 0 cuts at once. */
    public void cutAfter(Direction direction, long bytes, Cut cut) {
        ProxyFlow flow = flow(direction);
        flow.cutAfter(bytes, cut);
        connections.forEach(connection -> connection.cutIfDue(direction));
    }

    /** Cuts all connections now. */
    public void cut(Cut cut) {
        connections.forEach(connection -> connection.cut(cut));
    }

    /** Ends the stream in {@code direction} on all connections; the other direction continues. */
    public void halfClose(Direction direction) throws IOException {
        for (Connection connection : connections) {
            connection.halfClose(direction);
        }
    }

    /** Forwards without a record, for tests with much traffic. */
    public FaultProxy withoutRecord() {
        toServer.record(false);
        toClient.record(false);
        return this;
    }

    /** All bytes forwarded in {@code direction}, of all connections. */
    public byte[] recorded(Direction direction) {
        return flow(direction).recorded();
    }

    /** Stops listening and closes all connections. */
    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            server.close();
            if (address instanceof Address.Unix unix) {
                Files.deleteIfExists(unix.path());
            }
            cut(Cut.CLOSE);
        }
    }

    private ProxyFlow flow(Direction direction) {
        return direction == Direction.TO_SERVER ? toServer : toClient;
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                accepted.incrementAndGet();
                Thread.ofVirtual().name("fault-proxy-connect").start(() -> connect(client));
            }
        } catch (IOException ended) {
            // The proxy is closed.
        }
    }

    @SuppressWarnings("resource") // the connection closes both
    private void connect(SocketChannel client) {
        try {
            SocketChannel there = SocketChannel.open(family(target));
            // Registered before it connects, so that a test that sees it at the server can inject faults.
            Connection connection = new Connection(client, there);
            connections.add(connection);
            try {
                there.connect(socketAddress(target));
                noDelay(client);
                noDelay(there);
                connection.connected();
            } catch (IOException unreachable) {
                connection.cut(Cut.CLOSE);
                return;
            }
            if (closed.get()) {
                connection.cut(Cut.CLOSE);
                return;
            }
            Thread.ofVirtual().name("fault-proxy-back").start(() -> connection.pump(Direction.TO_CLIENT));
            connection.pump(Direction.TO_SERVER);
        } catch (IOException noSocket) {
            close(client);
        }
    }

    private static void noDelay(SocketChannel channel) throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    private static StandardProtocolFamily family(Address address) {
        return switch (address) {
            case Address.Unix unix -> StandardProtocolFamily.UNIX;
            case Address.Tcp tcp ->
                tcp.host().indexOf(':') >= 0 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
        };
    }

    private static SocketAddress socketAddress(Address address) {
        return switch (address) {
            case Address.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case Address.Tcp tcp -> new InetSocketAddress(tcp.host(), tcp.port());
        };
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The client has closed meanwhile.
        }
    }

    /** Progress of one direction of a connection. Guarded by the connection. */
    private static final class Way {
        private long passed;
        private boolean halfClosed;
    }

    /** A client with its connection to the server. */
    private final class Connection {

        private final SocketChannel client;
        private final SocketChannel there;
        private final AtomicInteger pumping = new AtomicInteger(2);
        private final Way up = new Way();
        private final Way down = new Way();
        private boolean connected; // guarded by this
        private final AtomicBoolean over = new AtomicBoolean();

        Connection(SocketChannel client, SocketChannel there) {
            this.client = client;
            this.there = there;
        }

        void pump(Direction direction) {
            boolean upwards = direction == Direction.TO_SERVER;
            SocketChannel from = upwards ? client : there;
            SocketChannel to = upwards ? there : client;
            ProxyFlow flow = flow(direction);
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
            try {
                while (!cutIfDue(direction)) {
                    flow.awaitOpen(from);
                    buffer.clear().limit(split);
                    if (from.read(buffer) < 0) {
                        halfClose(direction);
                        break;
                    }
                    Thread.sleep(flow.delay());
                    flow.awaitOpen(from);
                    // The setting may have come during the read.
                    buffer.flip().limit((int) Math.min(buffer.limit(), left(direction)));
                    passOn(direction, buffer, to);
                }
            } catch (IOException failed) {
                cut(Cut.RESET);
            } catch (InterruptedException e) {
                cut(Cut.CLOSE);
            }
            if (pumping.decrementAndGet() == 0) {
                cut(Cut.CLOSE);
            }
        }

        private Way way(Direction direction) {
            return direction == Direction.TO_SERVER ? up : down;
        }

        private long left(Direction direction) {
            synchronized (this) {
                return Math.max(0, flow(direction).cutAfter() - way(direction).passed);
            }
        }

        private void passOn(Direction direction, ByteBuffer piece, SocketChannel to) throws IOException {
            synchronized (this) {
                way(direction).passed += piece.remaining();
                if (way(direction).halfClosed) {
                    return;
                }
            }
            flow(direction).passed(piece);
            try {
                while (piece.hasRemaining()) {
                    to.write(piece);
                }
            } catch (IOException failed) {
                synchronized (this) {
                    if (!way(direction).halfClosed) {
                        throw failed;
                    }
                }
            }
        }

        void halfClose(Direction direction) throws IOException {
            synchronized (this) {
                if (way(direction).halfClosed) {
                    return;
                }
                way(direction).halfClosed = true;
                if (!connected) {
                    return;
                }
            }
            shutdownOutput(direction);
        }

        /** Applies the settings that were made before the connection. */
        void connected() throws IOException {
            synchronized (this) {
                connected = true;
            }
            for (Direction direction : Direction.values()) {
                if (isHalfClosed(direction)) {
                    shutdownOutput(direction);
                }
            }
        }

        private synchronized boolean isHalfClosed(Direction direction) {
            return way(direction).halfClosed;
        }

        private void shutdownOutput(Direction direction) throws IOException {
            (direction == Direction.TO_SERVER ? there : client).shutdownOutput();
        }

        boolean cutIfDue(Direction direction) {
            ProxyFlow flow = flow(direction);
            synchronized (this) {
                if (way(direction).passed < flow.cutAfter()) {
                    return false;
                }
            }
            cut(flow.cut());
            return true;
        }

        void cut(Cut cut) {
            connections.remove(this);
            if (!over.compareAndSet(false, true)) {
                return;
            }
            for (SocketChannel end : new SocketChannel[] {client, there}) {
                if (cut == Cut.RESET) {
                    lingerNot(end);
                }
                FaultProxy.close(end);
            }
            toServer.wake();
            toClient.wake();
        }

        private void lingerNot(SocketChannel end) {
            try {
                if (end.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                    end.setOption(StandardSocketOptions.SO_LINGER, 0);
                }
            } catch (IOException gone) {
                // Already closed.
            }
        }
    }
}
