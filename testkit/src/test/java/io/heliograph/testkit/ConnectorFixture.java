package io.heliograph.testkit;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.Backoff;
import io.heliograph.CloseReason;
import io.heliograph.Delay;
import io.heliograph.HeliographException;
import io.heliograph.endpoint.Connector;
import io.heliograph.endpoint.Connector.State;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.frame.Framing;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A connector on a manual event loop and an in-memory transport, which records its events with their times. */
abstract class ConnectorFixture {

    static final Address PLACE = new Address.Unix(Path.of("/memory/server"));
    static final LinkOptions OPTIONS = LinkOptions.of(Framing.delimiter(0, 0)).withConnectTimeout(ofSeconds(3));
    static final Delay RETRY = new Backoff(ofMillis(100), ofSeconds(30), 0);
    static final Delay RECONNECT = Delay.fixed(ofMillis(7));
    static final ReconnectPolicy FOREVER = ReconnectPolicy.forever(RETRY, RECONNECT);

    final ManualEventLoop loop = ManualEventLoop.create();
    final InMemoryTransport transport = InMemoryTransport.on(loop);
    final List<RecordingHandler> accepted = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final RecordingHandler handler = new RecordingHandler() {
        @Override
        public void inputEnded(Link link) {
            onInputEnded.run();
            super.inputEnded(link);
        }

        @Override
        public synchronized void closed(Link link, CloseReason reason) {
            events.add("link closed");
        }
    };
    boolean serverEnds = true;
    Runnable onInputEnded = () -> {};
    Consumer<Runnable> onPause = Runnable::run;

    @Nullable
    Acceptor acceptor;

    Connector connector = connector(FOREVER);

    Connector connector(ReconnectPolicy policy) {
        return new Connector(transport, loop, PLACE, OPTIONS, policy, new Random(1), new Recording());
    }

    /** Records events with the time in milliseconds. */
    private final class Recording implements Connector.Listener {

        private void note(String event) {
            assertThat(loop.inLoop()).isTrue();
            events.add(loop.nanoTime() / 1_000_000 + " " + event);
        }

        @Override
        public LinkHandler connected(Link link, boolean again) {
            note(again ? "connected again" : "connected");
            return handler;
        }

        @Override
        public void attemptFailed(HeliographException cause, Runnable proceed) {
            note("failed");
            onPause.accept(proceed);
        }

        @Override
        public void lost(CloseReason reason, Runnable proceed) {
            note("lost " + reason.getClass().getSimpleName());
            onPause.accept(proceed);
        }

        @Override
        public void closed(CloseReason reason) {
            note("closed " + reason.getClass().getSimpleName());
        }
    }

    void listen() {
        acceptor = transport
                .listen(PLACE, null, OPTIONS, new Transport.AcceptHandler() {
                    @Override
                    public LinkHandler accepted(Link link) {
                        accepted.add(server().on(link));
                        return accepted.getLast();
                    }

                    @Override
                    public void failed(HeliographException cause) {}
                })
                .join();
    }

    private RecordingHandler server() {
        return serverEnds
                ? new RecordingHandler()
                : new RecordingHandler() {
                    @Override
                    public void inputEnded(Link link) {
                        recordInputEnded(link);
                    }
                };
    }

    void connect() {
        connector.connect();
        loop.runReady();
    }

    void loseConnection() {
        accepted.getLast().link().close(new CloseReason.Local());
        loop.runReady();
    }

    @AfterEach
    void closedConnectorLeavesNoResources() {
        connector.close(ZERO);
        loop.advance(ZERO);
        assertThat(connector.state()).isEqualTo(State.CLOSED);
        assertThat(connector.link()).isNull();
        assertThat(loop.timers()).isZero();
        assertThat(events.stream().filter(event -> event.contains(" closed ")))
                .as("%s", events)
                .hasSize(1);
        assertThat(events.getLast()).contains(" closed ");
        loop.advance(Duration.ofDays(1));
        accepted.forEach(end -> end.link().close(new CloseReason.Local()));
        loop.runReady();
        assertThat(transport.openLinks()).isZero();
        assertThat(events.getLast()).contains(" closed ");
    }
}
