package io.heliograph.ipc.spi;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.DeferrableMessages;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.frame.Frame;
import io.heliograph.ipc.IpcServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Receiver of the connections and messages of a server.
 *
 * <p>All methods run on the event loop of the connection. A method must not block or throw; an exception is reported to the error
 * listeners of the server and closes the connection. The message listeners of the server receive nothing; its other listeners do.
 */
@FunctionalInterface
public interface IpcBackend {

    /** Result of {@link Session#message} for a message that needs no decision. */
    CompletionStage<Void> ACCEPTED = DeferrableMessages.HANDLED;

    /**
     * Builds a server with a backend. Performs no I/O.
     *
     * @throws IllegalStateException if the builder has a custom transcoder, or the JSON codec is missing
     */
    static IpcServer build(IpcServer.Builder builder, IpcBackend backend) {
        BiFunction<IpcServer.Builder, IpcBackend, IpcServer> build = BuildMethod.installed;
        if (build == null) {
            throw new IllegalStateException("the builder has not installed its method");
        }
        return build.apply(builder, backend);
    }

    /** Method of the builder that is not part of its API. */
    final class BuildMethod {

        private static volatile @Nullable BiFunction<IpcServer.Builder, IpcBackend, IpcServer> installed;

        private BuildMethod() {}

        /** Called once, by the class initialization of the builder. */
        public static void install(BiFunction<IpcServer.Builder, IpcBackend, IpcServer> method) {
            installed = method;
        }
    }

    /** Policy for {@linkplain IpcPeer#publish publications} to a peer that reads too slowly. Called once per connection. */
    default PendingPublications.Policy slowConsumers() {
        return PendingPublications.Policy.CLOSE;
    }

    /** Completes when all calls have been answered. Called once, when the server is closed gracefully: it accepts no connection any more. */
    default CompletableFuture<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }

    /** Handles a new connection, before its first message. */
    Session connected(IpcPeer peer);

    /** Receiver of the messages of one connection. */
    interface Session {

        /**
         * Handles a message.
         *
         * @param topic the topic; {@code none} if the message has no topic
         * @param payload the undecoded message, which is well formed; {@linkplain Payload#isPresent absent} if the frame has no message
         * @param bytes length of the message with its topic, for {@link IpcPeer#callStarted}
         * @return {@link #ACCEPTED}, or a stage that completes, on any thread, when the message has been handled. Until then later
         *     messages of this connection are held, and reading pauses. A failure is reported to the error listeners
         */
        CompletionStage<Void> message(String topic, Payload payload, int bytes);

        /**
         * Handles the end of the input: no message follows.
         *
         * @return a stage that completes, on any thread, when the answers have been sent. The connection then closes; at the latest
         *     after the option {@code linger}
         */
        default CompletionStage<Void> inputEnded() {
            return ACCEPTED;
        }

        /** Builds the frame of a gap. */
        Frame frame(PendingPublications.Gap gap);

        /** Reports publications that the policy for slow consumers has dropped. The server has counted them. */
        default void dropped(DropReason reason, int publications) {}

        /** Handles the end of the connection; nothing follows. */
        void closed(CloseReason reason);
    }
}
