package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisServerTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private RedisServer start(String... options) throws IOException {
        return scratch.closing(RedisServer.start(scratch.folder(), options));
    }

    @Test
    void repliesOfEachKindAreRead() throws IOException {
        RedisServer server = start();
        assertThat(server.command("SET", "key", "värde")).isEqualTo("OK");
        assertThat(server.command("GET", "key")).isEqualTo("värde");
        assertThat(server.command("GET", "missing")).isNull();
        assertThat(server.command("INCR", "number")).isEqualTo(1L);
        assertThat(server.command("MGET", "number", "missing")).isEqualTo(Arrays.asList("1", null));
        assertThatThrownBy(() -> server.command("GE"))
                .isInstanceOf(RedisException.class)
                .hasMessageContaining("unknown command");
        assertThat(server.uri()).isEqualTo("redis://127.0.0.1:" + server.port());
    }

    @Test
    void serverWithAppendOnlyFileKeepsDataWhenKilled() throws IOException {
        RedisServer server = start("appendonly", "yes", "appendfsync", "everysec");
        server.command("SET", "key", "value");
        server.restart();
        assertThat(server.command("GET", "key")).isEqualTo("value");
    }

    @Test
    void serverWithoutFileIsEmptyAfterRestart() throws IOException {
        RedisServer server = start();
        server.command("SET", "key", "value");
        server.kill();
        assertThatThrownBy(server::connect).isInstanceOf(IOException.class);
        server.restart();
        assertThat(server.command("GET", "key")).isNull();
    }

    @Test
    void pausedServerAnswersAfterResume() throws IOException {
        RedisServer server = start();
        try (RespConnection connection = server.connect()) {
            connection.command("PING");
            server.pause();
            connection.timeout(Duration.ofMillis(100));
            assertThatThrownBy(() -> connection.command("PING")).isInstanceOf(SocketTimeoutException.class);
            server.resume();
            connection.timeout(Await.TIMEOUT);
            assertThat(connection.read()).isEqualTo("PONG");
        }
    }

    @Test
    void pausedServerIsKilled() throws IOException {
        RedisServer server = start();
        server.pause();
        server.kill();
        assertThatThrownBy(server::pause)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("redis-server does not run (expected: a running process for SIGSTOP)");
    }

    @Test
    void detachedReplicaLacksLaterWritesWhenPromoted() throws IOException {
        RedisServer master = start();
        RedisServer replica = start();
        master.command("SET", "early", "1");
        replica.replicate(master);
        replica.detach();
        master.command("SET", "late", "1");
        assertThatThrownBy(() -> replica.command("SET", "key", "1")).hasMessageStartingWith("READONLY");
        replica.promote();
        assertThat(replica.command("MGET", "early", "late")).isEqualTo(Arrays.asList("1", null));
        assertThat(replica.command("SET", "key", "1")).isEqualTo("OK");
    }

    @Test
    void subscribersAreKilled() throws IOException {
        RedisServer server = start();
        try (RespConnection subscriber = server.connect()) {
            subscriber.command("SUBSCRIBE", "news");
            assertThat(server.killClients("pubsub")).isEqualTo(1);
            assertThatThrownBy(subscriber::read).isInstanceOf(IOException.class);
        }
    }

    @Test
    void functionsAreFlushed() throws IOException {
        RedisServer server = start();
        server.command(
                "FUNCTION", "LOAD", "#!lua name=one\nredis.register_function('answer', function() return 42 end)");
        assertThat(server.command("FCALL", "answer", "0")).isEqualTo(42L);
        server.flushFunctions();
        assertThatThrownBy(() -> server.command("FCALL", "answer", "0")).hasMessageContaining("Function not found");
    }

    @Test
    void invalidOptionsAreReported() {
        assertThatThrownBy(() -> RedisServer.start(scratch.folder(), "appendonly"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("options: [appendonly] (expected: names, each with a value)");
        assertThatThrownBy(() -> RedisServer.start(scratch.folder(), "appendonly", "maybe"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("argument must be 'yes' or 'no'");
    }

    @Test
    void stalledProxyHidesServer() throws IOException {
        RedisServer server = start();
        FaultProxy proxy = scratch.closing(FaultProxy.listen(new Address.Tcp("127.0.0.1", 0), server.address()));
        int port = ((Address.Tcp) proxy.address()).port();
        try (RespConnection connection = new RespConnection("127.0.0.1", port)) {
            assertThat(connection.command("PING")).isEqualTo("PONG");
            proxy.stall(FaultProxy.Direction.TO_CLIENT);
            connection.timeout(Duration.ofMillis(100));
            assertThatThrownBy(() -> connection.command("PING")).isInstanceOf(SocketTimeoutException.class);
            proxy.resume(FaultProxy.Direction.TO_CLIENT);
            connection.timeout(Await.TIMEOUT);
            assertThat(connection.read()).isEqualTo("PONG");
        }
    }
}
