package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Backoff;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Delay;
import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.NotConnectedException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Clients over an in-memory transport with a manual clock. */
class ClientTest {

    private final Memory memory = new Memory();

    private Recorded<IpcClient> connecting(IpcClient.Builder options) {
        Recorded<IpcClient> client = Recorded.client(options.build());
        client.endpoint.connect();
        memory.run();
        return client;
    }

    @Test
    @Checklist("IPC 41")
    void clientRetriesEachSecondUntilServerListens() {
        Recorded<IpcClient> client = connecting(memory.client());
        assertThat(client.events).containsExactly("connectError");
        memory.advance(999);
        assertThat(memory.transport.attempts()).isEqualTo(1);
        memory.advance(1);
        assertThat(memory.transport.attempts()).isEqualTo(2);
        memory.advance(1000);
        assertThat(client.events).containsExactly("connectError", "connectError", "connectError");
        memory.listen();
        memory.advance(999);
        assertThat(client.of("connect")).hasSize(3);
        memory.advance(1);
        assertThat(client.events).containsExactly("connectError", "connectError", "connectError", "connect");
        assertThat(client.errors).isEmpty();
    }

    @Test
    @Checklist("IPC 41")
    void connectErrorCarriesSystemErrorCode() {
        IpcClient client = memory.client().build();
        List<Throwable> errors = new ArrayList<>();
        client.onConnectError(errors::add);
        client.connect();
        memory.run();
        assertThat(errors).singleElement().isInstanceOf(UnreachableException.class);
        assertThat(errors.getFirst().getCause())
                .isInstanceOfSatisfying(
                        TransportException.class,
                        cause -> assertThat(cause.code()).isEqualTo("ECONNREFUSED"));
    }

