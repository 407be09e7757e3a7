package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.transport.Transport;
import io.heliograph.transport.TransportProvider;
import io.heliograph.transport.Transports;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Selection of the engine, number of event loops, and the log line. */
class NettyTransportTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void linuxHasEpoll() {
        assertThat(Engine.choose(null)).isEqualTo(Engine.EPOLL);
    }

    @Test
    @EnabledOnOs(OS.MAC)
    void macHasKqueue() {
        assertThat(Engine.choose(null)).isEqualTo(Engine.KQUEUE);
    }

    @Test
    void engineCanBeSelected() {
        assertThat(Engine.choose("nio")).isEqualTo(Engine.NIO);
    }

    @Test
    void unknownEngineIsRejectedWithTheChoices() {
        assertThatThrownBy(() -> NettyTransport.create("iocp", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("heliograph.transport: 'iocp' (expected: epoll, kqueue or nio)");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void unavailableEngineNamesTheReason() {
        assertThatThrownBy(() -> NettyTransport.create("kqueue", null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("heliograph.transport: kqueue is not available here: .+");
    }

    @Test
    void numberOfLoopsIsValidated() {
        for (String wrong : new String[] {"0", "-1", "1025", "two", ""}) {
            assertThatThrownBy(() -> NettyTransport.create(null, wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("heliograph.loops: '" + wrong + "' (expected: 1 to 1024)");
        }
    }

    @Test
    void engineIsLoggedInOneLine() throws Exception {
        PrintStream error = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, UTF_8));
        try {
            Transport transport = NettyTransport.create("nio", "2");
            transport.nextLoop().execute(() -> {});
            transport.close().get(10, TimeUnit.SECONDS);
        } finally {
            System.setErr(error);
        }
        assertThat(log.toString(UTF_8).lines())
                .hasSize(1)
                .allMatch(line -> line.endsWith("Transport created: engine=nio loops=2"));
    }

    @Test
    void threadsAreNamedDaemonsAndEndWithTheTransport() throws Exception {
        Transport transport = NettyTransport.create(null, "2");
        for (int i = 1; i <= 2; i++) {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            transport.nextLoop().execute(() -> thread.complete(Thread.currentThread()));
            assertThat(thread.get(10, TimeUnit.SECONDS).getName()).isEqualTo("heliograph-io-" + i);
            assertThat(thread.get().isDaemon()).isTrue();
        }
        transport.close().get(10, TimeUnit.SECONDS);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("heliograph-io-"));
        // Netty's own thread would keep the program alive for another second.
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("globalEventExecutor"));
    }

    @Test
    void idleTransportCloses() throws Exception {
        NettyTransport.create(null, "3").close().get(10, TimeUnit.SECONDS);
    }

    @Test
    void serviceLoaderFindsTheProvider() throws Exception {
        assertThat(ServiceLoader.load(TransportProvider.class)).hasExactlyElementsOfTypes(NettyTransportProvider.class);
        Transports.Lease lease = Transports.acquire();
        assertThat(lease.transport()).isInstanceOf(NettyTransport.class);
        lease.release().get(10, TimeUnit.SECONDS);
    }
}
