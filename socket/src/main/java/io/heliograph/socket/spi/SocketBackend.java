package io.heliograph.socket.spi;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.DeferrableMessages;
import io.heliograph.frame.Frame;
import io.heliograph.socket.SocketServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Receiver of the connections and values of a server.
 *
 * <p>All methods run on the event loop of the connection. A method must not block or throw; an exception is reported to the error
 * listeners of the server and closes the connection. The data listeners of the server's sockets receive nothing; other listeners do.
 */
@FunctionalInterface
public interface SocketBackend {

    /** Result of a method of {@link Session} for a value that needs no decision. */
    CompletionStage<Void> ACCEPTED = DeferrableMessages.HANDLED;

    /**
     * Builds a server with a backend. Performs no I/O.
     *
     * @throws IllegalArgumentException if the runtime does not support a type
     */
    static SocketServer build(SocketServer.Builder builder, SocketBackend backend) {
        BiFunction<SocketServer.Builder, SocketBackend, SocketServer> build = BuildMethod.installed;
        if (build == null) {
            throw new IllegalStateException("the builder has not installed its method");
        }
        return build.apply(builder, backend);
    }

    /** Method of the builder that is not part of its API. */
    final class BuildMethod {

        private static volatile @Nullable BiFunction<SocketServer.Builder, SocketBackend, SocketServer> installed;

        private BuildMethod() {}

        /** Called once, by the class initialization of the builder. */
        public static void install(BiFunction<SocketServer.Builder, SocketBackend, SocketServer> method) {
            installed = method;
        }
    }

    /** Completes when all calls have been answered. Called once, when the server is closed gracefully: it accepts no connection any more. */
    default CompletableFuture<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }

    /** Handles a new connection, before its first value. */
    Session connected(SocketPeer peer);

    /**
     * Receiver of the values of one connection. The receive type of the server selects the method.
     *
     * <p>Each method returns {@link #ACCEPTED}, or a stage that completes, on any thread, when the value has been handled. Until then later
     * values of this connection are held, and reading pauses. A failure is reported to the error listeners.
     */
    interface Session {

        /**
         * Handles the numbers of a message, or of a raw chunk, of a floating-point type.
         *
         * @param values at least one number; owned by the session
         */
        CompletionStage<Void> numbers(double[] values);

        /**
         * Handles the numbers of a message, or of a raw chunk, of an integral type.
         *
         * @param values at least one number; owned by the session
         */
        CompletionStage<Void> numbers(long[] values);

        /** Handles a string, or with raw bytes a part of a string. */
        CompletionStage<Void> string(String value);

        /** Handles a JSON document, which is well formed. */
        CompletionStage<Void> json(Payload value);

        /** Handles an encoded image, or with raw bytes a part of an image. */
        CompletionStage<Void> image(Frame file);

        /**
         * Handles the end of the input: no value follows.
         *
         * @return a stage that completes, on any thread, when the answers have been sent. The connection then closes; at the latest
         *     after the option {@code linger}
         */
        default CompletionStage<Void> inputEnded() {
            return ACCEPTED;
        }

        /** Handles the end of the connection; nothing follows. */
        void closed(CloseReason reason);
    }
}
