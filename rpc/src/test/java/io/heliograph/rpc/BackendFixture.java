package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications.Policy;
import io.heliograph.rpc.spi.RpcBackend;
import io.heliograph.rpc.spi.RpcPeer;
import io.heliograph.rpc.spi.RpcReply;
import io.heliograph.rpc.spi.RpcSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Server whose backend records what it receives, and decides and answers as a test says. */
abstract class BackendFixture {

    record ReceivedCall(
            String method, Payload params, @Nullable RpcReply reply) {

        RpcReply answer() {
            if (reply == null) {
                throw new AssertionError("a notification");
            }
            return reply;
        }
    }

    /** Connection of the backend. */
    final class Session implements RpcBackend.Session {

        final RpcPeer peer;
        final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

        Session(RpcPeer peer) {
            this.peer = peer;
        }

        @Override
        public CompletionStage<Void> call(String method, Payload params, @Nullable RpcReply reply) {
            if (method.equals("broken")) {
                throw new IllegalStateException("broken");
            }
            ReceivedCall call = new ReceivedCall(method, params, reply);
            calls.add(call);
            if (reply != null && method.equals("echo")) {
                reply.succeed(params);
            }
            return decisions.getOrDefault(method, RpcBackend.ACCEPTED);
        }

        @Override
        public CompletionStage<Void> subscribe(RpcSubscription subscription) {
            String event = subscription.event();
            if (event.startsWith("held")) {
                subscriptions.add(subscription);
            } else if (event.startsWith("secret")) {
                subscription.forbid(-32606, "Event forbidden", null);
            } else if (event.startsWith("#")) {
                subscription.reject("provided event invalid");
            } else {
                if (subscription.since() == null) {
                    subscription.accept();
                } else if (subscription.since().isEmpty()) {
                    subscription.accept("e:5", null, null);
                } else if (subscription.since().equals("e:1")) {
                    subscription.accept("e:5", true, null);
                } else {
                    subscription.accept("e:5", false, "too-old");
                }
                subscriptions.add(subscription);
            }
            return decisions.getOrDefault(event, RpcBackend.ACCEPTED);
        }

        @Override
        public void unsubscribe(RpcSubscription subscription) {
            unsubscribed.add(subscription.event());
        }

        @Override
        public Collection<String> methods() {
            return List.of("echo", "other");
        }

        @Override
        public void closed(CloseReason reason) {
            closed.complete(reason);
        }
    }

    final BlockingQueue<ReceivedCall> calls = new LinkedBlockingQueue<>();
    final BlockingQueue<RpcSubscription> subscriptions = new LinkedBlockingQueue<>();
    final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
    final BlockingQueue<String> unsubscribed = new LinkedBlockingQueue<>();
    final Map<String, CompletionStage<Void>> decisions = new ConcurrentHashMap<>();
    final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    RpcServer server = newServer(Policy.CLOSE, builder -> {});

    final RpcServer newServer(Policy policy, Consumer<RpcServer.Builder> options) {
        RpcServer.Builder builder = RpcServer.builder().port(0);
        options.accept(builder);
        RpcServer made = RpcBackend.build(builder, new RpcBackend() {
            @Override
            public Policy slowConsumers() {
                return policy;
            }

            @Override
            public BackendFixture.Session connected(RpcPeer peer) {
                BackendFixture.Session session = BackendFixture.this.new Session(peer);
                sessions.add(session);
                return session;
            }
        });
        made.onError(errors::add);
        return made;
    }

    final void restart(Policy policy, Consumer<RpcServer.Builder> options) {
        server.close();
        server = newServer(policy, options);
    }

    final RawSocket open(String target) {
        if (server.addresses().isEmpty()) {
            value(server.listen());
        }
        RawSocket socket = RawSocket.open(server.port(), target);
        open.add(socket);
        return socket;
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing within 20 s");
        }
        return next;
    }

    /** Runs a task on the event loop of the last connection and waits for it. */
    final void onLoop(Session session, Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        session.peer.loop().execute(() -> {
            task.run();
            done.complete(null);
        });
        value(done);
    }

    @AfterEach
    final void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        value(server.closeGracefully(Duration.ZERO));
    }
}
