package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subscriber of all channels among 200 that does not read while 320 MB are published. */
@Timeout(120)
class StalledSubscriberTest {

    private static final int CHANNELS = 100;
    private static final int OTHERS = 199;
    private static final int ROUNDS = 40;
    private static final int MESSAGES = 4;
    private static final int SIZE = 20_000;

    /** Counts the received publications. */
    private static final class Subscriber implements Transport.ConnectHandler, LinkHandler {

        final CompletableFuture<Link> link = new CompletableFuture<>();
        final AtomicInteger responses = new AtomicInteger();
        final AtomicInteger publications = new AtomicInteger();
        volatile boolean closed;

        @Override
        public LinkHandler connected(Link opened) {
            link.complete(opened);
            return this;
        }

        @Override
        public void failed(HeliographException cause) {
            link.completeExceptionally(cause);
        }

        @Override
        public void frame(Link from, Frame frame) {
            if (frame.length() == 0) {
                from.send(Frame.empty().asText());
            } else if (frame.length() > SIZE) {
                publications.incrementAndGet();
            } else {
                responses.incrementAndGet();
            }
        }

        @Override
        public void closed(Link from, CloseReason reason) {
            closed = true;
        }

        void send(String packet) {
            link.orTimeout(20, TimeUnit.SECONDS)
                    .join()
                    .send(Frame.utf8(packet.replace('\'', '"')).asText());
        }

        /** Connects and subscribes. */
        Subscriber to(int from, int until) {
            send("{'event':'#handshake','cid':1}");
            for (int channel = from; channel < until; channel++) {
                send("{'event':'#subscribe','data':{'channel':'" + channel + "'},'cid':2}");
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> responses.get() == 1 + until - from);
            return this;
        }
    }

    @Test
    void stalledSubscriberIsLimitedAndOthersReceiveAll() {
        Transports.Lease lease = Transports.acquire();
        Transport transport = lease.transport();
        RealtimeServer server = RealtimeServer.builder()
                .host("127.0.0.1")
                .port(0)
                .slowConsumer(SlowConsumer.DROP_OLDEST_PER_CHANNEL)
                .pingTimeoutDisabled(true)
                .build();
        server.listen().join();
        try {
            WebSocketTarget target = WebSocketTarget.of(
                    URI.create("ws://127.0.0.1:" + server.port() + "/socketcluster/"), Optional.empty());
            Subscriber stalled = connect(transport, target).to(0, CHANNELS);
            List<Subscriber> others = new ArrayList<>();
            for (int i = 0; i < OTHERS; i++) {
                others.add(connect(transport, target).to(i % CHANNELS, i % CHANNELS + 1));
            }
            assertThat(server.connectionCount()).isEqualTo(200);
            stalled.link.join().reading(false);
            String message = "x".repeat(SIZE);

            publish(server, message, others, 1);
            long before = Memory.used();
            for (int round = 2; round <= ROUNDS; round++) {
                publish(server, message, others, round);
            }
            long grown = Memory.used() - before;

            assertThat(grown).isLessThan(4 * Memory.MIB);
            assertThat(server.stats().queuedBytes()).isLessThanOrEqualTo(1 << 20);
            assertThat(others).allSatisfy(other -> {
                assertThat(other.closed).isFalse();
                assertThat(other.publications).hasValue(ROUNDS * MESSAGES);
            });
            assertThat(server.connectionCount()).isEqualTo(200);
            assertThat(server.stats().drops()).containsOnlyKeys(DropReason.DROPPED_OLDEST);
            others.forEach(other -> other.link.join().close(new CloseReason.Local()));
            stalled.link.join().close(new CloseReason.Local());
        } finally {
            server.closeGracefully(Duration.ofSeconds(1)).join();
            lease.release();
        }
    }

    private static Subscriber connect(Transport transport, WebSocketTarget target) {
        Subscriber subscriber = new Subscriber();
        transport.connect(target, transport.nextLoop(), WebSocketOptions.defaults(), subscriber);
        return subscriber;
    }

    /** Publishes in all channels and waits until the reading subscribers have received everything. */
    private static void publish(RealtimeServer server, String message, List<Subscriber> others, int round) {
        for (int channel = 0; channel < CHANNELS; channel++) {
            for (int i = 0; i < MESSAGES; i++) {
                server.exchange().publish(String.valueOf(channel), message).join();
            }
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> others.stream().allMatch(other -> other.publications.get() >= round * MESSAGES));
    }
}
