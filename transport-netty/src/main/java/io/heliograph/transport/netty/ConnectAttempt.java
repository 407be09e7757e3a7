package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.transport.ConnectFailures;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * An attempt to connect: resolves the host, tries its addresses in sequence, and waits for the TLS handshake, within one
 * time-out. Event loop only.
 */
final class ConnectAttempt implements Transport.Attempt, NettyLink.Owner {

    /** Prepares the channel of an attempt. */
    @FunctionalInterface
    interface Opening {

        /** Prepares a channel that is not registered yet; {@code owner} is notified when its link opens. */
        void prepare(Channel channel, NettyEventLoop loop, NettyLink.Owner owner);
    }

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(ConnectAttempt.class));

    private final Engine engine;
    private final Address address;
    private final String where;
    private final NettyEventLoop loop;
    private final Duration connectTimeout;
    private final Opening opening;
    private final Transport.ConnectHandler handler;

    private final ArrayDeque<SocketAddress> candidates = new ArrayDeque<>();
    private boolean over;
    private @Nullable SilenceTimer timeout;
    private @Nullable Channel channel;

    /** @param where address or URL in the message of a failure */
    ConnectAttempt(
            Engine engine,
            Address address,
            String where,
            NettyEventLoop loop,
            Duration connectTimeout,
            Opening opening,
            Transport.ConnectHandler handler) {
        this.engine = engine;
        this.address = address;
        this.where = where;
        this.loop = loop;
        this.connectTimeout = connectTimeout;
        this.opening = opening;
        this.handler = handler;
    }

    /** Starts in a later task, so that the caller holds this attempt before the handler receives the outcome. */
    void start() {
        loop.execute(this::begin);
    }

    private void begin() {
        if (over) {
            return;
        }
        if (!loop.add(this)) {
            transportClosed();
            return;
        }
        timeout = new SilenceTimer(loop, connectTimeout, this::timedOut);
        timeout.start();
        switch (address) {
            case Address.Unix unix -> {
                try {
                    SystemError.checkPath(unix.path());
                } catch (TransportException tooLong) {
                    fail(tooLong);
                    return;
                }
                candidates.add(engine.unixAddress(unix.path()));
                tryNext();
            }
            case Address.Tcp tcp ->
                Resolver.resolve(tcp, loop, (found, failure) -> {
                    if (failure != null) {
                        fail(failure);
                    } else {
                        candidates.addAll(found);
                        tryNext();
                    }
                });
        }
    }

    private void tryNext() {
        if (over) {
            return;
        }
        Channel next;
        ChannelFuture registered;
        SocketAddress candidate = candidates.remove();
        try {
            next = address instanceof Address.Unix ? engine.unix() : engine.tcp();
            channel = next;
            opening.prepare(next, loop, this);
            registered = loop.register(next);
        } catch (Throwable failure) {
            fail(failure);
            return;
        }
        registered.addListener(registration -> {
            if (registration.isSuccess()) {
                next.connect(candidate).addListener(this::tried);
            } else {
                tried(registration);
            }
        });
    }

    private void tried(io.netty.util.concurrent.Future<? super Void> outcome) {
        Throwable cause = outcome.cause();
        if (cause == null || over) {
            return;
        }
        if (candidates.isEmpty()) {
            fail(cause);
        } else {
            discard();
            tryNext();
        }
    }

    private void timedOut() {
        fail(new TransportException(
                ConnectFailures.TIMED_OUT, "no answer within " + connectTimeout.toMillis() + " ms", null));
    }

    void transportClosed() {
        fail(new TransportException("", "the transport is closed", null));
    }

    private void fail(Throwable cause) {
        if (finish()) {
            discard();
            try {
                handler.failed(
                        cause instanceof UpgradeRefusedException refused
                                ? refused
                                : SystemError.unreachable(where, address, cause));
            } catch (Throwable failure) {
                failures.userCode("connect handler", where, failure);
            }
        }
    }

    /** Ends the attempt; returns false if it has ended before. */
    private boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        loop.remove(this);
        if (timeout != null) {
            timeout.stop();
        }
        return true;
    }

    private void discard() {
        Channel current = channel;
        if (current != null) {
            channel = null;
            if (current.isRegistered()) {
                current.unsafe().close(current.unsafe().voidPromise());
            } else {
                current.unsafe().closeForcibly();
            }
        }
    }

    @Override
    public void cancel() {
        loop.run(() -> {
            if (finish()) {
                discard();
            }
        });
    }

    @Override
    public @Nullable LinkHandler opened(NettyLink link) {
        return finish() ? handler.connected(link) : null;
    }

    @Override
    public void failed(HeliographException cause) {
        fail(cause);
    }
}
