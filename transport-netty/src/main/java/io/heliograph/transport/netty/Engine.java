package io.heliograph.transport.netty;

import io.heliograph.TransportException;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Mechanism of the operating system for readiness events. */
enum Engine {
    EPOLL {
        @Override
        @Nullable
        Throwable unavailability() {
            return Epoll.unavailabilityCause();
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        Channel tcp() {
            return new EpollSocketChannel();
        }

        @Override
        Channel tcpServer() {
            return new EpollServerSocketChannel();
        }

        @Override
        boolean trySharing(Channel server) {
            return server.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
        }

        @Override
        Channel unix() {
            return new EpollDomainSocketChannel();
        }

        @Override
        Channel unixServer(Path path, int throttle, Runnable bound) throws IOException {
            return new EpollServerDomainSocketChannel(
                    listening(path, throttle, bound).intValue(), true);
        }
    },

    KQUEUE {
        @Override
        @Nullable
        Throwable unavailability() {
            return KQueue.unavailabilityCause();
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return KQueueIoHandler.newFactory();
        }

        @Override
        Channel tcp() {
            return new KQueueSocketChannel();
        }

        @Override
        Channel tcpServer() {
            return new KQueueServerSocketChannel();
        }

        @Override
        Channel unix() {
            return new KQueueDomainSocketChannel();
        }

        @Override
        Channel unixServer(Path path, int throttle, Runnable bound) throws IOException {
            return new KQueueServerDomainSocketChannel(
                    listening(path, throttle, bound).intValue());
        }
    },

    NIO {
        @Override
        @Nullable
        Throwable unavailability() {
            return null;
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        Channel tcp() {
            return new NioSocketChannel();
        }

        @Override
        Channel tcpServer() {
            return new NioTcpServerChannel();
        }

        @Override
        boolean trySharing(Channel server) {
            return isLinux()
                    && server.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        }

        @Override
        Channel unix() {
            return new NioDomainSocketChannel();
        }

        @Override
        Channel unixServer(Path path, int throttle, Runnable bound) throws IOException {
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(UnixDomainSocketAddress.of(path), throttle); // the JDK listens at once
                bound.run();
                return new NioUnixServerChannel(server);
            } catch (Throwable failure) {
                server.close();
                throw failure;
            }
        }

        @Override
        SocketAddress unixAddress(Path path) {
            return UnixDomainSocketAddress.of(path);
        }
    };

    /** Returns the failure that makes the engine unavailable; null if the engine is available. */
    abstract @Nullable Throwable unavailability();

    abstract IoHandlerFactory ioHandlers();

    abstract Channel tcp();

    abstract Channel tcpServer();

    /** Lets other sockets listen on the port of a channel that is not bound yet. Returns false if the engine cannot distribute connections over them. */
    boolean trySharing(Channel server) {
        return false;
    }

    private static boolean isLinux() {
        return System.getProperty("os.name", "").startsWith("Linux");
    }

    /**
     * Lets other sockets listen on the port of a channel that is not bound yet.
     *
     * @throws TransportException if the system does not distribute connections over such sockets
     */
    void reusePort(Channel server) {
        if (!trySharing(server)) {
            throw new TransportException(
                    "EOPNOTSUPP",
                    "reusePort: not available with the engine " + this + " on "
                            + System.getProperty("os.name", "this system") + " (expected: Linux)",
                    null);
        }
    }

    abstract Channel unix();

    /**
     * Creates the channel of a socket that already listens. Netty removes the file of a socket that it has bound itself; that file
     * may meanwhile belong to another process.
     */
    abstract Channel unixServer(Path path, int throttle, Runnable bound) throws IOException;

    SocketAddress unixAddress(Path path) {
        return new DomainSocketAddress(path.toString());
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Netty removes any file at the path before it binds a socket to it, even that of a live server. So this method first creates a
     * plain file exclusively; Netty then removes our own file.
     */
    private static Socket listening(Path path, int throttle, Runnable bound) throws IOException {
        Socket socket = Socket.newSocketDomain();
        boolean taken = false;
        try {
            Files.createFile(path);
            taken = true;
            socket.bind(new DomainSocketAddress(path.toString()));
            bound.run();
            socket.listen(throttle);
            return socket;
        } catch (Throwable failure) {
            socket.close();
            if (taken && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(path);
            }
            throw failure;
        }
    }

    /**
     * Returns the requested engine, or the best available one.
     *
     * @param wanted the name of an engine, or null
     * @throws IllegalArgumentException if no engine has this name
     * @throws IllegalStateException if the requested engine is not available
     */
    static Engine choose(@Nullable String wanted) {
        if (wanted == null) {
            return EPOLL.unavailability() == null ? EPOLL : KQUEUE.unavailability() == null ? KQUEUE : NIO;
        }
        for (Engine engine : values()) {
            if (engine.toString().equals(wanted)) {
                Throwable cause = engine.unavailability();
                if (cause != null) {
                    throw new IllegalStateException(
                            "heliograph.transport: " + wanted + " is not available here: " + root(cause), cause);
                }
                return engine;
            }
        }
        throw new IllegalArgumentException("heliograph.transport: '" + wanted + "' (expected: epoll, kqueue or nio)");
    }

    private static String root(Throwable failure) {
        Throwable cause = failure;
        for (Throwable next = cause.getCause(); next != null; next = next.getCause()) {
            cause = next;
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
