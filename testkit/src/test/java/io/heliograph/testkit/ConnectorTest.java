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
import io.heliograph.UnreachableException;
import io.heliograph.endpoint.Connector;
import io.heliograph.endpoint.Connector.State;
import io.heliograph.endpoint.ReconnectPolicy;
import io.heliograph.frame.Frame;
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
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectorTest {

    private static final Address PLACE = new Address.Unix(Path.of("/memory/server"));
    private static final LinkOptions OPTIONS =
            LinkOptions.of(Framing.delimiter(0, 0)).withConnectTimeout(ofSeconds(3));
    private static final Delay RETRY = new Backoff(ofMillis(100), ofSeconds(30), 0);
    private static final Delay RECONNECT = Delay.fixed(ofMillis(7));
    private static final ReconnectPolicy FOREVER = ReconnectPolicy.forever(RETRY, RECONNECT);

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final InMemoryTransport transport = InMemoryTransport.on(loop);
    private final List<RecordingHandler> accepted = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final RecordingHandler handler = new RecordingHandler() {
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
    private Runnable onInputEnded = () -> {};
    private Consumer<Runnable> onPause = Runnable::run;
    private @Nullable Acceptor acceptor;
    private Connector connector = connector(FOREVER);

    private Connector connector(ReconnectPolicy policy) {
        return new Connector(transport, loop, PLACE, OPTIONS, policy, new Random(1), new Recording());
    }

    /** Writes events down with the time in milliseconds. */
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

    private void listen() {
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

    private boolean serverEnds = true;

    private void connect() {
        connector.connect();
        loop.runReady();
    }

    private void loseConnection() {
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

    // connecting -----------------------------------------------------------------------------

    @Test
    void connectsOnce() {
        listen();
        assertThat(connector.state()).isEqualTo(State.NEW);
        connector.connect();
        connector.connect();
        loop.runReady();
        connector.connect();
        loop.runReady();
        assertThat(connector.state()).isEqualTo(State.OPEN);
        assertThat(events).containsExactly("0 connected");
        assertThat(transport.attempts()).isEqualTo(1);
        assertThat(connector.link()).isNotNull();
    }

    @Test
    void framesReachTheHandler() {
        listen();
        connect();
        accepted.getFirst().link().send(Frame.utf8("hello"));
        Objects.requireNonNull(connector.link()).send(Frame.utf8("good day"));
        loop.runReady();
        assertThat(handler.frames()).containsExactly(Frame.utf8("hello"));
        assertThat(accepted.getFirst().frames()).containsExactly(Frame.utf8("good day"));
    }

    @Test
    void retryDelayGrowsByAttempt() {
        connect();
        assertThat(connector.state()).isEqualTo(State.WAITING);
        loop.advance(ofMillis(699));
        assertThat(events).containsExactly("0 failed", "100 failed", "300 failed");
        listen();
        loop.advance(ofMillis(1));
        assertThat(events).endsWith("700 connected");
        assertThat(transport.attempts()).isEqualTo(4);
    }

    @Test
    void unansweredAttemptTimesOut() {
        listen();
        transport.hang(PLACE);
        connect();
        assertThat(connector.state()).isEqualTo(State.CONNECTING);
        loop.advance(ofMillis(3_099));
        assertThat(events).containsExactly("3000 failed");
        transport.allow(PLACE);
        loop.advance(ofMillis(1));
        assertThat(events).endsWith("3100 connected");
    }

    // loss -----------------------------------------------------------------------------------

    @Test
    void lostConnectionIsReplacedAfterReconnectDelay() {
        listen();
        connect();
        loop.advance(ofSeconds(1));
        loseConnection();
        assertThat(connector.state()).isEqualTo(State.WAITING);
        assertThat(connector.link()).isNull();
        loop.advance(ofMillis(7));
        assertThat(events).containsExactly("0 connected", "link closed", "1000 lost Remote", "1007 connected again");
        assertThat(connector.state()).isEqualTo(State.OPEN);
        assertThat(connector.link()).isNotNull();
    }

    @Test
    void lossResetsTheRetryDelay() {
        connect();
        loop.advance(ofMillis(250));
        listen();
        loop.advance(ofMillis(50));
        assertThat(events).endsWith("300 connected");
        transport.refuse(PLACE);
        loseConnection();
        loop.advance(ofMillis(400));
        assertThat(events.subList(5, events.size())).containsExactly("307 failed", "407 failed", "607 failed");
    }

    @Test
    void brokenConnectionIsReplaced() {
        listen();
        connect();
        transport.cut(PLACE);
        loop.advance(ofMillis(7));
        assertThat(events).containsExactly("0 connected", "link closed", "0 lost Failed", "7 connected again");
    }

    @Test
    void linkWithEndedInputIsNotOpen() {
        listen();
        connect();
        accepted.getFirst().link().end();
        Objects.requireNonNull(connector.link());
        AtomicBoolean open = new AtomicBoolean(true);
        onInputEnded = () -> open.set(connector.link() != null);
        loop.runReady();
        assertThat(open).isFalse();
    }

    @Test
    void policyMayStopReconnection() {
        connector = connector(new ReconnectPolicy(RETRY, RECONNECT, 0, ZERO, false));
        connect();
        listen();
        loop.advance(ofMillis(100));
        loseConnection();
        assertThat(events)
                .containsExactly("0 failed", "100 connected", "link closed", "100 lost Remote", "100 closed Remote");
        assertThat(connector.state()).isEqualTo(State.CLOSED);
    }

    // pace -----------------------------------------------------------------------------------

    @Test
    void delayBeginsWhenTheListenerProceeds() throws InterruptedException {
        List<Runnable> proceeds = new ArrayList<>();
        onPause = proceeds::add;
        connect();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed");
        assertThat(loop.timers()).isZero();
        Thread elsewhere = Thread.ofPlatform().start(proceeds.getFirst());
        elsewhere.join();
        loop.advance(ofMillis(100));
        assertThat(events).containsExactly("0 failed", "10100 failed");
    }

    @Test
    void proceedCountsOnceForItsAttempt() {
        List<Runnable> proceeds = new ArrayList<>();
        onPause = proceeds::add;
        connect();
        proceeds.getFirst().run();
        proceeds.getFirst().run();
        loop.runReady();
        assertThat(loop.timers()).isEqualTo(1);
        loop.advance(ofMillis(100));
        assertThat(events).containsExactly("0 failed", "100 failed");
        proceeds.getFirst().run();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "100 failed");
        assertThat(transport.attempts()).isEqualTo(2);
    }

    // limits ---------------------------------------------------------------------------------

    @Test
    void attemptsAreLimited() {
        connector = connector(new ReconnectPolicy(RETRY, RECONNECT, 3, ZERO, true));
        connect();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "100 failed", "300 failed", "300 closed Failed");
        assertThat(connector.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void lossResetsTheNumberOfAttempts() {
        connector = connector(new ReconnectPolicy(RETRY, RECONNECT, 2, ZERO, true));
        connect();
        listen();
        loop.advance(ofMillis(100));
        transport.refuse(PLACE);
        loseConnection();
        loop.advance(ofSeconds(10));
        assertThat(events)
                .containsExactly(
                        "0 failed",
                        "100 connected",
                        "link closed",
                        "100 lost Remote",
                        "107 failed",
                        "207 failed",
                        "207 closed Failed");
    }

    @Test
    void timeOfAttemptsIsLimited() {
        connector = connector(new ReconnectPolicy(RETRY, RECONNECT, 0, ofMillis(300), true));
        connect();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "100 failed", "300 failed", "300 closed Failed");
    }

    @Test
    void giveUpReportsAttemptsAndCause() {
        List<CloseReason> reasons = new ArrayList<>();
        Connector once = new Connector(
                transport,
                loop,
                PLACE,
                OPTIONS,
                new ReconnectPolicy(RETRY, RECONNECT, 1, ZERO, true),
                new Random(1),
                new Connector.Listener() {
                    @Override
                    public LinkHandler connected(Link link, boolean again) {
                        return handler;
                    }

                    @Override
                    public void attemptFailed(HeliographException c, Runnable proceed) {
                        proceed.run();
                    }

                    @Override
                    public void lost(CloseReason reason, Runnable proceed) {}

                    @Override
                    public void closed(CloseReason reason) {
                        reasons.add(reason);
                    }
                });
        once.connect();
        loop.runReady();
        assertThat(reasons).hasSize(1);
        assertThat(((CloseReason.Failed) reasons.getFirst()).cause())
                .isInstanceOf(UnreachableException.class)
                .hasMessage(
                        "gave up on unix:/memory/server after 1 attempt: " + "connect ECONNREFUSED unix:/memory/server")
                .hasCauseInstanceOf(UnreachableException.class);
    }

    // close ----------------------------------------------------------------------------------

    @Test
    void connectorClosedBeforeStartNeverConnects() {
        connector.close(ZERO);
        connect();
        assertThat(events).containsExactly("0 closed Local");
        assertThat(transport.attempts()).isZero();
    }

    @Test
    void closeCancelsAnAttempt() {
        transport.hang(PLACE);
        connect();
        connector.close(ofSeconds(5));
        loop.runReady();
        assertThat(events).containsExactly("0 closed Local");
    }

    @Test
    void closeCancelsARetryDelay() {
        connect();
        connector.close(ofSeconds(5));
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "0 closed Local");
    }

    @Test
    void closeWithinFailureStopsAttempts() {
        onPause = proceed -> {
            connector.close(ofSeconds(5));
            proceed.run();
        };
        connect();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 failed", "0 closed Local");
        assertThat(transport.attempts()).isEqualTo(1);
    }

    @Test
    void closeWithinLossStopsAttempts() {
        listen();
        connect();
        onPause = proceed -> {
            connector.close(ofSeconds(5));
            proceed.run();
        };
        loseConnection();
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 connected", "link closed", "0 lost Remote", "0 closed Local");
    }

    @Test
    void closeWritesTheQueueFirst() {
        listen();
        connect();
        Objects.requireNonNull(connector.link()).send(Frame.utf8("last words"));
        connector.close(ofSeconds(5));
        loop.runReady();
        assertThat(accepted.getFirst().frames()).containsExactly(Frame.utf8("last words"));
        assertThat(events).containsExactly("0 connected", "link closed", "0 closed Local");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void closingConnectorDeliversFramesWithoutAnOpenLink() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        loop.runReady();
        assertThat(connector.state()).isEqualTo(State.CLOSING);
        assertThat(connector.link()).isNull();
        accepted.getFirst().link().send(Frame.utf8("late"));
        loop.runReady();
        assertThat(handler.frames()).containsExactly(Frame.utf8("late"));
        accepted.getFirst().link().end();
        loop.runReady();
        assertThat(events).containsExactly("0 connected", "link closed", "0 closed Local");
    }

    @Test
    void lingerExpiryAbortsTheLink() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        loop.advance(ofMillis(4_999));
        assertThat(connector.state()).isEqualTo(State.CLOSING);
        loop.advance(ofMillis(1));
        assertThat(events).containsExactly("0 connected", "link closed", "5000 closed Local");
    }

    @Test
    void secondCloseMayOnlyShortenTheLinger() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        loop.advance(ofSeconds(1));
        connector.close(ofSeconds(60));
        loop.advance(ofSeconds(1));
        connector.close(ofSeconds(1));
        loop.advance(ofSeconds(10));
        assertThat(events).containsExactly("0 connected", "link closed", "3000 closed Local");
    }

    @Test
    void lossDuringCloseIsNotReported() {
        serverEnds = false;
        listen();
        connect();
        connector.close(ofSeconds(5));
        loop.runReady();
        transport.cut(PLACE);
        loop.runReady();
        assertThat(events).containsExactly("0 connected", "link closed", "0 closed Local");
    }

    @Test
    void pendingLossIsNotReportedAfterClose() {
        listen();
        connect();
        transport.cut(PLACE);
        connector.close(ofSeconds(5));
        loop.runReady();
        assertThat(events).containsExactly("0 connected", "link closed", "0 closed Local");
    }

    @Test
    void pendingFailureIsNotReportedAfterClose() {
        connector.connect();
        loop.execute(() -> connector.close(ZERO));
        loop.runReady();
        assertThat(events).containsExactly("0 closed Local");
    }

    @Test
    void closedConnectorStaysClosed() {
        connector.close(ZERO);
        loop.runReady();
        connector.close(ZERO);
        connector.connect();
        loop.runReady();
        assertThat(events).containsExactly("0 closed Local");
    }

    @Test
    void returningServerIsFound() {
        listen();
        connect();
        Objects.requireNonNull(acceptor).close();
        loseConnection();
        loop.advance(ofMillis(250));
        listen();
        loop.advance(ofMillis(100));
        assertThat(events)
                .containsExactly(
                        "0 connected", "link closed", "0 lost Remote", "7 failed", "107 failed", "307 connected again");
    }
}
