package io.heliograph.bench.peer;

import com.sun.management.ThreadMXBean;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.ServerEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Heliograph server of bench/realtime. All options have their defaults except dispatch and the rate limit of a client,
 * which would stop a load generator.
 *
 * <pre>
 * AUTH_KEY echo|none|middleware|non-blocking direct|virtual
 * </pre>
 *
 * {@code middleware} and {@code non-blocking} allow each publication.
 *
 * <p>The process prints "ready" with its port and exits at the end of its standard input. It answers a line "memory" with
 * its memory use before and after garbage collection, then "done"; a line "allocated" likewise.
 */
public final class RealtimePeer {

    static final int ANY = 1_000_000_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private RealtimePeer() {}

    public static void main(String[] args) throws IOException {
        RealtimeServer server = RealtimeServer.builder()
                .host("127.0.0.1")
                .port(0)
                .authKey(args[0])
                .maxMessagesPerSecond(ANY, ANY)
                .maxBytesPerSecond(ANY, ANY)
                .dispatch(Peer.dispatch(args[2]))
                .build();
        // Not onError, which also reports that the load ends its connections without a close frame.
        server.on(
                ServerEvent.Failure.class,
                failure -> Peer.failed(failure.error().toString()));
        if (args[1].equals("echo")) {
            server.onConnection(socket -> socket.onProcedure("echo", String.class, text -> text));
        }
        switch (args[1]) {
            case "middleware" -> server.middleware(Action.PublishIn.class, Middleware.of(RealtimePeer::allow));
            case "non-blocking" ->
                server.middleware(Action.PublishIn.class, Middleware.nonBlocking(RealtimePeer::allow));
            default -> {}
        }
        server.listen().join();
        System.out.println("ready " + server.port());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            answer(line);
        }
        System.exit(0);
    }

    private static Decision allow(Action.PublishIn action) {
        return action.channel().isEmpty() ? Decision.block() : Decision.allow();
    }

    /** Answers a question of the driver: its memory, or the bytes that all threads have allocated. */
    static void answer(String question) throws IOException {
        if (question.equals("memory")) {
            memory();
        } else if (question.equals("allocated")) {
            Peer.print("allocated", THREADS.getTotalThreadAllocatedBytes());
            System.out.println("done");
        }
    }

    private static void memory() throws IOException {
        Peer.print("rss", resident());
        System.gc();
        System.gc();
        settle();
        Peer.print("rssAfterGc", resident());
        Peer.print("heap", heap() + direct());
        System.out.println("done");
    }

    /** The JVM returns memory to the system some time after a garbage collection. */
    private static void settle() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long heap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** Returns the resident set size on Linux; 0 elsewhere. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        }
    }
}
