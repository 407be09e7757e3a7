package io.heliograph.realtime.spi;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Receiver of the connections, decisions and calls of a server, which subscribes and publishes in its exchange by itself.
 *
 * <p>Methods of a backend and of a {@link Session} run on the event loop of the connection, unless they say otherwise. They must not block;
 * an exception denies the action and is reported. A decision is {@link #ALLOWED}, or a stage that completes on any thread, and fails if the
 * action is denied: a {@link RealtimeException} is the client's error, any other exception becomes {@code Error} without a message. Until a
 * decision, later packets of the connection are held, and reading pauses at the limits of the server. Middleware decides afterwards.
 *
 * <p>A server with a backend closes a connection that sends a packet before its handshake.
 */
public interface RealtimeBackend {

    /** The decision that allows an action at once. */
    CompletionStage<Void> ALLOWED = CompletableFuture.completedStage(null);

    /** Builds a server with a backend. Performs no I/O. */
    static RealtimeServer build(RealtimeServer.Builder builder, RealtimeBackend backend) {
        BiFunction<RealtimeServer.Builder, RealtimeBackend, RealtimeServer> build = BuildMethod.installed;
        if (build == null) {
            throw new IllegalStateException("the builder has not installed its method");
        }
        return build.apply(builder, backend);
    }

    /** Method of the builder that is not part of its API. */
    final class BuildMethod {

        private static volatile @Nullable BiFunction<RealtimeServer.Builder, RealtimeBackend, RealtimeServer> installed;

        private BuildMethod() {}

        /** Called once, by the class initialization of the builder. */
        public static void install(BiFunction<RealtimeServer.Builder, RealtimeBackend, RealtimeServer> method) {
            installed = method;
        }
    }

    /**
     * Returns the channel of the exchange for a name that a client has sent and {@link Session} has allowed. Any event loop; must not throw.
     *
     * @param name name of the protocol
     */
    default String channel(String name) {
        return name;
    }

    /** Returns the name of the protocol for a channel of the exchange; the inverse of {@link #channel}. Any event loop; must not throw. */
    default String nameOf(String channel) {
        return channel;
    }

    /** Whether a connection receives its own publications. */
    default boolean echo() {
        return true;
    }

    /** Returns the error that a client receives for a failure of the exchange. Any event loop. */
    RealtimeException error(Throwable failure);

    /** Handles a connection whose handshake has arrived. */
    Session connected(Peer peer);

    /** Connection of a server with a backend. */
    interface Peer {

        /** The connection in the API of the server; thread-safe. */
        RealtimeSocket socket();

        /** The event loop of the connection. Thread-safe. */
        EventLoop loop();

        /** Decides again about all subscriptions; a client is kicked out of a channel that is denied now. Event loop only. */
        void reauthorize();

        /** The number of requests that are not answered. Thread-safe. */
        long unansweredRequests();

        /** Returns a future that completes, on any thread, when the requests so far are answered, or the connection has closed. Event loop only. */
        CompletableFuture<Void> answered();

        /**
         * Closes after the accepted packets. Event loop only.
         *
         * @param withCode whether the client receives the code 1001; otherwise it receives none, after which the client of npm connects again at
         *     once
         */
        void end(boolean withCode);

        /** The counters of the link, with the bytes of queued publications. Thread-safe. */
        LinkStats stats();

        /** The limit at which the server closed the connection; null for none. Event loop only. */
        @Nullable
        DropReason exceeded();

        /** Whether the client closed the connection, in order. Event loop only. */
        boolean isClosedByClient();
    }

    /** Receiver of the actions of one connection. */
    interface Session {

        /** The id that publications of this connection carry as {@link io.heliograph.exchange.Publication#publisher()}. */
        String id();

        /**
         * Decides about a token whose signature is valid, before it is applied. If this fails with an {@link AuthTokenException} that is {@link
         * AuthTokenException#isBadToken()}, the client removes the token.
         */
        CompletionStage<Void> authenticate(AuthToken token);

        /** Reports the token of the connection; null if it is not authenticated any more. Called with each change, by client or server. */
        void tokenChanged(@Nullable AuthToken token);

        /** Decides about the handshake, after the token. A failure rejects it. */
        CompletionStage<Void> admit();

        /** Decides about a subscription. */
        CompletionStage<Void> subscribe(String name);

        /** Reports a new subscription. */
        void subscribed(String name);

        /** Reports the end of a subscription, also for a connection that has closed. */
        void unsubscribed(String name);

        /** Decides about a publication. */
        CompletionStage<Void> publish(String name);

        /**
         * Returns the data to publish, after middleware: {@code data}, or any value that the codec of the exchange can encode. An exception
         * rejects the publication.
         *
         * @param data data of the client, possibly absent
         */
        default @Nullable Object filter(String name, Payload data) {
            return data;
        }

        /**
         * Calls a procedure, or handles a one-way event.
         *
         * @param data undecoded data, possibly absent
         * @param reply receives the result or the error once, on any thread; null for an event
         * @return a stage that completes when the next packet may be processed
         */
        CompletionStage<Void> call(String procedure, Payload data, @Nullable Reply reply);

        /** Reports the end of the connection, once. {@link #unsubscribed} may follow. */
        void closed(int code, String reason);
    }

    /** Receiver of the result of a call. Thread-safe. */
    @FunctionalInterface
    interface Reply {

        /**
         * Answers the call; later answers have no effect.
         *
         * @param value any value that the codec can encode, a {@link Payload} of any format, or null; ignored if {@code error} is not null
         * @param error the error, or null
         */
        void complete(@Nullable Object value, @Nullable Throwable error);
    }
}
