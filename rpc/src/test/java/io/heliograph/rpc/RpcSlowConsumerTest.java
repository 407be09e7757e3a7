package io.heliograph.rpc;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.Overflow;
import io.heliograph.QueueFullException;
import io.heliograph.testkit.RawPeer;
import io.heliograph.testkit.RawServer;
import io.heliograph.transport.Transports;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that read more slowly than messages arrive. */
class RpcSlowConsumerTest extends ServerFixture {

    private static final String TEXT = "x".repeat(100_000);

    /**
     * Polls quickly, because the sockets of the system take a number of messages first, and until the condition holds for 50 ms, because
     * a queue can also be full for a moment, until the event loop writes it.
     */
    private static ConditionFactory await() {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .during(Duration.ofMillis(50));
    }

    /** Subscribes a socket that then reads nothing, and emits until its queue is full. */
    private RawSocket fullQueue() throws Exception {
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"newMail\"]"));
        socket.reading(false);
        await().until(() -> server.emit("newMail", TEXT) == 0);
        return socket;
    }

    @Test
    void slowSocketIsDisconnectedByDefault() throws Exception {
        restart(builder -> builder.maxQueuedBytes(200_000));
        RawSocket socket = fullQueue();
        Awaitility.await().until(() -> server.stats().connections() == 0);
        socket.reading(true);
        socket.awaitClosed();
    }

    @Test
    void refusedEventsLeaveSocketConnected() throws Exception {
        restart(builder -> builder.maxQueuedBytes(200_000).slowConsumer(Overflow.REFUSE));
        RawSocket socket = fullQueue();
        assertThat(server.stats().drops()).containsKey(DropReason.QUEUE_FULL);
        assertThat(server.stats().connections()).isEqualTo(1);
        assertThat(server.stats().queuedBytes()).isBetween(1L, 200_000L);
        socket.reading(true);
        Awaitility.await().until(() -> server.stats().queuedBytes() == 0);
        assertThat(server.emit("newMail", "last")).isEqualTo(1);
        while (!socket.nextText().contains("last")) {}
        assertThat(socket.ask(call(2, "sum", "[1,2]"))).isEqualTo(result(2, "3"));
    }

    @Test
    void refusedResponseClosesConnection() throws Exception {
        restart(builder -> builder.maxQueuedBytes(200_000).slowConsumer(Overflow.REFUSE));
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        server.onDisconnection((socket, reason) -> closed.complete(reason));
        RawSocket socket = fullQueue();
        socket.send(call(2, "echo", "[\"" + TEXT + "\"]"));
        assertThat(value(closed))
                .isInstanceOfSatisfying(
                        CloseReason.Failed.class,
                        failed -> assertThat(failed.cause())
                                .isInstanceOf(QueueFullException.class)
                                .hasMessage("queue of 200000 bytes is full"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Overflow.class,
            names = {"REFUSE", "CLOSE"})
    void callToSlowServerFailsAndConnectionFollowsPolicy(Overflow policy) {
        Transports.Lease lease = Transports.acquire();
        try (RawServer slow = RawServer.webSocket(lease.transport())) {
            RpcClient client = opened(RpcClient.builder(slow.url())
                    .maxQueuedBytes(200_000)
                    .slowConsumer(policy)
                    .reconnect(false)
                    .build());
            CompletableFuture<CloseReason> closed = new CompletableFuture<>();
            client.onDisconnect(closed::complete);
            value(client.connect());
            RawPeer peer = slow.next();
            peer.reading(false);
            await().until(() -> client.notify("a", List.of(TEXT)).isCompletedExceptionally());
            if (policy == Overflow.CLOSE) {
                assertThat(value(closed)).isInstanceOf(CloseReason.Failed.class);
            } else {
                assertThat(failure(client.call("a", List.of(TEXT)))).isInstanceOf(QueueFullException.class);
                assertThat(client.isConnected()).isTrue();
                assertThat(closed).isNotDone();
            }
        } finally {
            lease.release();
        }
    }

    @Test
    void droppingOldestIsRejected() {
        String message = "slowConsumer: DROP_OLDEST (expected: CLOSE or REFUSE; the oldest message may be a response)";
        assertThatThrownBy(() -> RpcServer.builder().slowConsumer(Overflow.DROP_OLDEST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> RpcClient.builder(URI.create("ws://a")).slowConsumer(Overflow.DROP_OLDEST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
