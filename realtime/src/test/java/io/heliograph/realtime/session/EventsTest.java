package io.heliograph.realtime.session;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.EventStream;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBackpressure;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.testkit.ManualEventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventsTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final SerialExecutor executor = new SerialExecutor(TestPeerSession.DIRECT, loop);
    private final List<Throwable> failures = new ArrayList<>();
    private final Events<SocketEvent> events =
            new Events<>("socket", executor, new StreamBackpressure(executor), 10, failure -> failures.add(failure));

    @Test
    void kindsHaveOriginalNames() {
        assertThat(Arrays.stream(SocketEvent.class.getPermittedSubclasses())
                        .map(Events::name)
                        .toList())
                .containsExactlyInAnyOrder(
                        "message",
                        "raw",
                        "connect",
                        "connectAbort",
                        "disconnect",
                        "close",
                        "end",
                        "error",
                        "authenticate",
                        "deauthenticate",
                        "authStateChange",
                        "authTokenSigned",
                        "badAuthToken",
                        "subscribe",
                        "unsubscribe",
                        "dropped");
        assertThat(Events.name(ServerEvent.Failure.class)).isEqualTo("error");
        assertThat(Events.name(ClientEvent.SubscribeFail.class)).isEqualTo("subscribeFail");
    }

    @Test
    void eventReachesListenersOfItsKind() {
        List<SocketEvent> closes = new ArrayList<>();
        List<SocketEvent> once = new ArrayList<>();
        events.on(SocketEvent.Close.class, closes::add);
        events.once(SocketEvent.Close.class, once::add);
        assertThat(events.isObserved(SocketEvent.Close.class)).isTrue();
        assertThat(events.isObserved(SocketEvent.End.class)).isFalse();
        try (EventStream<SocketEvent.Close> stream = events.stream(SocketEvent.Close.class)) {
            SocketEvent.Close first = new SocketEvent.Close(1000, null);
            SocketEvent.Close second = new SocketEvent.Close(1006, "x");
            events.emit(first);
            events.emit(new SocketEvent.End());
            events.emit(second);
            loop.runReady();
            assertThat(closes).containsExactly(first, second);
            assertThat(once).containsExactly(first);
            assertThat(stream.next(ofSeconds(1))).isEqualTo(first);
            assertThat(events.listeners().backpressure("close")).isEqualTo(1);
            assertThat(events.listeners().consumers("close")).hasSize(2);
        }
        executor.execute(() -> events.deliver(new SocketEvent.Close(4000, null)));
        loop.runReady();
        assertThat(closes).hasSize(3);
        events.finish();
        loop.runReady();
        assertThat(events.isObserved(SocketEvent.Close.class)).isFalse();
        assertThat(failures).isEmpty();
    }
}
