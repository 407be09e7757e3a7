package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The end of a JVM with open endpoints, in a process of its own. */
class JvmEndTest {

    @SuppressWarnings("NullAway.Init")
    private Process process;

    /** Opens an endpoint, prints {@code ready}, and closes it when a line is read. */
    static final class Program {

        @SuppressWarnings("NullAway.Init")
        private static EndpointLifecycle endpoint;

        public static void main(String[] args) {
            boolean daemon = Boolean.parseBoolean(args[0]);
            boolean closeOnShutdown = Boolean.parseBoolean(args[1]);
            boolean stuck = Boolean.parseBoolean(args[2]);
            endpoint = new EndpointLifecycle(
                    new EndpointLifecycle.Role() {
                        @Override
                        public void begin(Transport transport, EventLoop loop) {
                            endpoint.executor().execute(endpoint::started);
                        }

                        @Override
                        public CompletableFuture<Void> drain(Duration timeout) {
                            System.out.println("drain " + timeout.toSeconds());
                            return CompletableFuture.completedFuture(null);
                        }

                        @Override
                        public void shutdown(Duration timeout) {
                            if (!stuck) {
                                endpoint.finish(new CloseReason.Local());
                            }
                        }

                        @Override
                        public void ended() {
                            System.out.println("ended");
                        }
                    },
                    EndpointLifecycle.Restart.NEVER,
                    "test",
                    new EndpointOptions(
                            Dispatch.virtual(),
                            Duration.ofSeconds(stuck ? 1 : 5),
                            1,
                            1,
                            1,
                            InMemoryTransport.threaded(1),
                            null,
                            daemon,
                            closeOnShutdown),
                    new Counters());
            endpoint.listen().join();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    if (System.in.read() >= 0) {
                        endpoint.close(Duration.ofSeconds(1));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            System.out.println("ready");
        }
    }

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    private BufferedReader start(boolean daemon, boolean closeOnShutdown, boolean stuck) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        Boolean.toString(daemon),
                        Boolean.toString(closeOnShutdown),
                        Boolean.toString(stuck))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        assertThat(output.readLine()).isEqualTo("ready");
        return output;
    }

    @Test
    void serverKeepsTheJvmAliveUntilItIsClosed() throws IOException, InterruptedException {
        BufferedReader output = start(false, false, false);
        assertThat(process.waitFor(1, TimeUnit.SECONDS)).isFalse();
        process.outputWriter().append('\n').flush();
        assertThat(output.readLine()).isEqualTo("ended");
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void daemonDoesNotKeepTheJvmAlive() throws IOException, InterruptedException {
        start(true, false, false);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void signalClosesTheEndpointGracefullyByOption() throws IOException, InterruptedException {
        BufferedReader output = start(false, true, false);
        process.toHandle().destroy();
        assertThat(output.readLine()).isEqualTo("drain 5");
        assertThat(output.readLine()).isEqualTo("ended");
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void signalEndsTheJvmAtOnceWithoutTheOption() throws IOException, InterruptedException {
        BufferedReader output = start(false, false, false);
        process.toHandle().destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(output.readLine()).isNull();
    }

    @Test
    void endpointThatDoesNotCloseDelaysTheShutdownForItsLingerOnly() throws IOException, InterruptedException {
        BufferedReader output = start(false, true, true);
        process.toHandle().destroy();
        assertThat(output.readLine()).isEqualTo("drain 1");
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
}
