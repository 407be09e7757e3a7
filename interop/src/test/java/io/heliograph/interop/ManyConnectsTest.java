package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.web.WebServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Memory, threads and descriptors of a process after many WebSockets that opened, exchanged a message and closed.
 *
 * <p>{@code mvn test -pl interop -am -Dtest=ManyConnectsTest -Dsurefire.failIfNoSpecifiedTests=false -Dconnects=1000000} selects
 * another number of connects than 20,000.
 */
class ManyConnectsTest {

    private static final int CONNECTS = Integer.getInteger("connects", 20_000);
    private static final long MIB = 1 << 20;
    private static final int AT_ONCE = 50;
    private static final int PROGRESS = 500;
    private static final WebSocketOptions OPTIONS =
            WebSocketOptions.defaults().withCompression(new WebSocketOptions.Compression(1, 6));

    /** Echoes messages. */
    private static final class Echo implements LinkHandler {

        @Override
        public void frame(Link link, Frame frame) {
            link.send(frame);
        }

        @Override
        public void closed(Link link, CloseReason reason) {}
    }

    /** Sends a message, and closes after its echo. */
    private static final class Client implements LinkHandler, Transport.ConnectHandler {

        final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

        @Override
        public LinkHandler connected(Link link) {
            link.send(Frame.utf8("hello ".repeat(50)).asText());
            return this;
        }

        @Override
        public void failed(HeliographException cause) {
            closed.completeExceptionally(cause);
        }

        @Override
        public void frame(Link link, Frame frame) {
            link.end(1000, "");
        }

        @Override
        public void closed(Link link, CloseReason reason) {
            closed.complete(reason);
        }
    }

    /** A process whose heap is resident from the start, so that only its native memory can grow. */
    static final class Connects {

        private Connects() {}

        public static void main(String[] arguments) throws Exception {
            int half = Integer.parseInt(arguments[0]);
            Transports.Lease lease = Transports.acquire();
            try (WebServer server =
                    WebServer.builder().host("127.0.0.1").port(0).build()) {
                server.attach("/", upgrade -> upgrade.accept(OPTIONS, null, link -> new Echo()));
                server.listen().get(10, TimeUnit.SECONDS);
                WebSocketTarget target =
                        WebSocketTarget.of(URI.create("ws://127.0.0.1:" + server.port() + "/"), Optional.empty());
                connect(lease.transport(), target, half);
                print(server);
                connect(lease.transport(), target, half);
                print(server);
            }
            lease.release().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void connectsLeaveNothingBehind() {
        int half = CONNECTS / 2;
        try (PeerProcess process = PeerProcess.java(
                List.of("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"),
                Connects.class,
                String.valueOf(half))) {
            PeerEvent before = usage(process, half);
            PeerEvent after = usage(process, half);
            assertThat(number(after, "connects")).isEqualTo(2L * half);
            assertGrowth("heap", before, after, 4 * MIB);
            assertGrowth("resident", before, after, 32 * MIB);
            assertGrowth("threads", before, after, 4);
            assertGrowth("descriptors", before, after, 4);
        }
    }

    private static PeerEvent usage(PeerProcess process, int connects) {
        for (int done = 0; done < connects; done += PROGRESS) {
            process.next("progress");
        }
        return process.next("usage");
    }

    private static void assertGrowth(String what, PeerEvent before, PeerEvent after, long most) {
        assertThat(number(after, what))
                .as("%s, then %s", before, after)
                .isLessThanOrEqualTo(number(before, what) + most);
    }

    private static long number(PeerEvent event, String field) {
        return ((Number) Objects.requireNonNull(event.get(field))).longValue();
    }

    private static void print(WebServer server) throws IOException {
        Awaitility.await().until(() -> server.stats().connections() == 0);
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        long resident = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) << 10)
                .findFirst()
                .orElseThrow();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            System.out.printf(
                    "{\"event\":\"usage\",\"connects\":%d,\"heap\":%d,\"resident\":%d,\"threads\":%d,\"descriptors\":%d}%n",
                    server.stats().connectionsOpened(),
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    resident,
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    open.count());
        }
    }

    private static void connect(Transport transport, WebSocketTarget target, int count) throws Exception {
        for (int done = 0; done < count; done += AT_ONCE) {
            if (done % PROGRESS == 0) {
                System.out.println("{\"event\":\"progress\"}");
            }
            Client[] clients = new Client[AT_ONCE];
            for (int i = 0; i < AT_ONCE; i++) {
                clients[i] = new Client();
                transport.connect(target, transport.nextLoop(), OPTIONS, clients[i]);
            }
            for (Client client : clients) {
                assertThat(client.closed.get(30, TimeUnit.SECONDS)).isEqualTo(new CloseReason.Local());
            }
        }
    }
}
