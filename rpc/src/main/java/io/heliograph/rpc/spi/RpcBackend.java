package io.heliograph.rpc.spi;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.rpc.RpcServer;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Provider of the methods and events that a server does not have itself. Methods and events that are registered on the server take
 * precedence.
 *
 * <p>All methods run on the event loop of the connection. A method must not block or throw; an exception is reported to the error
 * listeners of the server and closes the connection.
 */
@FunctionalInterface
public interface RpcBackend {

    /** Result of an operation after which the next message may be processed. */
    CompletionStage<Void> ACCEPTED = CompletableFuture.completedStage(null);

    /**
     * Builds a server with a backend. Performs no I/O.
     *
     * @throws IllegalStateException if a codec is missing
     */
    static RpcServer build(RpcServer.Builder builder, RpcBackend backend) {
        BiFunction<RpcServer.Builder, RpcBackend, RpcServer> build = BuildMethod.installed;
        if (build == null) {
            throw new IllegalStateException("the builder has not installed its method");
        }
        return build.apply(builder, backend);
    }

    /** Method of the builder that is not part of its API. */
    final class BuildMethod {

        private static volatile @Nullable BiFunction<RpcServer.Builder, RpcBackend, RpcServer> installed;

        private BuildMethod() {}

        /** Called once, by the class initialization of the builder. */
        public static void install(BiFunction<RpcServer.Builder, RpcBackend, RpcServer> method) {
            installed = method;
        }
    }

    /** Policy for {@linkplain RpcSubscription#publish events} to a peer that reads too slowly. Called once per connection. */
    default PendingPublications.Policy slowConsumers() {
        return PendingPublications.Policy.CLOSE;
    }

    /** Handles a new connection, before its first message. */
    Session connected(RpcPeer peer);

    /** Receiver of the requests of one connection. */
    interface Session {

        /**
         * Handles the call of a method, {@code rpc.login} included.
         *
         * @param params the undecoded parameters; {@linkplain Payload#isPresent absent} if the request has none
         * @param reply receiver of the answer, on any thread; null for a notification
         * @return {@link #ACCEPTED}, or a stage that completes, on any thread, when the next message may be processed. Until then later
         *     messages of this connection are held, and reading pauses. A failure is reported to the error listeners
         */
        CompletionStage<Void> call(String method, Payload params, @Nullable RpcReply reply);

        /**
         * Handles a subscription, which is to be accepted or rejected once, on the event loop. The subscriptions of one request are
         * passed one after another; the request is answered when all of them are settled.
         *
         * @return see {@link #call}
         */
        CompletionStage<Void> subscribe(RpcSubscription subscription);

        /** Handles the end of an accepted subscription by the client, or because another one of its request was forbidden. */
        void unsubscribe(RpcSubscription subscription);

        /** Returns the methods of the namespace that the caller may call, for {@code __listMethods}. */
        Collection<String> methods();

        /** Handles the end of the connection; nothing follows. */
        void closed(CloseReason reason);
    }
}