    @Test
    @Checklist("IPC 42")
    void randomRetryDelayIncludesBothBounds() {
        Recorded<IpcClient> client = connecting(memory.client()
                .retryDelay(Delay.between(Duration.ofMillis(50), Duration.ofMillis(53)))
                .random(new Random(42)));
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            long millis = 0;
            int attempts = memory.transport.attempts();
            while (memory.transport.attempts() == attempts) {
                memory.advance(1);
                millis++;
            }
            delays.add(millis);
        }
        assertThat(delays).contains(50L, 51L, 52L, 53L).allMatch(ms -> ms >= 50 && ms <= 53);
        assertThat(client.of("connectError")).hasSize(101);
    }

    @Test
    @Checklist("IPC 42")
    void reconnectDelayMayBeRandom() {
        RawServer raw = memory.listen();
        connecting(memory.client()
                .reconnectDelay(Delay.between(Duration.ofMillis(5), Duration.ofMillis(8)))
                .random(new Random(7)));
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            raw.last().end();
            int connections = raw.peers.size();
            long millis = 0;
            while (raw.peers.size() == connections) {
                memory.advance(1);
                millis++;
            }
            delays.add(millis);
        }
        assertThat(delays).contains(5L, 8L).allMatch(ms -> ms >= 5 && ms <= 8);
    }

    @Test
    void retryDelayMayGrowExponentially() {
        connecting(memory.client().retryDelay(new Backoff(Duration.ofMillis(10), Duration.ofSeconds(1), 0)));
        memory.advance(10 + 20 + 40 - 1);
        assertThat(memory.transport.attempts()).isEqualTo(3);
        memory.advance(1);
        assertThat(memory.transport.attempts()).isEqualTo(4);
    }

    @Test
    void zeroReconnectDelayReconnectsImmediately() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = connecting(memory.client().reconnectDelay(Delay.fixed(Duration.ZERO)));
        raw.last().end();
        assertThat(client.of("reconnect")).hasSize(1);
    }

    @Test
    @Checklist({"IPC 43", "IPC 51"})
    void clientReconnectsAfterReconnectDelay() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = connecting(memory.client());
        raw.last().end();
        assertThat(raw.last().inputEnded).isTrue();
        assertThat(client.events).containsExactly("connect", "disconnect");
        memory.advance(99);
        assertThat(raw.peers).hasSize(1);
        memory.advance(1);
        assertThat(client.events).containsExactly("connect", "disconnect", "connect", "reconnect");
        assertThat(raw.peers).hasSize(2);
    }

    @Test
    @Checklist("IPC 43")
    void unavailableServerIsRetriedWithRetryDelay() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = connecting(memory.client());
        raw.stopListening();
        raw.last().end();
        memory.advance(100);
        assertThat(client.events).containsExactly("connect", "disconnect", "connectError");
        memory.listen();
        memory.advance(999);
        assertThat(client.of("reconnect")).isEmpty();
        memory.advance(1);
        assertThat(client.events).containsExactly("connect", "disconnect", "connectError", "connect", "reconnect");
    }

    @Test
    @Checklist("IPC 44")
    void firstConnectionIsNotReconnect() {
        Recorded<IpcClient> client = connecting(memory.client());
        memory.listen();
        memory.advance(1000);
        assertThat(client.events).containsExactly("connectError", "connect");
    }

    @Test
    void brokenConnectionReportsErrorThenDisconnect() {
        memory.listen();
        Recorded<IpcClient> client = connecting(memory.client());
        memory.transport.cut(Memory.ADDRESS);
        memory.run();
        assertThat(client.events).containsExactly("connect", "error TransportError", "disconnect");
    }

    @Test
    @Checklist("IPC 45")
    void sendWithoutConnectionFailsAndIsNotQueued() {
        Recorded<IpcClient> client = Recorded.client(memory.client().build());
        assertThat(client.endpoint.send("early", 1)).isFalse();
        client.until("error NoServerError", 1);
        client.endpoint.connect();
        memory.run();
        assertThat(client.endpoint.isConnected()).isFalse();
        assertThat(client.endpoint.send("", "two")).isFalse();
        memory.run();
        RawServer raw = memory.listen();
        memory.advance(1000);
        assertThat(client.endpoint.isConnected()).isTrue();
        assertThat(client.endpoint.send("three", 3)).isTrue();
        memory.run();
        assertThat(raw.last().frames()).containsExactly("{\"topic\":\"three\",\"message\":3}");
        raw.last().end();
        assertThat(client.endpoint.send("four", 4)).isFalse();
        memory.advance(100);
        assertThat(raw.last().frames()).isEmpty();
        assertThat(client.errors)
                .hasSize(3)
                .allSatisfy(e -> assertThat(e)
                        .isInstanceOf(NotConnectedException.class)
                        .hasMessage("Can not send, no active server connection."));
        NoServerException error = (NoServerException) client.errors.get(1);
        assertThat(error.sentTopic()).isEmpty();
        assertThat(error.sentMessage()).isEqualTo("two");
        assertThat(error.errorName()).isEqualTo("NoServerError");
        assertThat(error.unsent()).isTrue();
        assertThat(client.endpoint.stats().drops()).containsEntry(DropReason.NOT_CONNECTED, 3L);
    }

    @Test
    @Checklist("IPC 46")
    void furtherConnectCallsReturnOutcomeOfFirst() {
        RawServer raw = memory.listen();
        IpcClient client = memory.client().build();
        CompletableFuture<Void> first = client.connect();
        CompletableFuture<Void> second = client.connect();
        assertThat(second).isNotDone();
        memory.run();
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(client.connect()).isCompleted();
        memory.advance(10_000);
        assertThat(raw.peers).hasSize(1);
    }

    @Test
    void connectCompletesAfterConnectListeners() {
        memory.listen();
        Recorded<IpcClient> client = Recorded.client(memory.client().build());
        List<Object> order = new ArrayList<>();
        client.endpoint.onConnect(server -> order.add("connect"));
        CompletableFuture<Void> connected = client.endpoint.connect();
        connected.thenRun(() -> order.add("future"));
        assertThat(connected).isNotDone();
        memory.run();
        assertThat(order).containsExactly("connect", "future");
    }

    @Test
    @Checklist("IPC 47")
    void closeFlushesMessagesWithoutDisconnectEvent() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = connecting(memory.client());
        client.endpoint.send("last", 1);
        client.endpoint.close();
        memory.run();
        assertThat(raw.last().frames()).containsExactly("{\"topic\":\"last\",\"message\":1}");
        assertThat(raw.last().inputEnded).isTrue();
        assertThat(client.of("close")).isEmpty();
        raw.last().send("{\"topic\":\"in flight\",\"message\":2}|").end();
        assertThat(client.events).containsExactly("connect", "message in flight 2", "close");
        assertThat(client.endpoint.closed()).isCompleted();
        client.endpoint.close();
        memory.advance(60_000);
        assertThat(client.events).hasSize(3);
        assertThat(raw.peers).hasSize(1);
    }

    @Test
    @Checklist("IPC 47")
    void unresponsiveServerIsAbortedAfterLinger() {
        memory.listen();
        Recorded<IpcClient> client = connecting(memory.client().linger(Duration.ofMillis(300)));
        client.endpoint.close();
        memory.advance(299);
        assertThat(client.of("close")).isEmpty();
        memory.advance(1);
        assertThat(client.events).containsExactly("connect", "close");
    }

    @Test
    @Checklist("IPC 48")
    void closeInConnectErrorListenerStopsRetries() {
        Recorded<IpcClient> client = Recorded.client(memory.client().build());
        client.endpoint.onConnectError(error -> {
            if (memory.transport.attempts() == 3) {
                client.endpoint.close();
            }
        });
        CompletableFuture<Void> connected = client.endpoint.connect();
        memory.advance(60_000);
        assertThat(memory.transport.attempts()).isEqualTo(3);
        assertThat(client.events).containsExactly("connectError", "connectError", "connectError", "close");
        assertThatThrownBy(connected::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    @Checklist("IPC 48")
    void slowConnectErrorListenerDelaysNextAttempt() {
        List<Runnable> tasks = new ArrayList<>();
        IpcClient client = memory.client().dispatch(Dispatch.on(tasks::add)).build();
        client.onConnectError(error -> client.close());
        client.connect();
        memory.advance(60_000);
        assertThat(memory.transport.attempts()).isEqualTo(1);
        tasks.removeFirst().run();
        memory.advance(60_000);
        assertThat(memory.transport.attempts()).isEqualTo(1);
    }

    @Test
    @Checklist("IPC 49")
    void closeDuringAttemptSuppressesConnectEvent() {
        RawServer raw = memory.listen();
        memory.transport.hang(Memory.ADDRESS);
        Recorded<IpcClient> client = connecting(memory.client());
        assertThat(memory.transport.attempts()).isEqualTo(1);
        client.endpoint.close();
        memory.transport.allow(Memory.ADDRESS);
        memory.advance(60_000);
        assertThat(client.events).containsExactly("close");
        assertThat(raw.peers).isEmpty();
    }

    @Test
    @Checklist("IPC 49")
    void closeBeforeConnectEventSuppressesIt() {
        List<Runnable> tasks = new ArrayList<>();
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = connecting(memory.client().dispatch(Dispatch.on(tasks::add)));
        assertThat(raw.peers).hasSize(1);
        client.endpoint.close();
        memory.run();
        raw.last().end();
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
            memory.run();
        }
        assertThat(client.events).containsExactly("close");
    }

    @Test
    @Checklist("IPC 49")
    void closeCancelsScheduledRetry() {
        Recorded<IpcClient> client = connecting(memory.client());
        client.endpoint.close();
        memory.advance(60_000);
        assertThat(client.events).containsExactly("connectError", "close");
        assertThat(memory.transport.attempts()).isEqualTo(1);
    }

    @Test
    void closeInConnectListenerSuppressesReconnectEvent() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = connecting(memory.client());
        client.endpoint.onConnect(server -> client.endpoint.close());
        raw.last().end();
        memory.advance(100);
        raw.last().end();
        assertThat(client.events).containsExactly("connect", "disconnect", "connect", "close");
    }

    @Test
    @Checklist("IPC 50")
    void sendAfterCloseFailsWhileSocketStaysOpen() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = connecting(memory.client());
        client.endpoint.close();
        assertThat(client.endpoint.send("late", 1)).isFalse();
        assertThat(client.endpoint.send("late")).isFalse();
        memory.run();
        assertThat(raw.last().isClosed()).isFalse();
        assertThat(raw.last().frames()).isEmpty();
        assertThat(client.errors)
                .hasSize(2)
                .allSatisfy(e -> assertThat(e)
                        .isInstanceOf(SendAfterCloseException.class)
                        .hasMessage("Can not 'send()' after 'close()'."));
        raw.last().end();
        client.endpoint.send("very late", 1);
        client.until("error SendAfterCloseError", 3);
    }

    @Test
    @Checklist("IPC 51")
    void clientEndsOutputAfterServerEndsOutput() {
        RawServer raw = memory.listen();
        connecting(memory.client());
        raw.last().send("{\"topic\":\"a\"}|").end();
        assertThat(raw.last().isClosed()).isTrue();
    }

    @Test
    void connectAfterCloseFailsWithoutAttempt() {
        Recorded<IpcClient> client = Recorded.client(memory.client().build());
        client.endpoint.close();
        CompletableFuture<Void> connected = client.endpoint.connect();
        client.until("error ClosedError", 1);
        assertThat(client.events).containsExactly("close", "error ClosedError");
        assertThat(connected).isCompletedExceptionally();
        memory.advance(10_000);
        assertThat(memory.transport.attempts()).isZero();
    }

    @Test
    void disconnectEndsOnlyCurrentConnection() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = Recorded.client(memory.client().build());
        List<IpcConnection> connections = new ArrayList<>();
        client.endpoint.onConnect(connections::add);
        client.endpoint.onDisconnect(reason -> assertThat(reason).isInstanceOf(CloseReason.Local.class));
        client.endpoint.connect();
        memory.run();
        client.endpoint.send("a", 1);
        connections.getFirst().disconnect();
        memory.run();
        assertThat(raw.last().frames()).hasSize(1);
        raw.last().end();
        memory.advance(100);
        assertThat(client.events).containsExactly("connect", "disconnect", "connect", "reconnect");
    }

    @Test
    void exhaustedAttemptsCloseClient() {
        Recorded<IpcClient> client =
                Recorded.client(memory.client().maxAttempts(3).build());
        CompletableFuture<Void> connected = client.endpoint.connect();
        memory.advance(60_000);
        assertThat(client.events)
                .containsExactly("connectError", "connectError", "connectError", "error UnreachableError", "close");
        assertThat(client.errors.getFirst()).hasMessageContaining("after 3 attempts");
        assertThatThrownBy(connected::join).hasCauseInstanceOf(UnreachableException.class);
        assertThat(client.endpoint.closed()).isCompleted();
    }

    @Test
    void exhaustedRetryTimeClosesClient() {
        Recorded<IpcClient> client = connecting(memory.client().giveUpAfter(Duration.ofMillis(2500)));
        memory.advance(60_000);
        assertThat(client.of("connectError")).hasSize(4);
        assertThat(client.of("close")).hasSize(1);
    }

    @Test
    void unansweredAttemptFailsAfterConnectTimeout() {
        memory.transport.hang(Memory.ADDRESS);
        Recorded<IpcClient> client = connecting(memory.client().connectTimeout(Duration.ofMillis(700)));
        memory.advance(699);
        assertThat(client.events).isEmpty();
        memory.advance(1);
        assertThat(client.events).containsExactly("connectError");
    }

    @Test
    void sendBeforeConnectListenersFails() {
        List<Runnable> tasks = new ArrayList<>();
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = Recorded.client(
                memory.client().dispatch(Dispatch.on(tasks::add)).build());
        client.endpoint.onConnect(server -> client.endpoint.send("hello", 1));
        client.endpoint.connect();
        memory.run();
        assertThat(client.endpoint.send("too early", 1)).isFalse();
        tasks.removeFirst().run();
        client.endpoint.send("then", 2);
        memory.run();
        assertThat(raw.last().frames())
                .containsExactly("{\"topic\":\"hello\",\"message\":1}", "{\"topic\":\"then\",\"message\":2}");
    }

    @Test
    void statsCountConnectionsMessagesAndBytes() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client = connecting(memory.client());
        client.endpoint.send("a", 1);
        raw.last().send("{\"topic\":\"bb\",\"message\":1}|");
        assertThat(client.endpoint.stats()).isEqualTo(new EndpointStats(1, 1, 1, 1, 26, 25, 0, Map.of()));
        raw.last().end();
        memory.advance(100);
        assertThat(client.endpoint.stats()).isEqualTo(new EndpointStats(1, 2, 1, 1, 26, 25, 0, Map.of()));
    }
}
